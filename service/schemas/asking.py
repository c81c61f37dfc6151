"""Schemas of questions: the question, the conversation before it, and filters."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, field_validator
from pydantic_core import PydanticCustomError

from service.answering import Turn
from service.schemas.filtering import FilterFields
from service.schemas.strict import Strict

MAX_QUESTION_CHARACTERS = 2000
"""Twice the longest passage; the encoder would not see the end of a longer question."""

DEFAULT_K = 5
"""Passages in an answer."""

MAX_K = 100
"""Passages that reranking examines by default."""

MAX_MESSAGES = 200
"""Turns of a conversation, which are hours; a question refers to the last few."""

MAX_TURN_CHARACTERS = 20_000
"""Characters of a turn, many more than an answer has: turns may come from other systems."""

MAX_CONVERSATION_CHARACTERS = 200_000
"""Characters of a conversation in all, a short book; it bounds the memory of a request."""

MAX_GENERATION = 2**53
"""Larger than any generation, and an exact integer in JavaScript."""

MAX_ACCEPTED = 10
"""Entries of `accept`, more than there are optional statuses."""

TOTAL_LENGTH = f" At most {MAX_CONVERSATION_CHARACTERS:,} characters in all."
"""For descriptions: JSON Schema cannot express this limit."""


class TurnFields(Strict):
    """A turn of a conversation."""

    role: Annotated[Literal["user", "assistant"], Field(description="Author of the turn.")]
    content: Annotated[
        str,
        Field(
            max_length=MAX_TURN_CHARACTERS,
            description="The question, or the `answer.text` of the response; empty if it has no `answer`.",
        ),
    ]


def _check_number(turns: Any) -> Any:  # noqa: ANN401 - before validation: any JSON
    if isinstance(turns, list | tuple) and len(turns) > MAX_MESSAGES:
        raise PydanticCustomError(
            "too_many_turns", f"There are too many turns. Send only the latest ones, at most {MAX_MESSAGES} in all."
        )
    return turns


def _check_length(turns: tuple[TurnFields, ...]) -> tuple[TurnFields, ...]:
    if sum(len(turn.content) for turn in turns) > MAX_CONVERSATION_CHARACTERS:
        raise PydanticCustomError(
            "too_long_turns",
            "The conversation is too long. Send only the latest turns, "
            f"at most {MAX_CONVERSATION_CHARACTERS:,} characters in all.",
        )
    return turns


Turns = Annotated[
    tuple[TurnFields, ...],
    BeforeValidator(
        _check_number, json_schema_input_type=Annotated[tuple[TurnFields, ...], Field(max_length=MAX_MESSAGES)]
    ),
    AfterValidator(_check_length),
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


_K = Annotated[int, Field(ge=1, le=MAX_K, strict=True, description="Maximum number of passages.")]
_Filters = Annotated[FilterFields, Field(description="Which documents may answer.")]
_Context = Annotated[
    StrictBool,
    Field(description="Whether to use the earlier turns to understand the question."),
]
_Accept = Annotated[
    tuple[Literal["uncertain"], ...],
    Field(
        max_length=MAX_ACCEPTED,
        description="Optional statuses that the client understands. Without `uncertain`, an uncertain answer has the "
        "status `not_found`, and the same passages.",
        examples=[["uncertain"]],
    ),
]
_AtLeastGeneration = Annotated[
    int,
    Field(
        ge=0,
        le=MAX_GENERATION,
        strict=True,
        description="Lowest generation that may answer: the highest `generation` that the client has seen, in answers, "
        "uploads and removals of this service. 0 for any.",
    ),
]


class AskRequest(Strict):
    """A question."""

    question: QuestionText
    history: Annotated[
        Turns,
        Field(description="The conversation before the question, oldest turn first." + TOTAL_LENGTH),
    ] = ()
    k: _K = DEFAULT_K
    filters: _Filters = FilterFields()
    context: _Context = True
    accept: _Accept = ()
    at_least_generation: _AtLeastGeneration = 0

    def turns(self) -> Sequence[Turn]:
        """Return the earlier turns, if they may be used."""
        return _turns(self.history) if self.context else ()


class ChatRequest(Strict):
    """A conversation whose last message is the question."""

    messages: Annotated[
        Turns,
        Field(
            min_length=1,
            description="The conversation, oldest message first. The last one is the question, with the role `user`."
            + TOTAL_LENGTH,
            examples=[[{"role": "user", "content": "When did the truce begin?"}]],
        ),
    ]
    k: _K = DEFAULT_K
    filters: _Filters = FilterFields()
    context: _Context = True
    accept: _Accept = ()
    at_least_generation: _AtLeastGeneration = 0

    @field_validator("messages")
    @classmethod
    def _ends_with_a_question(cls, messages: tuple[TurnFields, ...]) -> tuple[TurnFields, ...]:
        last, at = messages[-1], len(messages) - 1
        if last.role != "user":
            raise PydanticCustomError(
                "not_the_users",
                "The last message is the question, so its role must be 'user'.",
                {"below": (at, "role")},
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
        """Return the earlier turns, if they may be used."""
        return _turns(self.messages[:-1]) if self.context else ()


def _turns(given: Sequence[TurnFields]) -> Sequence[Turn]:
    return tuple(Turn(turn.role, turn.content) for turn in given)
