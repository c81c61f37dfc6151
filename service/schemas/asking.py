"""Request bodies of questions and conversations."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, field_validator
from pydantic_core import PydanticCustomError

from service.answering import Turn
from service.schemas.filtering import FilterFields
from service.schemas.strict import Strict

__all__ = [
    "MAX_CONVERSATION_CHARACTERS",
    "MAX_MESSAGES",
    "MAX_QUESTION_CHARACTERS",
    "MAX_TURN_CHARACTERS",
    "AskRequest",
    "ChatRequest",
    "QuestionText",
    "TurnFields",
    "Turns",
]

MAX_QUESTION_CHARACTERS = 2000
"""Twice the longest passage: more is a text, not a question, and the encoder would not see its end."""

MAX_K = 100
"""As many passages as reranking looks at by default."""

MAX_MESSAGES = 200
"""Hours of talk; a question refers to the last few turns, and everything sent is checked before it is answered."""

MAX_TURN_CHARACTERS = 20_000
"""Far longer than anything that is answered here, so that a turn that came from elsewhere fits as well."""

MAX_CONVERSATION_CHARACTERS = 200_000
"""A short book: what a page of 200 ordinary turns can hold, and what a request may cost in memory."""


class TurnFields(Strict):
    """A turn of a conversation."""

    role: Annotated[Literal["user", "assistant"], Field(description="Who said it.")]
    content: Annotated[
        str,
        Field(
            max_length=MAX_TURN_CHARACTERS,
            description="The question, or the `answer.text` that came; empty where nothing was found.",
        ),
    ]


def _not_too_many(turns: Any) -> Any:  # noqa: ANN401 - before validation: whatever was sent
    if isinstance(turns, list | tuple) and len(turns) > MAX_MESSAGES:
        raise PydanticCustomError(
            "too_many_turns", f"There are too many turns. Send only the latest ones, at most {MAX_MESSAGES} in all."
        )
    return turns


def _not_too_long(turns: tuple[TurnFields, ...]) -> tuple[TurnFields, ...]:
    if sum(len(turn.content) for turn in turns) > MAX_CONVERSATION_CHARACTERS:
        raise PydanticCustomError(
            "too_long_turns",
            "The conversation is too long. Send only the latest turns, "
            f"at most {MAX_CONVERSATION_CHARACTERS:,} characters in all.",
        )
    return turns


Turns = Annotated[
    tuple[TurnFields, ...],
    BeforeValidator(_not_too_many, json_schema_input_type=tuple[TurnFields, ...]),
    AfterValidator(_not_too_long),
    Field(max_length=MAX_MESSAGES),
]
"""A conversation, oldest turn first."""


def _not_blank(question: str) -> str:
    if not question.strip():
        raise PydanticCustomError("blank", "The question is empty: ask something.")
    return question.strip()


QuestionText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_QUESTION_CHARACTERS,
        description="The question, in plain language.",
        json_schema_extra={"pattern": r"\S"},
        examples=["When did the truce begin?"],
    ),
    AfterValidator(_not_blank),
]


_K = Annotated[int, Field(ge=1, le=MAX_K, strict=True, description="At most so many passages.")]
_Filters = Annotated[FilterFields, Field(description="Which documents may answer.")]
_Context = Annotated[
    StrictBool,
    Field(description="Whether the earlier turns may help to understand the question; `false` takes it alone."),
]


class AskRequest(Strict):
    """A question."""

    question: QuestionText
    history: Annotated[Turns, Field(description="The conversation before the question, oldest turn first.")] = ()
    k: _K = 5
    filters: _Filters = FilterFields()
    context: _Context = True

    def turns(self) -> Sequence[Turn]:
        """The earlier turns that may weigh in."""
        return _turns(self.history) if self.context else ()


class ChatRequest(Strict):
    """A conversation whose last message is the question."""

    messages: Annotated[
        Turns,
        Field(
            min_length=1,
            description="The conversation, oldest message first; the last one is the question and the user's.",
            examples=[[{"role": "user", "content": "When did the truce begin?"}]],
        ),
    ]
    k: _K = 5
    filters: _Filters = FilterFields()
    context: _Context = True

    @field_validator("messages")
    @classmethod
    def _ends_with_a_question(cls, messages: tuple[TurnFields, ...]) -> tuple[TurnFields, ...]:
        last, at = messages[-1], len(messages) - 1
        if last.role != "user":
            raise PydanticCustomError(
                "not_the_users", "The last message is the question, so it must be the user's.", {"below": (at, "role")}
            )
        if not last.content.strip():
            raise PydanticCustomError("blank", "The question is empty: ask something.", {"below": (at, "content")})
        if len(last.content) > MAX_QUESTION_CHARACTERS:
            raise PydanticCustomError(
                "long_question",
                f"The question is too long; at most {MAX_QUESTION_CHARACTERS:,} characters are allowed.",
                {"below": (at, "content")},
            )
        return messages

    @property
    def question(self) -> str:
        """The last message."""
        return self.messages[-1].content.strip()

    def turns(self) -> Sequence[Turn]:
        """The earlier turns that may weigh in."""
        return _turns(self.messages[:-1]) if self.context else ()


def _turns(given: Sequence[TurnFields]) -> Sequence[Turn]:
    return tuple(Turn(turn.role, turn.content) for turn in given)
