"""Suggested questions."""

from pydantic import BaseModel


class Suggestions(BaseModel):
    """Suggested questions, in the order to show them."""

    questions: list[str]
