"""Reranking: late interaction of the question's tokens with each candidate's stored token signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings import token_similarities
from service.answering.candidates import Candidate

__all__ = ["RerankedCandidate", "rerank"]

SCORE_DECIMALS = 6
"""Rounded before comparing, so that the last bits of a float sum never change an order."""


@dataclass(frozen=True, slots=True)
class RerankedCandidate:
    """A candidate after the closer look.

    Args:
        key: The passage's key.
        score: Mean MaxSim: over the question's tokens, the mean of the greatest similarity to any of the
            passage's, in [-1, 1].
        similarities: `(question tokens, passage tokens)` float32, for the highlight.
    """

    key: int
    score: float
    similarities: NDArray[np.float32]


def rerank(
    question_tokens: NDArray[np.float32],
    candidates: Sequence[Candidate],
    token_signs: Mapping[int, NDArray[np.uint8]],
) -> list[RerankedCandidate]:
    """Order candidates by mean MaxSim alone, which measured better than any mixture with the dense score.

    Args:
        question_tokens: `(tokens, dimension)` float32, rows L2-normalised.
        candidates: What to look at.
        token_signs: For each key `(tokens, dimension / 8)` uint8.

    Returns:
        All candidates, best first, equal scores by key.
    """
    matrices = token_similarities(question_tokens, [token_signs[c.key] for c in candidates])
    reranked = [
        RerankedCandidate(candidate.key, round(float(matrix.max(axis=1).mean()), SCORE_DECIMALS), matrix)
        for candidate, matrix in zip(candidates, matrices, strict=True)
    ]
    return sorted(reranked, key=lambda c: (-c.score, c.key))
