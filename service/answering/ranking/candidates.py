"""Candidates: passages proposed by vector search and by BM25."""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpus.lexical import LexicalQuery
from corpus.store import Filters, StoredPassage
from service.retrieval import Searcher

COSINE_DECIMALS = 6
"""Decimals of a cosine. Rounding keeps the last bits of a float sum from changing the order."""

ANSWERING_DOCUMENT = 0.1
"""Added to the contextual cosine of passages of the document that the last answer is from."""

ANSWER_RANK = 20
"""Number of passages, nearest to the contextual vector, in which the last answer is looked for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Passage with its first-stage scores.

    Args:
        key: Key of the passage.
        cosine: Cosine of the passage's vector and the question's, in [-1, 1].
        lexical: BM25 score divided by an upper bound for the question, in [0, 1]; 0 if no word is shared.
        reading: Cosine of the passage's vector and the contextual vector, that of the question encoded together with
            earlier turns, and `ANSWERING_DOCUMENT` more in the document of the last answer; 0 if there is none.
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
    """Return the nearest passages by cosine and the best by BM25, each with both scores.

    Args:
        searcher: Searcher of the snapshot.
        vector: Vector of the question, `(dimension,)` float32, L2-normalised.
        question: Query for the lexical index.
        depth: Maximum number of candidates from each search.
        filters: Restrict the passages, exactly: a search returns `depth` candidates if that many are allowed.
        reading: Contextual vector, `(dimension,)` float32, L2-normalised; None for a question without context.

    Returns:
        Up to `2 * depth` candidates, or `3 * depth` with a contextual vector, in order of their keys.
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


def from_answering_document(
    candidates: Sequence[Candidate], answer: str, passages: Callable[[Iterable[int]], Sequence[StoredPassage]]
) -> Sequence[Candidate]:
    """Raise the contextual cosine of the passages of the document that an answer is from.

    Args:
        candidates: Candidates with contextual cosines.
        answer: The last answer of the conversation; empty if there is none. It is looked for word for word.
        passages: Returns the passages with these keys.

    Returns:
        The candidates in the same order; unchanged if no passage near the contextual vector has the answer.
    """
    if not answer:
        return candidates
    nearest = heapq.nlargest(ANSWER_RANK, candidates, key=lambda c: (c.reading, -c.key))
    documents = {one.document_key for one in passages([c.key for c in nearest]) if answer in one.text}
    if not documents:
        return candidates
    of = [passage.document_key for passage in passages([c.key for c in candidates])]
    return [
        replace(c, reading=c.reading + ANSWERING_DOCUMENT) if document in documents else c
        for c, document in zip(candidates, of, strict=True)
    ]


def _cosines(vectors: NDArray[np.float64], vector: NDArray[np.float32] | None) -> list[float]:
    if vector is None:
        return [0.0] * len(vectors)
    return [round(float(cosine), COSINE_DECIMALS) for cosine in vectors @ vector.astype(np.float64)]


def _share(score: float, bound: float) -> float:
    """Return a score as a share of the bound. A tiny rounded score may exceed the unrounded bound."""
    return min(1.0, score / bound) if score else 0.0
