"""Runs: the outcome of every question of a set, and the measures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.errors import BaselineError
from eval.files import write_atomically

FORMAT = 2


@dataclass(frozen=True, slots=True)
class RunPassage:
    """A returned passage, and whether it is relevant."""

    id: str
    rank: int
    score: float
    document: str
    title: str
    start: int
    end: int
    text: str
    highlight: tuple[int, int] | None
    relevant: bool


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """The outcome of one question.

    Args:
        id, question, tags, answerable: From the set.
        expected: Gold quotes, or relevant documents and short answers.
        status: `answered`, `uncertain`, `not_found` or `failed`.
        reason: Why the answer is uncertain.
        error: The reason of a failure.
        confidence: The probability, else the score of the first passage; None without passages.
        probability: The calibrated probability of the answer; None without a calibration.
        passage_probability: The calibrated probability of the first passage; None without a calibration.
        answer: Text of the claimed answer.
        right: Whether the sentence shown first, claimed or not, has the gold's words; where the gold has none, whether
            the first passage is relevant. False for an unanswerable question.
        first_relevant: Rank of the first relevant passage; None if there is none.
        values: Value of each measure, in [0, 1].
        latency_ms: Wall-clock time of the request.
        items: Ranked items for trec_eval.
        passages: The first passages.
    """

    id: str
    question: str
    tags: Sequence[str]
    answerable: bool
    expected: Sequence[str]
    status: str
    reason: str | None
    error: str | None
    confidence: float | None
    probability: float | None
    passage_probability: float | None
    answer: str | None
    right: bool
    first_relevant: int | None
    values: Mapping[str, float]
    latency_ms: float
    items: Sequence[str]
    passages: Sequence[RunPassage]


@dataclass(frozen=True, slots=True)
class Run:
    """A complete run, as stored."""

    format: int
    set_name: str
    set_sha256: str
    started: str
    k: int
    overlap: float
    target: Mapping[str, Any]
    measures: Mapping[str, float | None]
    outcomes: Sequence[QuestionOutcome]
    qrels: Mapping[str, Mapping[str, int]]

    @property
    def failed(self) -> int:
        """Number of failed questions."""
        return sum(outcome.status == "failed" for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class _Format:
    """The format of a stored run; the other fields depend on it."""

    format: int


def save_run(run: Run, path: Path) -> None:
    """Write a run as JSON.

    Raises:
        OSError: The file cannot be written.
    """
    write_atomically(path, json.dumps(asdict(run), ensure_ascii=False, indent=1) + "\n")


def load_run(path: Path) -> Run:
    """Read a stored run.

    Raises:
        BaselineError: The file cannot be read or is not a run.
    """
    if path.is_dir():
        raise BaselineError(f"{path} is a folder. Name the stored run in it: {path / 'run.json'}")
    try:
        content = path.read_bytes()
        found = TypeAdapter(_Format).validate_json(content).format
        if found != FORMAT:
            raise BaselineError(f"{path} is a run of format {found}; this footnote-eval reads {FORMAT}. Run it again.")
        return TypeAdapter(Run).validate_json(content)
    except OSError as error:
        raise BaselineError(f"The run {path} cannot be read ({error.strerror}). Check the path.") from error
    except ValidationError as error:
        raise BaselineError(f"{path} is not a stored run. Make one with: footnote-eval run --report DIR") from error
