"""Questions to begin with."""

from pydantic import BaseModel

__all__ = ["Suggestions"]


class Suggestions(BaseModel):
    """Questions to begin with, in the order to show them; none where nobody gave any."""

    questions: list[str]
