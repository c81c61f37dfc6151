"""What people send to say how good an answer was."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from service.schemas.asking import QuestionText, TurnFields, Turns
from service.schemas.strict import Strict

__all__ = ["FeedbackRequest", "RatedPassage", "StoredFeedback"]

MAX_PASSAGE_CHARACTERS = 20_000
"""Longer than a passage of the most tokens that FOOTNOTE_PASSAGE_TOKENS allows."""

MAX_KEPT_CHARACTERS = 8_000
"""Of the conversation before a rated question; what the question refers to stands in the last turns."""

MAX_INTEGER = 2**53
"""Beyond any offset or generation, and within what JavaScript and SQLite count exactly."""

_Offset = Annotated[int, Field(ge=0, le=MAX_INTEGER, strict=True)]


class _Highlight(Strict):
    """`[start, end)` in code points of the passage's text."""

    start: _Offset
    end: _Offset


class RatedPassage(Strict):
    """The passage that was rated, as its citation has it."""

    document_id: Annotated[str, Field(min_length=1, max_length=200)]
    revision: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    start: _Offset
    end: _Offset
    text: Annotated[
        str | None, Field(max_length=MAX_PASSAGE_CHARACTERS, description="Its words; the document's own if left out.")
    ] = None
    highlight: Annotated[_Highlight | None, Field(description="The first of its `highlights`.")] = None

    @model_validator(mode="after")
    def _in_order(self) -> "RatedPassage":
        length = self.end - self.start
        if not 0 < length <= MAX_PASSAGE_CHARACTERS:
            raise PydanticCustomError(
                "span",
                f"A passage's 'end' lies after its 'start', by at most {MAX_PASSAGE_CHARACTERS:,} characters.",
                {"below": ("end",)},
            )
        if self.text is not None and len(self.text) != length:
            raise PydanticCustomError(
                "text_length",
                "This must have as many characters (code points) as lie from 'start' to 'end'.",
                {"below": ("text",)},
            )
        if self.highlight is not None and not self.highlight.start < self.highlight.end <= length:
            raise PydanticCustomError(
                "highlight", "This must lie within the passage, 'start' before 'end'.", {"below": ("highlight",)}
            )
        return self


class FeedbackRequest(Strict):
    """What someone thought of a passage, or of being told that nothing was found."""

    question: QuestionText
    history: Annotated[Turns, Field(description="The conversation before it, as it was sent to be answered.")] = ()
    status: Annotated[Literal["answered", "not_found"], Field(description="The answer's.")]
    rating: Literal["up", "down"]
    passage: Annotated[
        RatedPassage | None, Field(description="What was rated; null if it was `not_found` itself that was rated.")
    ]
    generation: Annotated[int | None, Field(ge=0, le=MAX_INTEGER, strict=True, description="The answer's.")] = None

    @model_validator(mode="after")
    def _of_something(self) -> "FeedbackRequest":
        if self.passage is None and self.status == "answered":
            raise PydanticCustomError(
                "no_passage", "This can only be null where 'status' is 'not_found'.", {"below": ("passage",)}
            )
        return self

    def entry(self, text: str | None) -> dict[str, Any]:
        """What is kept of it: of the conversation the last turns that fit, without those that say nothing.

        Args:
            text: The passage's words, if they are known.
        """
        kept = self.model_dump(mode="json", exclude={"history", "passage"}, exclude_none=True)
        history = [turn.model_dump(mode="json") for turn in _latest(self.history)]
        passage = None
        if self.passage is not None:
            passage = self.passage.model_copy(update={"text": text}).model_dump(mode="json", exclude_none=True)
        return {**kept, "history": history, "passage": passage}


def _latest(turns: Sequence[TurnFields]) -> list[TurnFields]:
    kept: list[TurnFields] = []
    room = MAX_KEPT_CHARACTERS
    for turn in reversed(turns):
        room -= len(turn.content)
        if room < 0:
            break
        if turn.content.strip():
            kept.insert(0, turn)
    return kept


class StoredFeedback(BaseModel):
    """The id of a rating; whoever has it may take the rating back."""

    id: str
