"""BM25 from the words of one snapshot.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in the form of Lucene and
tantivy: the inverse document frequency is never negative, and the length of a passage is rounded to one of 256 values.
"""

import bisect
import functools
import math
from collections.abc import Iterable, Mapping, Sequence

from corpus.lexical.analysis import stop_terms, terms
from corpus.lexical.words import Words
from corpus.store import TermCounts

LexicalQuery = str | Sequence[tuple[str, float]]
"""A text, or several with the weight of each."""

K1 = 1.2
"""Saturation of terms."""

B = 0.75
"""Influence of the length of a passage."""

MAX_TERMS = 64
"""Most terms of a search, whose time is in proportion to them. Of longer questions, the rarest terms are searched."""

SCORE_DECIMALS = 4
"""Decimals of scores. Rounding keeps the last bits of a float sum from changing an order."""


def term_weights(question: LexicalQuery) -> dict[str, float]:
    """Return the weight of each term without stop words, or of all terms if there are only stop words."""
    weights: dict[str, float] = {}
    for text, weight in [(question, 1.0)] if isinstance(question, str) else question:
        for term in terms(text) if weight > 0 else ():
            weights[term] = weights.get(term, 0.0) + weight
    content = {term: weight for term, weight in weights.items() if term not in stop_terms()}
    return content or weights


def inverse_frequency(passages: int, holding: int) -> float:
    """Return `ln(1 + (N - n + 0.5) / (n + 0.5))` for the `n` of `N` passages that have a term."""
    return math.log(1 + (passages - holding + 0.5) / (holding + 0.5))


class Bm25:
    """Scores of the passages of a snapshot for one question.

    Args:
        words: Words of the snapshot.
        question: The question.

    Raises:
        StoreCorruptError: The record of a term is damaged.
    """

    def __init__(self, words: Words, question: LexicalQuery) -> None:
        self._words = words
        self._weights = term_weights(question)
        self.passages = words.counts()[1]
        self.average = words.words.tokens / self.passages if self.passages else 0.0
        self._records = words.term_records(self._weights)
        known = sorted(self._records)
        if len(known) > MAX_TERMS:
            telling = sorted(known, key=lambda term: (self._records[term].passages / self._weights[term], term))
            known = sorted(telling[:MAX_TERMS])
        self.terms: Mapping[str, float] = {
            term: self._weights[term] * inverse_frequency(self.passages, self._records[term].passages) for term in known
        }
        """The terms that are searched, each with its weight times its inverse document frequency."""
        self._keyed = [(self._records[term].key, (K1 + 1) * weight) for term, weight in self.terms.items()]

    @property
    def unknown(self) -> list[str]:
        """Terms of the question that no passage has."""
        return [term for term in self._weights if term not in self._records]

    def bound(self) -> float:
        """Return a bound on the score of any passage: every term, known or not, as if it filled the passage."""
        bound = 0.0
        for term, weight in self._weights.items():
            record = self._records.get(term)
            bound += weight * (K1 + 1) * inverse_frequency(self.passages, record.passages if record else 0)
        return bound

    def scores(self, keys: Sequence[int]) -> dict[int, float]:
        """Return the scores of passages, rounded; those without a term of the question are missing.

        Args:
            keys: Passages of the snapshot.

        Raises:
            StoreCorruptError: The term counts of a passage are missing or damaged.
        """
        if not self._keyed or not keys:
            return {}
        found = {key: self._score(counts) for key, counts in self._words.passage_terms(keys).items()}
        return {key: round(score, SCORE_DECIMALS) for key, score in found.items() if score}

    def _score(self, counts: TermCounts) -> float:
        share = rounded_length(counts.length) / self.average if self.average else 0.0
        damping = K1 * (1 - B + B * share)
        score = 0.0
        for key, weight in self._keyed:
            at = bisect.bisect_left(counts.keys, key)
            if at < len(counts.keys) and counts.keys[at] == key:
                score += weight * counts.counts[at] / (counts.counts[at] + damping)
        return score


def best(scores: Iterable[tuple[int, float]], depth: int) -> list[tuple[int, float]]:
    """Return the best `depth` of `(key, score)`, equal scores by key."""
    return sorted(scores, key=lambda hit: (-hit[1], hit[0]))[:depth]


@functools.cache
def rounded_length(length: int) -> int:
    """Return the greatest of Lucene's 256 lengths that is not above a length, by `SmallFloat.byte4ToInt`."""
    return _LENGTHS[bisect.bisect_right(_LENGTHS, length) - 1]


def _decoded(code: int) -> int:
    """Return the length of a byte: itself below 24, then a float of three bits of mantissa."""
    if code < _EXACT:
        return code
    mantissa, exponent = (code - _EXACT) & 7, ((code - _EXACT) >> 3) - 1
    return _EXACT + (mantissa if exponent < 0 else (mantissa | 8) << exponent)


_EXACT = 24
_LENGTHS = [_decoded(code) for code in range(256)]
