"""Question sets: JSON Lines, one question a line, gold as quotes that survive re-chunking."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from eval.errors import SetError
from eval.sets.jsonl import decoded, given_bytes, numbered_lines, validated
from service.answering import Turn

__all__ = ["GivenTurn", "Question", "QuestionSet", "Quote", "load_questions"]


BLANK = b"\xef\xbb\xbf \t\r\n"
"""What may stand before the first line: a byte order mark and white space."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Where an answer stands: exact words of a document."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what answers it.

    Args:
        id: Unique in its set.
        text: The question.
        history: Earlier turns, oldest first.
        answers: Every place that answers; empty for a question that the documents do not answer.
        answerable: Whether the documents answer it.
        tags: What kind of question it is.
        line: Where it stands in its file, from 1.
    """

    id: str
    text: str
    history: Sequence[Turn]
    answers: Sequence[Quote]
    answerable: bool
    tags: Sequence[str]
    line: int


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions from one file, with the digest that tells whether two runs were over the same ones."""

    name: str
    path: Path
    sha256: str
    questions: Sequence[Question]


_Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GivenTurn(_Strict):
    """An earlier turn, as files have it."""

    role: Literal["user", "assistant"]
    content: _Text


class _Quote(_Strict):
    document: _Text
    quote: _Text


class _Line(_Strict):
    id: _Text
    question: _Text
    history: list[GivenTurn] = []
    answers: list[_Quote] = []
    answerable: bool = True
    tags: list[_Text] = []
    approved: StrictBool = True
    feedback: dict[str, Any] = {}

    @model_validator(mode="after")
    def _answered(self) -> "_Line":
        if self.answerable and not self.answers and self.approved:
            raise PydanticCustomError(
                "no_answers",
                "an answerable question needs at least one answer; give 'answers', or set 'answerable' to false",
            )
        if self.answers and not self.answerable:
            raise PydanticCustomError("answers", "a question that is not answerable can have no answers")
        return self


def load_questions(path: Path, *, candidates: bool = False) -> QuestionSet:
    """Read a question set.

    Args:
        path: A JSON Lines file; empty lines are passed over.
        candidates: Whether to take questions that nobody has approved yet.

    Raises:
        SetError: The file cannot be read, has no question, a line is malformed or not approved, or an id stands twice.
    """
    data = given_bytes(path)
    if data.lstrip(BLANK)[:1] not in (b"", b"{", b"["):
        raise SetError(f"{path} is not JSON Lines. If it holds TREC topics, give their judgements with --qrels FILE.")
    questions: dict[str, Question] = {}
    for number, line in numbered_lines(decoded(data, path)):
        question = _question(path, number, line, candidates)
        if question.id in questions:
            first = questions[question.id].line
            raise SetError(f"{path}, line {number}: the id '{question.id}' stands in line {first} already.")
        questions[question.id] = question
    if not questions:
        raise SetError(f"The set {path} has no question. Write one as a line of JSON; see docs/evaluation.md.")
    return QuestionSet(path.stem, path, hashlib.sha256(data).hexdigest(), tuple(questions.values()))


def _question(path: Path, number: int, line: str, candidates: bool) -> Question:
    given = validated(_Line, line, path, number)
    if not given.approved and not candidates:
        raise SetError(
            f"{path}, line {number}: '{given.id}' is a candidate that nobody has approved. "
            'Check it, then set "approved" to true, or delete the line.'
        )
    return Question(
        id=given.id,
        text=given.question,
        history=tuple(Turn(turn.role, turn.content) for turn in given.history),
        answers=tuple(Quote(answer.document, answer.quote) for answer in given.answers),
        answerable=given.answerable,
        tags=tuple(given.tags),
        line=number,
    )
