"""Candidates: the passages that are worth a closer look, by meaning and by words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.lexical import LexicalQuery
from corpus.store import Filters
from service.retrieval import Searcher

__all__ = ["COSINE_DECIMALS", "Candidate", "find_candidates"]

COSINE_DECIMALS = 6
"""Rounded, so that the last bits of a float sum never change an order."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage and how near it is to the question.

    Args:
        key: The passage's key.
        cosine: Of its vector and the question's, in [-1, 1].
        lexical: Its BM25 score as a share of a bound on any passage's, in [0, 1]; 0 if it shares no word.
        reading: The cosine of its vector and that of the question read with earlier turns; 0 without these.
    """

    key: int
    cosine: float
    lexical: float
    reading: float = 0.0


def find_candidates(
    searcher: Searcher,
    vector: NDArray[np.float32],
    question: LexicalQuery,
    depth: int,
    filters: Filters | None = None,
    reading: NDArray[np.float32] | None = None,
) -> list[Candidate]:
    """The passages nearest to the question's vector and those that share most of its words, each with both scores.

    Args:
        searcher: Of the snapshot.
        vector: `(dimension,)` float32, L2-normalised.
        question: Its words, as the lexical index takes them.
        depth: At most so many of either kind.
        filters: Only passages that they allow, exactly: `depth` of a kind whenever so many exist.
        reading: `(dimension,)` float32, L2-normalised: of the question read together with earlier turns.

    Returns:
        Up to `2 * depth` candidates, or `3 * depth` with a reading, by key.
    """
    allowed = searcher.allowed(filters)
    near = [vector] if reading is None else [vector, reading]
    proposed = {key for one in near for key in searcher.nearest(one, depth, allowed)}
    proposed.update(searcher.matching(question, depth, allowed))
    keys = sorted(proposed)
    vectors = searcher.vectors(keys).astype(np.float64)
    words, bound = searcher.bm25(question, keys), searcher.bm25_bound(question)
    found = zip(keys, _cosines(vectors, vector), _cosines(vectors, reading), strict=True)
    return [Candidate(key, cosine, _share(words.get(key, 0.0), bound), read) for key, cosine, read in found]


def _cosines(vectors: NDArray[np.float64], vector: NDArray[np.float32] | None) -> list[float]:
    if vector is None:
        return [0.0] * len(vectors)
    return [round(float(cosine), COSINE_DECIMALS) for cosine in vectors @ vector.astype(np.float64)]


def _share(score: float, bound: float) -> float:
    """Scores are rounded, the bound is not: where both are next to nothing, a score may come out above it."""
    return min(1.0, score / bound) if score else 0.0
