"""The lexical index of one snapshot: tantivy proposes passages, and their words in the store give the scores."""

import functools
from collections.abc import Collection, Iterable, Sequence
from typing import Self

from corpus.errors import StoreCorruptError
from corpus.lexical.bm25 import Bm25, LexicalQuery, best
from corpus.lexical.part import Bounds, IndexPart
from corpus.lexical.words import CountedTexts, Words
from corpus.store import Allowed

Hits = list[tuple[int, float]]

RECENT = 16
"""Questions whose terms are kept: at least as many as are answered at once."""


class LexicalIndex:
    """The passages of a snapshot by their words, searched by BM25. Immutable, and safe to share between threads.

    Scores and results depend on the snapshot alone, not on the parts, which may have passages that it lacks.

    Args:
        words: Words of the snapshot.
        parts: Indexes that together have all its passages, each passage in one of them.
        foreign: Whether they may have other passages too.
    """

    def __init__(self, words: Words, parts: Sequence[IndexPart], *, foreign: bool = False) -> None:
        self._words = words
        self._foreign = foreign
        self.parts = [part for part in parts if len(part)]
        self._recent = functools.lru_cache(maxsize=RECENT)(functools.partial(Bm25, words))

    @classmethod
    def in_memory(cls, passages: Iterable[tuple[int, str]]) -> Self:
        """Return an index of texts.

        Args:
            passages: Key and text of each.
        """
        words = CountedTexts(passages)
        return cls(words, [IndexPart.in_memory(words, words.passage_keys())])

    def __len__(self) -> int:
        return self._words.counts()[1]

    def keys(self) -> list[int]:
        """Return the keys of the snapshot's passages in the parts, ascending, in time proportional to their number."""
        keys = sorted(key for part in self.parts for key in part.keys())
        return [key for key, held in zip(keys, self._accept(keys), strict=True) if held]

    def search(self, question: LexicalQuery, depth: int, allowed: Allowed | None = None) -> Hits:
        """Return the passages that match best. A question without a known word finds nothing.

        Args:
            question: A text, or texts with weights. A term that occurs in several texts has the sum of their weights.
            depth: Number of passages wanted.
            allowed: Passages that may be found; None allows all.

        Returns:
            `(key, BM25 score)`, best first, equal scores by key; all matches up to `depth`.

        Raises:
            StoreCorruptError: Words of a passage are damaged.
        """
        bm25 = self._bm25(question)
        found = self._proposed(bm25, depth, allowed)
        return best(bm25.scores([each.key for each in found]).items(), depth)

    def matching(self, question: LexicalQuery, depth: int, allowed: Allowed | None = None) -> list[int]:
        """Return the keys of the passages that `search` returns, in any order. It reads the words of few of them.

        Args:
            question: As for `search`.
            depth: Number of passages wanted.
            allowed: Passages that may be found; None allows all.

        Raises:
            StoreCorruptError: Words of a passage are damaged.
        """
        bm25 = self._bm25(question)
        found = self._proposed(bm25, depth, allowed)
        if len(found) <= depth:
            return [each.key for each in found]
        rival = sorted((each.high for each in found), reverse=True)[depth]
        sure = [each.key for each in found if each.low > rival]
        others = bm25.scores([each.key for each in found if each.low <= rival])
        return sure + [key for key, _ in best(others.items(), depth - len(sure))]

    def _proposed(self, bm25: Bm25, depth: int, allowed: Allowed | None) -> list[Bounds]:
        """Return passages among which are the best `depth`."""
        if not bm25.terms or depth <= 0:
            return []
        found = [each for part in self.parts for each in part.proposed(bm25, depth, self._accept, allowed)]
        if len(found) > depth:
            border = sorted((each.low for each in found), reverse=True)[depth - 1]
            found = [each for each in found if each.high >= border]
        return found

    def scores(self, question: LexicalQuery, keys: Sequence[int]) -> dict[int, float]:
        """Return the BM25 scores of the passages with these keys that share a word with the question.

        Args:
            question: As for `search`.
            keys: Passages of the snapshot.

        Raises:
            StoreCorruptError: Words of a passage are damaged.
        """
        return self._bm25(question).scores(keys)

    def bound(self, question: LexicalQuery) -> float:
        """Return a bound on the score of any passage: every term, known or not, as if it filled the passage."""
        return self._bm25(question).bound()

    def occurring(self, candidates: Iterable[str], allowed: Allowed | None = None) -> set[str]:
        """Return those of some terms that a passage has.

        Args:
            candidates: Terms.
            allowed: Passages that count; None counts all.
        """
        known = set(self._words.term_records(list(candidates)))
        return known if allowed is None else {term for term in known if self._containing(term, allowed) is not None}

    def near(self, term: str, distance: int, without: Collection[str], allowed: Allowed | None = None) -> int | None:
        """Return the key of a passage that has a term similar to another one; None if there is none.

        Args:
            term: A term.
            distance: Most edits between the two: insertions, deletions, substitutions, and transpositions of
                neighbours (Damerau-Levenshtein). At most 2.
            without: Terms that the passage must not have.
            allowed: Passages that may be found; None allows all.
        """
        found = (part.near(term, distance, without, self._accept, allowed) for part in self.parts)
        return min((key for key in found if key is not None), default=None)

    def _containing(self, term: str, allowed: Allowed | None = None) -> int | None:
        found = (part.containing(term, self._accept, allowed) for part in self.parts)
        return next((key for key in found if key is not None), None)

    def _bm25(self, question: LexicalQuery) -> Bm25:
        """Return the question with the statistics of the snapshot.

        Raises:
            StoreCorruptError: A record of a term is damaged, or is not found although a passage has the term.
        """
        bm25 = self._recent(question if isinstance(question, str) else tuple(question))
        for term in bm25.unknown:
            if self._containing(term) is not None:
                raise StoreCorruptError("The list of the terms is damaged. Run: footnote verify")
        return bm25

    def _accept(self, keys: Sequence[int]) -> Sequence[bool]:
        """Return whether the snapshot has each passage."""
        if not self._foreign:
            return [True] * len(keys)
        held = self._words.held(keys)
        return [key in held for key in keys]
