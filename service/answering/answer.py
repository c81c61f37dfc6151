"""The answer to a question, as the HTTP API, the command line and the evaluation see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Answer",
    "AnswerText",
    "AnsweringPassage",
    "Citation",
    "Confidence",
    "Interpretation",
    "Level",
    "Span",
    "Timing",
    "Turn",
]

Level = Literal["very_high", "high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Span:
    """`[start, end)` in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a text stands: the span `[start, end)` of a document's canonical text at a revision."""

    document_id: str
    revision: str
    title: str
    publisher: str | None
    authors: Sequence[str]
    published: str | None
    language: str | None
    url: str | None
    page: int | None
    section: str | None
    start: int
    end: int
    href: str
    source_href: str | None


@dataclass(frozen=True, slots=True)
class AnsweringPassage:
    """A passage word for word; `highlights` count from the beginning of its text."""

    id: str
    rank: int
    score: float
    text: str
    highlights: Sequence[Span]
    citation: Citation
    also_found_in: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The words that answer, verbatim, with a citation of exactly these words."""

    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure the first passage answers; `probability` is null where nothing has been calibrated."""

    level: Level
    probability: float | None


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn of a conversation: what a person asked, or what was answered."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Interpretation:
    """Which earlier turns weighed in, by their index in the history."""

    turns: Sequence[int]


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock milliseconds: in all, and of the steps."""

    total: float
    encode: float
    retrieve: float
    rerank: float


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is said to a question, made from one generation of the store."""

    question: str
    status: Literal["answered", "not_found"]
    confidence: Confidence
    answer: AnswerText | None
    passages: Sequence[AnsweringPassage]
    interpretation: Interpretation | None
    generation: int
    timing_ms: Timing
