"""Candidates: the passages that are worth a closer look."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus import Filters
from service.library import Snapshot

__all__ = ["Candidate", "dense_candidates"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage's key and a score; lists of them are best first, equal scores by key."""

    key: int
    score: float


def dense_candidates(
    snapshot: Snapshot, vector: NDArray[np.float32], depth: int, filters: Filters | None = None
) -> list[Candidate]:
    """The passages nearest to the question's vector by cosine.

    Args:
        snapshot: Where to look.
        vector: `(dimension,)` float32, L2-normalised.
        depth: At most so many.
        filters: Only passages that they allow, exactly: `depth` of them whenever so many exist.
    """
    allowed = snapshot.view.passage_keys(filters) if filters else None
    return [Candidate(key, score) for key, score in snapshot.index.search(vector, depth, allowed)]
