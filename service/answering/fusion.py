"""Fusion: several ranked lists into one.

Convex combination of min-max-normalised scores (Bruch, Gai and Ingber, 2023, arXiv:2210.11934).
"""

from collections.abc import Sequence

from service.answering.candidates import Candidate

__all__ = ["convex_combination", "min_max"]


def min_max(scores: Sequence[float]) -> list[float]:
    """Scores moved to [0, 1]; all 1 where they are equal."""
    if not scores:
        return []
    low, high = min(scores), max(scores)
    return [(score - low) / (high - low) if high > low else 1.0 for score in scores]


def convex_combination(lists: Sequence[tuple[float, Sequence[Candidate]]]) -> list[Candidate]:
    """Fuse ranked lists.

    Args:
        lists: `(weight, candidates)`; a passage that a list does not hold gets 0 from it.

    Returns:
        Every passage of any list, best first, equal scores by key.
    """
    fused: dict[int, float] = {}
    for weight, candidates in lists:
        for candidate, score in zip(candidates, min_max([c.score for c in candidates]), strict=True):
            fused[candidate.key] = fused.get(candidate.key, 0.0) + weight * score
    return sorted((Candidate(key, score) for key, score in fused.items()), key=lambda c: (-c.score, c.key))
