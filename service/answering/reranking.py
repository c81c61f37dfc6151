"""Reranking: what a reranker is, and late interaction of the question's tokens with each candidate's token signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.lexical import LexicalQuery
from embeddings.tokens import QuestionTokens
from service.answering.candidates import Candidate
from service.answering.rows import PassageRows

__all__ = ["SCORING_VERSION", "AskedQuestion", "MaxSim", "RerankedCandidate", "Reranker", "max_sims", "rerank"]

SCORING_VERSION = 1
"""Raised whenever the same passage gets another score for the same question; a calibration holds for one."""

MAX_SIM, WINDOW, LEXICAL, COSINE = 1.0, 0.5, 0.4, 0.05
"""Weights of the four similarities; how they were found is told in docs/retrieval.md."""

HALF_WINDOW = 16
"""Tokens; a window is two of these, about a sentence long, and begins at a multiple of one."""

SCORE_DECIMALS = 6
"""Rounded before comparing, so that the last bits of a float sum never change an order."""


@dataclass(frozen=True, slots=True)
class RerankedCandidate:
    """A candidate after the closer look.

    Args:
        key: The passage's key.
        score: Weighted mean of its similarities to the question, in [-1, 1].
        evidence: The same with less of the earlier turns in it: what confidence is drawn from, in [-1, 1].
    """

    key: int
    score: float
    evidence: float


@dataclass(frozen=True, slots=True, eq=False)
class AskedQuestion:
    """A question as the steps of a search see it.

    Args:
        words: Its words, as the lexical index takes them.
        vector: `(dimension,)` float32, L2-normalised.
        tokens: Its token vectors.
        reading: `(dimension,)` float32: of the question read with earlier turns, if it needs them.
        reading_weight: Weight of the reading's cosine in the score.
        evidence_weight: The same in the evidence.
    """

    words: LexicalQuery
    vector: NDArray[np.float32]
    tokens: QuestionTokens
    reading: NDArray[np.float32] | None = None
    reading_weight: float = 0.0
    evidence_weight: float = 0.0


class Reranker(Protocol):
    """Orders candidates by a closer look."""

    @property
    def version(self) -> int:
        """Changes whenever the same passage gets another score for the same question; a calibration holds for one."""

    def rerank(
        self, question: AskedQuestion, candidates: Sequence[Candidate], rows: PassageRows
    ) -> list[RerankedCandidate]:
        """Return all candidates, best first, equal scores by key.

        Args:
            question: As asked.
            candidates: In any order.
            rows: Token signs and texts of the candidates.
        """


class MaxSim:
    """The `Reranker` by late interaction; see `rerank`."""

    version = SCORING_VERSION

    def rerank(
        self, question: AskedQuestion, candidates: Sequence[Candidate], rows: PassageRows
    ) -> list[RerankedCandidate]:
        """As `Reranker.rerank`."""
        keys = [candidate.key for candidate in candidates]
        signs = dict(zip(keys, rows.token_signs(keys), strict=True))
        return rerank(question.tokens, candidates, signs, question.reading_weight, question.evidence_weight)


def rerank(
    question: QuestionTokens,
    candidates: Sequence[Candidate],
    token_signs: Mapping[int, NDArray[np.uint8]],
    reading_weight: float = 0.0,
    evidence_weight: float = 0.0,
) -> list[RerankedCandidate]:
    """Order candidates by how well they match the question, most of all token by token.

    The score is on one scale for all questions: it depends on the question, the passage and how common the
    question's words are in the store, not on what other candidates there are.

    Args:
        question: Its tokens.
        candidates: What to look at.
        token_signs: For each key `(tokens, dimension / 8)` uint8.
        reading_weight: Of the cosine of the question read with earlier turns.
        evidence_weight: The same in the evidence.

    Returns:
        All candidates, best first, equal scores by key.
    """
    if not candidates:
        return []
    halves, counts = question.greatest([token_signs[c.key] for c in candidates], HALF_WINDOW)
    reranked = []
    for candidate, whole, window in zip(candidates, *max_sims(halves, counts), strict=True):
        own = MAX_SIM * whole + WINDOW * window + LEXICAL * candidate.lexical + COSINE * candidate.cosine
        score = _mean(own, candidate, reading_weight)
        evidence = score if evidence_weight == reading_weight else _mean(own, candidate, evidence_weight)
        reranked.append(RerankedCandidate(candidate.key, score, evidence))
    return sorted(reranked, key=lambda c: (-c.score, c.key))


def _mean(own: float, candidate: Candidate, reading_weight: float) -> float:
    weights = MAX_SIM + WINDOW + LEXICAL + COSINE + reading_weight
    mean = (own + reading_weight * candidate.reading) / weights
    return round(min(1.0, max(-1.0, mean)), SCORE_DECIMALS)  # similarities of tokens may be a millionth beyond


def max_sims(halves: NDArray[np.float32], counts: NDArray[np.int64]) -> tuple[list[float], list[float]]:
    """How well each passage meets the question: all over it, and in one place.

    Args:
        halves: `(halves, question tokens)` float32: the greatest similarity to any token of each half window of the
            first passage, then of the second, and so on.
        counts: `(passages,)` int64: how many half windows each passage has.

    Returns:
        For each passage its MaxSim, the mean over the question's tokens of the greatest similarity to any of the
        passage's; and the highest MaxSim of any of its windows. All are in [-1, 1], and those of a passage do not
        depend, to the last bit, on which others there are.
    """
    first = np.cumsum(counts) - counts
    is_last = np.zeros(len(halves), dtype=bool)
    is_last[first + counts - 1] = True
    windows = np.maximum(halves, halves[np.arange(len(halves)) + ~is_last])  # the last half of a passage stands alone
    whole = np.maximum.reduceat(halves, first, axis=0).mean(axis=1)
    # Tokens are added up one after the other, as above they are not: the last bit of a lone window's could differ.
    best = np.maximum.reduceat(np.ascontiguousarray(windows.T).mean(axis=0), first)
    return whole.tolist(), np.where(counts <= 2, whole, best).tolist()
