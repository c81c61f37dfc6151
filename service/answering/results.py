"""Results: one place for each text however often it stands in the documents, and room for more than one document."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corpus.analysis import terms
from service.answering.reranking import RerankedCandidate

__all__ = ["Result", "fold_duplicates", "spread"]

SIMILAR_VECTORS = 0.8
"""Cosine below which two passages are not compared word by word: even another title leaves copies nearer."""

SAME_TEXT = 0.5
"""Share of all their word trigrams that two passages must have in common (resemblance: Broder, 1997). Copies that
are cut at other places have less than all."""

SHINGLE = 3

CLOSE_SCORES = 0.03
"""A passage makes room for another document's only if that one's score is no further below."""


@dataclass(slots=True)
class Result:
    """A candidate, and those that say the same."""

    candidate: RerankedCandidate
    duplicates: list[RerankedCandidate] = field(default_factory=list)


def fold_duplicates(
    ranked: Sequence[RerankedCandidate],
    vectors: NDArray[np.float32],
    text_of: Callable[[RerankedCandidate], str],
    highlight_of: Callable[[RerankedCandidate], str],
) -> list[Result]:
    """Put every candidate that repeats a better one under it.

    It repeats it if the better one's highlight stands in it word for word and most of their text is the same, so that
    it can be cited for the same words.

    Args:
        ranked: Best first.
        vectors: Theirs, `(len(ranked), dimension)` float32, L2-normalised.
        text_of: Gives a candidate's text.
        highlight_of: Gives the words of a candidate that answer.

    Returns:
        Every candidate once, as a result or as a duplicate, best first.
    """
    words: dict[int, list[str]] = {}

    def words_of(candidate: RerankedCandidate) -> list[str]:
        if candidate.key not in words:
            words[candidate.key] = terms(text_of(candidate))
        return words[candidate.key]

    results: list[Result] = []
    at_rank: dict[int, Result] = {}
    similar = vectors @ vectors.T >= SIMILAR_VECTORS
    for rank, candidate in enumerate(ranked):
        for better in np.flatnonzero(similar[rank, :rank]):
            result = at_rank.get(int(better))
            if result is None:
                continue
            quoted = terms(highlight_of(result.candidate))
            if _repeats(words_of(candidate), words_of(result.candidate), quoted):
                result.duplicates.append(candidate)
                break
        else:
            at_rank[rank] = Result(candidate)
            results.append(at_rank[rank])
    return results


def _repeats(words: Sequence[str], others: Sequence[str], quoted: Sequence[str]) -> bool:
    if f" {' '.join(quoted)} " not in f" {' '.join(words)} ":
        return False
    mine, theirs = _shingles(words), _shingles(others)
    return len(mine & theirs) >= SAME_TEXT * len(mine | theirs)


def _shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))}


def spread(results: Sequence[Result], document_of: Mapping[int, int], per_document: int) -> list[Result]:
    """Let a document that has had its share make room for others that score close.

    Args:
        results: Best first.
        document_of: The document of each key.
        per_document: Passages of one document after which others come first if they score close.

    Returns:
        All results in their new order; whatever the length asked for, the first ones are the same.
    """
    left, spread_out = list(results), []
    taken: dict[int, int] = {}

    def has_room(result: Result) -> bool:
        return taken.get(document_of[result.candidate.key], 0) < per_document

    while left:
        best = left[0].candidate.score
        close = (at for at, result in enumerate(left) if result.candidate.score >= best - CLOSE_SCORES)
        chosen = left.pop(next((at for at in close if has_room(left[at])), 0))
        document = document_of[chosen.candidate.key]
        taken[document] = taken.get(document, 0) + 1
        spread_out.append(chosen)
    return spread_out
