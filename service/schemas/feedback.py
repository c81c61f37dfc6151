"""Schemas of ratings."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from service.schemas.asking import TOTAL_LENGTH, QuestionText, TurnFields, Turns
from service.schemas.strict import Strict

MAX_PASSAGE_CHARACTERS = 20_000
"""Characters of a passage, more than one of the most tokens has that FOOTNOTE_PASSAGE_TOKENS allows."""

MAX_STORED_CHARACTERS = 8_000
"""Characters stored of the conversation before a rated question, which refers to the last turns."""

MAX_INTEGER = 2**53
"""Larger than any offset or generation, and an exact integer in JavaScript and SQLite."""

_Offset = Annotated[int, Field(ge=0, le=MAX_INTEGER, strict=True)]


class _Highlight(Strict):
    """`[start, end)` in code points of the passage's text."""

    start: _Offset
    end: _Offset


class RatedPassage(Strict):
    """The rated passage, with the values of its citation."""

    document_id: Annotated[str, Field(min_length=1, max_length=200)]
    revision: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    start: _Offset
    end: _Offset
    text: Annotated[
        str | None, Field(max_length=MAX_PASSAGE_CHARACTERS, description="Its text; default: the document's text.")
    ] = None
    highlight: Annotated[_Highlight | None, Field(description="Its last highlight, the answer.")] = None

    @model_validator(mode="after")
    def _in_order(self) -> "RatedPassage":
        length = self.end - self.start
        if not 0 < length <= MAX_PASSAGE_CHARACTERS:
            raise PydanticCustomError(
                "span",
                f"'end' must be greater than 'start', by at most {MAX_PASSAGE_CHARACTERS:,} characters.",
                {"below": ("end",)},
            )
        if self.text is not None and len(self.text) != length:
            raise PydanticCustomError(
                "text_length",
                "This must have 'end' - 'start' characters (code points).",
                {"below": ("text",)},
            )
        if self.highlight is not None and not self.highlight.start < self.highlight.end <= length:
            raise PydanticCustomError(
                "highlight", "This must be within the passage, 'start' before 'end'.", {"below": ("highlight",)}
            )
        return self


class FeedbackRequest(Strict):
    """Rating of a passage, or of an answer without an `answer`."""

    question: QuestionText
    history: Annotated[
        Turns, Field(description="The conversation before the question, as it was sent with it." + TOTAL_LENGTH)
    ] = ()
    status: Annotated[Literal["answered", "uncertain", "not_found"], Field(description="Status of the answer.")]
    rating: Literal["up", "down"]
    passage: Annotated[
        RatedPassage | None,
        Field(description="The rated passage; null for a rating of `uncertain` or `not_found` itself."),
    ]
    generation: Annotated[
        int | None, Field(ge=0, le=MAX_INTEGER, strict=True, description="Generation of the answer.")
    ] = None

    @model_validator(mode="after")
    def _of_something(self) -> "FeedbackRequest":
        if self.passage is None and self.status == "answered":
            raise PydanticCustomError(
                "no_passage",
                "This can be null only if 'status' is not 'answered'.",
                {"below": ("passage",)},
            )
        return self

    def entry(self, text: str | None) -> dict[str, Any]:
        """Return the rating to store, with the last turns that fit, without empty ones.

        Args:
            text: Text of the passage, if known.
        """
        kept = self.model_dump(mode="json", exclude={"history", "passage"}, exclude_none=True)
        history = [turn.model_dump(mode="json") for turn in _latest(self.history)]
        passage = None
        if self.passage is not None:
            passage = self.passage.model_copy(update={"text": text}).model_dump(mode="json", exclude_none=True)
        return {**kept, "history": history, "passage": passage}


def _latest(turns: Sequence[TurnFields]) -> list[TurnFields]:
    kept: list[TurnFields] = []
    room = MAX_STORED_CHARACTERS
    for turn in reversed(turns):
        room -= len(turn.content)
        if room < 0:
            break
        if turn.content.strip():
            kept.insert(0, turn)
    return kept


class StoredFeedback(BaseModel):
    """Id of a rating, which can withdraw it."""

    id: str
