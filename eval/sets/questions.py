"""Question sets: JSON Lines, one question per line, with gold as quotes, which survive another splitting."""

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

BLANK = b"\xef\xbb\xbf \t\r\n"
"""Allowed before the first line: a byte order mark and white space."""


_Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quote(_Strict):
    """An answer: a verbatim quote of a document."""

    document: _Text
    quote: _Text


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answers.

    Args:
        id: Unique in its set.
        text: The question.
        history: Earlier turns, oldest first.
        answers: All answers; empty for an unanswerable question.
        answerable: Whether the documents answer it.
        tags: Kinds of question.
        line: Line in its file, from 1.
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
    """The questions of a file, with a digest that identifies them in runs."""

    name: str
    path: Path
    sha256: str
    questions: Sequence[Question]


class _Turn(_Strict):
    role: Literal["user", "assistant"]
    content: str  # empty if a question got no answer, as in the API


class _Line(_Strict):
    id: _Text
    question: _Text
    history: list[_Turn] = []
    answers: list[Quote] = []
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
            raise PydanticCustomError("answers", "an unanswerable question cannot have answers")
        return self


def load_questions(path: Path, *, candidates: bool = False) -> QuestionSet:
    """Read a question set.

    Args:
        path: A JSON Lines file; blank lines are skipped.
        candidates: Whether to accept unapproved questions.

    Raises:
        SetError: The file cannot be read or has no question, a line is malformed or unapproved, or an id occurs twice.
    """
    data = given_bytes(path)
    if data.lstrip(BLANK)[:1] not in (b"", b"{", b"["):
        raise SetError(f"{path} is not JSON Lines. For TREC topics, give the judgements with --qrels FILE.")
    questions: dict[str, Question] = {}
    for number, line in numbered_lines(decoded(data, path)):
        question = _question(path, number, line, candidates)
        if question.id in questions:
            first = questions[question.id].line
            raise SetError(f"{path}, line {number}: the id '{question.id}' is already used in line {first}.")
        questions[question.id] = question
    if not questions:
        raise SetError(f"The set {path} has no question. Write one as a line of JSON; see docs/evaluation.md.")
    return QuestionSet(path.stem, path, hashlib.sha256(data).hexdigest(), tuple(questions.values()))


def _question(path: Path, number: int, line: str, candidates: bool) -> Question:
    given = validated(_Line, line, path, number)
    if not given.approved and not candidates:
        raise SetError(
            f"{path}, line {number}: '{given.id}' is an unapproved candidate. "
            'Check it, then set "approved" to true, or delete the line.'
        )
    return Question(
        id=given.id,
        text=given.question,
        history=tuple(Turn(turn.role, turn.content) for turn in given.history),
        answers=tuple(given.answers),
        answerable=given.answerable,
        tags=tuple(given.tags),
        line=number,
    )
