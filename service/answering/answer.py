"""Data model of an answer, shared by the HTTP API, the command line and the evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["very_high", "high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Span:
    """Span `[start, end)` in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """Span `[start, end)` of a document's canonical text at a revision, with the document's metadata and links."""

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
    """Verbatim passage.

    `highlights` are spans of its text, in order: the answering sentence is the last one. Before it may be the header of
    its table, or the lead-in of its list.
    """

    id: str
    rank: int
    score: float
    text: str
    highlights: Sequence[Span]
    citation: Citation
    also_found_in: Sequence[Citation]


@dataclass(frozen=True, slots=True)
class AnswerText:
    """Verbatim answer, with a citation of exactly this text."""

    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Confidence:
    """Confidence that the first passage answers the question. `probability` is null without a calibration."""

    level: Level
    probability: float | None


@dataclass(frozen=True, slots=True)
class Turn:
    """Earlier turn of a conversation: a question or an answer."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Interpretation:
    """Earlier turns that influenced the answer, as indices in the history."""

    turns: Sequence[int]


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock milliseconds, in total and for each step."""

    total: float
    encode: float
    retrieve: float
    rerank: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Response to a question, made from one generation of the store."""

    question: str
    status: Literal["answered", "not_found"]
    confidence: Confidence
    answer: AnswerText | None
    passages: Sequence[AnsweringPassage]
    interpretation: Interpretation | None
    generation: int
    timing_ms: Timing
