"""Data model of an answer, shared by the HTTP API, the command line and the evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["very_high", "high", "medium", "low"]

Status = Literal["answered", "uncertain", "not_found"]
"""Whether an answer is claimed: `uncertain` shows passages that may bear on the question, and claims nothing."""

Reason = Literal["doubt", "collection", "vague"]
"""Why an answer is uncertain: no sentence is probable enough; the question asks for more than one sentence says, such
as a summary or a total; or it asks nothing, such as a single word."""


@dataclass(frozen=True, slots=True)
class Span:
    """Span `[start, end)` in code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """Span `[start, end)` of a document's canonical text at a revision, with the document's metadata and links.

    `speaker` is who says the words (of a passage, those of its last highlight), as the text names them; None if it
    does not, and for passages that are only listed as copies. `place` is what the source calls the place of the first
    word, such as a cell or a time; `page` and `place` of a passage are those of its last highlight. `recognised` is
    None unless the words were recognised in a scanned page: then it is the mean confidence of the recognition on that
    page, between 0 and 1.
    """

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
    speaker: str | None = None
    place: str | None = None
    recognised: float | None = None


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
class Quotation:
    """Verbatim text, with a citation of exactly this text."""

    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class AnswerText:
    """Verbatim answer, with a citation of exactly this text.

    `reply_to` is the question that it replies to, if it is from the first paragraph of a reply.
    """

    text: str
    citation: Citation
    reply_to: Quotation | None = None


@dataclass(frozen=True, slots=True)
class Confidence:
    """Confidence in the answer. Both probabilities are null without a calibration.

    Args:
        level: Level of `probability`.
        probability: Probability that the words of the answer answer the question.
        passage_probability: Probability that the first passage answers the question, with whichever of its sentences.
    """

    level: Level
    probability: float | None
    passage_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Earlier turn of a conversation: a question or an answer."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How the question was read, where it was read in another way than as written.

    Args:
        turns: Earlier turns that influenced the answer, as indices in the history.
        spelling: The question as it was searched, if a word that the documents do not have was taken for a similar one
            that they have; null otherwise.
    """

    turns: Sequence[int]
    spelling: str | None = None


STEPS = ("encode", "retrieve", "rerank", "read")


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock milliseconds, in total and for each of `STEPS`."""

    total: float
    encode: float
    retrieve: float
    rerank: float
    read: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Response to a question, made from one generation of the store.

    `reason` is null unless the status is `uncertain`. Only an answered question has an `answer`.
    """

    question: str
    status: Status
    reason: Reason | None
    confidence: Confidence
    answer: AnswerText | None
    passages: Sequence[AnsweringPassage]
    interpretation: Interpretation | None
    generation: int
    timing_ms: Timing
