"""Protocol of readers."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.answering.answer import Span

MOST_ODDS = 8.0
"""Greatest log-odds, of either sign, that count: beyond them a model is no longer calibrated."""


@dataclass(frozen=True, slots=True)
class PassageToRead:
    """Passage as input of a reader.

    Args:
        title: Title of its document, after the earlier questions that the question is read together with.
        text: The text.
        sentences: Spans of its sentences in the text, ascending.
    """

    title: str
    text: str
    sentences: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader found in a passage.

    Args:
        answers: Probability that the passage answers, in [0, 1].
        sentences: Probability of each sentence to answer, in [0, 1]; None from a reader that judges whole passages.
    """

    answers: float
    sentences: Sequence[float] | None


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability in [0, 1], in [-MOST_ODDS, MOST_ODDS]."""
    least = 1 / (1 + math.exp(MOST_ODDS))
    within = min(max(probability, least), 1 - least)
    return math.log(within / (1 - within))


class Reader(Protocol):
    """Reads a question and passages together."""

    @property
    def version(self) -> str:
        """Version of the verdicts. A calibration is valid for one version."""

    @property
    def parallel(self) -> int:
        """Number of passages that take no longer than one."""

    def read(self, question: str, passages: Sequence[PassageToRead]) -> Iterable[Verdict]:
        """Return a verdict for each passage, in order.

        Args:
            question: The question.
            passages: The passages.
        """
