"""Feedback exported by the service: JSON Lines, one rating per line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from eval.errors import SetError
from eval.sets.jsonl import decoded, given_bytes, numbered_lines, validated
from eval.sets.questions import GivenTurn

__all__ = ["Highlight", "NumberedRating", "RatedPassage", "Rating", "load_feedback"]

_Offset = Annotated[int, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Highlight(_Strict):
    """`[start, end)` in code points of the passage's text."""

    start: _Offset
    end: _Offset


class RatedPassage(_Strict):
    """The citation of a rated passage: `[start, end)` of a document's canonical text.

    Args:
        text: Its text, which locates it after its document has changed.
        highlight: Its highlighted part.
    """

    document_id: Annotated[str, Field(min_length=1)]
    revision: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    start: _Offset
    end: _Offset
    text: str | None = None
    highlight: Highlight | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "RatedPassage":
        length = self.end - self.start
        if length <= 0:
            raise PydanticCustomError("empty_span", "'start' must be before 'end'")
        if self.text is not None and len(self.text) != length:
            raise PydanticCustomError("text_length", "'text' must be as long as 'end' minus 'start'")
        if self.highlight is not None and not self.highlight.start < self.highlight.end <= length:
            raise PydanticCustomError("highlight", "'highlight' must be within the passage, with 'start' before 'end'")
        return self


class Rating(_Strict):
    """A rating of a passage, or of a `not_found` answer.

    Args:
        passage: None for a rating of `not_found`.
        at: Time of the rating.
    """

    question: Annotated[str, Field(min_length=1)]
    history: list[GivenTurn] = []
    status: Literal["answered", "not_found"]
    rating: Literal["up", "down"]
    passage: RatedPassage | None
    generation: int | None = None
    at: AwareDatetime

    @model_validator(mode="after")
    def _of_something(self) -> "Rating":
        if self.passage is None and self.status == "answered":
            raise PydanticCustomError("no_passage", "'passage' can only be null if 'status' is 'not_found'")
        return self


@dataclass(frozen=True, slots=True)
class NumberedRating:
    """A rating and its line, from 1."""

    line: int
    rating: Rating


def load_feedback(path: Path) -> Sequence[NumberedRating]:
    """Read exported feedback.

    Raises:
        SetError: The file cannot be read, has no rating, or a line is malformed.
    """
    lines = numbered_lines(decoded(given_bytes(path), path))
    ratings = [NumberedRating(number, validated(Rating, line, path, number)) for number, line in lines]
    if not ratings:
        raise SetError(f"{path} has no rating. Give a file exported by the service; see docs/evaluation.md.")
    return ratings
