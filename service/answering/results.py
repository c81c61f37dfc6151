"""Results: one place for each text however often it stands in the documents, and room for more than one document."""

import bisect
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.answering.reranking import RerankedCandidate

__all__ = ["Result", "compared", "fold_duplicates", "spread"]

SIMILAR_VECTORS = 0.75
"""Cosine below which two passages are not compared word by word. Of 40 texts copied under another title and cut 250
characters later, 5 % lie below; at .85 it was 37.5 %."""

ALWAYS_FOLDED = 20
"""Results that are compared with all candidates even if fewer are asked for, since spreading may choose from them."""

SAME_TEXT = 0.5
"""Share of all their word trigrams that two passages must have in common (resemblance: Broder, 1997). Copies that
are cut at other places have less than all."""

WORD = re.compile(r"""[^\W_]+|(?<!\w)[-+](?=\d)|[^\w\s.,;:!?¡¿…'"‘’“”«»()\[\]{}<>*#|/\\&@`~^=+–—-]""")
"""A word, a number's sign, or any other sign but punctuation: `$5` and `€5` differ, `"5"` and `“5”` do not."""

PUNCTUATION = str.maketrans(dict.fromkeys(".,;:!?¡¿…'\"‘’“”«»()[]{}<>*#|/\\&@`~^=+–—-", " "))
"""What parts words where only resemblance is asked for: quicker than the pattern above, and near enough."""

CLOSE_SCORES = 0.03
"""A passage makes room for another document's only if that one's score is no further below."""


@dataclass(slots=True)
class Result:
    """A candidate, and those that say the same."""

    candidate: RerankedCandidate
    duplicates: list[RerankedCandidate] = field(default_factory=list)


def compared(vectors: NDArray[np.float32], k: int) -> list[int]:
    """The ranks whose texts `fold_duplicates` compares, but for a few, so that they can be read together.

    Args:
        vectors: Of the candidates, best first, `(candidates, dimension)` float32, L2-normalised.
        k: How many results are wanted.
    """
    pairs = np.triu(vectors[: max(k, ALWAYS_FOLDED)] @ vectors.T >= SIMILAR_VECTORS, 1)
    return sorted({rank for ranks in np.nonzero(pairs) for rank in ranks.tolist()})


def fold_duplicates(
    ranked: Sequence[RerankedCandidate],
    vectors: NDArray[np.float32],
    text_of: Callable[[RerankedCandidate], str],
    highlight_of: Callable[[RerankedCandidate], str],
    k: int,
) -> list[Result]:
    """Put every candidate that repeats a better one under it.

    It repeats it if the better one's highlight stands in it word for word and half of their text or more is the same,
    so that it can be cited for the same words. Case, white space and punctuation do not matter.

    Args:
        ranked: Best first.
        vectors: Theirs, `(len(ranked), dimension)` float32, L2-normalised.
        text_of: Gives a candidate's text.
        highlight_of: Gives the words of a candidate that answer.
        k: How many results are wanted; further ones are not compared with each other.

    Returns:
        Every candidate once, as a result or as a duplicate, best first.
    """
    words = _Words(text_of)
    results: list[Result] = []
    at_rank: dict[int, Result] = {}
    similar = vectors @ vectors.T >= SIMILAR_VECTORS
    for rank, candidate in enumerate(ranked):
        better = (at_rank[at] for at in np.flatnonzero(similar[rank, :rank]).tolist() if at in at_rank)
        same = (
            result
            for result in better
            if words.resemblance(result.candidate, candidate) >= SAME_TEXT
            and _within(_words(highlight_of(result.candidate)), words.of(candidate))
        )
        if (repeated := next(same, None)) is not None:
            repeated.duplicates.append(candidate)
            continue
        results.append(Result(candidate))
        if len(results) <= max(k, ALWAYS_FOLDED):
            at_rank[rank] = results[-1]
    return results


class _Words:
    """The words of candidates, each found once."""

    def __init__(self, text_of: Callable[[RerankedCandidate], str]) -> None:
        self._text_of = text_of
        self._words: dict[int, list[str]] = {}
        self._shingles: dict[int, set[tuple[str, ...]]] = {}

    def of(self, candidate: RerankedCandidate) -> list[str]:
        if candidate.key not in self._words:
            self._words[candidate.key] = _words(self._text_of(candidate))
        return self._words[candidate.key]

    def resemblance(self, a: RerankedCandidate, b: RerankedCandidate) -> float:
        """The share of all their shingles that two candidates have in common."""
        mine, theirs = self._shingled(a), self._shingled(b)
        common = len(mine & theirs)
        return common / (len(mine) + len(theirs) - common)

    def _shingled(self, candidate: RerankedCandidate) -> set[tuple[str, ...]]:
        if candidate.key not in self._shingles:
            words = self._text_of(candidate).casefold().translate(PUNCTUATION).split()
            self._shingles[candidate.key] = set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}
        return self._shingles[candidate.key]


def _words(text: str) -> list[str]:
    """The words of a text; the text itself if it is nothing but punctuation."""
    return WORD.findall(unicodedata.normalize("NFC", text).casefold()) or [text.strip()]


def _within(quoted: Sequence[str], words: Sequence[str]) -> bool:
    return f" {' '.join(quoted)} " in f" {' '.join(words)} "


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
        least = left[0].candidate.score - CLOSE_SCORES
        close = bisect.bisect_right(left, -least, key=lambda result: -result.candidate.score)
        chosen = left.pop(next((at for at in range(close) if has_room(left[at])), 0))
        document = document_of[chosen.candidate.key]
        taken[document] = taken.get(document, 0) + 1
        spread_out.append(chosen)
    return spread_out
