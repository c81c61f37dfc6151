"""The reranker: late interaction (MaxSim) of the question's token vectors with the signs of the passages'."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings.tokens import QuestionTokens
from service.answering.ranking.candidates import Candidate
from service.answering.ranking.reranking import AskedQuestion, RerankedCandidate
from service.answering.ranking.rows import PassageRows

SCORING_VERSION = "maxsim-1"
"""Version of the scores. Change it with any change to a score: a calibration is valid for one version."""

MAX_SIM, WINDOW, LEXICAL, COSINE = 1.0, 0.5, 0.4, 0.05
"""Weights of the four similarities. docs/lab/retrieval.md has the measurements behind them."""

HALF_WINDOW = 16
"""Tokens in half a window. A window, about a sentence, is two consecutive halves."""

SCORE_DECIMALS = 6
"""Decimals of a score. Rounding keeps the last bits of a float sum from changing the order."""


class MaxSim:
    """`Reranker` by late interaction; see `rerank`."""

    version = SCORING_VERSION

    def rerank(
        self, question: AskedQuestion, candidates: Sequence[Candidate], rows: PassageRows
    ) -> list[RerankedCandidate]:
        """See `Reranker.rerank`."""
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
    """Rank candidates by the weighted mean of MaxSim, the best window's MaxSim, BM25, cosine and contextual cosine.

    Scores are comparable between questions: a score depends on the question, the passage and the document frequencies
    of the question's words, not on the other candidates.

    Args:
        question: Token vectors of the question.
        candidates: Candidates in any order.
        token_signs: Token signs by key, `(tokens, dimension / 8)` uint8 each.
        reading_weight: Weight of the contextual cosine in the score.
        evidence_weight: Weight of the contextual cosine in the evidence.

    Returns:
        All candidates, best first, ties by key.
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
    return round(min(1.0, max(-1.0, mean)), SCORE_DECIMALS)  # token similarities may exceed 1 by a millionth


def max_sims(halves: NDArray[np.float32], counts: NDArray[np.int64]) -> tuple[list[float], list[float]]:
    """Return the MaxSim of each passage, and of its best window.

    MaxSim is the mean, over the question's tokens, of the greatest similarity to any token of the passage or window.

    Args:
        halves: Greatest similarity to any token of each half window, passage after passage,
            `(halves, question tokens)` float32.
        counts: Number of half windows of each passage, `(passages,)` int64.

    Returns:
        MaxSims of the passages, and of their best windows, in [-1, 1]. Those of a passage do not depend on the other
        passages, to the last bit.
    """
    first = np.cumsum(counts) - counts
    is_last = np.zeros(len(halves), dtype=bool)
    is_last[first + counts - 1] = True
    windows = np.maximum(halves, halves[np.arange(len(halves)) + ~is_last])  # the last half is a window by itself
    whole = np.maximum.reduceat(halves, first, axis=0).mean(axis=1)
    # This mean adds tokens in another order than `whole`, so a passage of one window takes `whole`, to the last bit.
    best = np.maximum.reduceat(np.ascontiguousarray(windows.T).mean(axis=0), first)
    return whole.tolist(), np.where(counts <= 2, whole, best).tolist()
