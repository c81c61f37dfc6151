"""Suggested questions."""

from pydantic import BaseModel

__all__ = ["Suggestions"]


class Suggestions(BaseModel):
    """Suggested questions, in the order to show them."""

    questions: list[str]
