"""Words of passages, as BM25 needs them: of a store, or of texts."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from corpus.lexical.analysis import terms
from corpus.store import TermCounts, TermRecord, WordTotals


class Words(Protocol):
    """Words of the passages of one snapshot; `corpus.store.View` has them.

    Every method may raise StoreCorruptError.
    """

    @property
    def words(self) -> WordTotals:
        """Totals of all passages."""

    def counts(self) -> tuple[int, int]:
        """Return the number of documents and of passages."""

    def term_records(self, terms: Collection[str]) -> Mapping[str, TermRecord]:
        """Return those of some terms that a passage has."""

    def term_texts(self, keys: Collection[int]) -> Mapping[int, str]:
        """Return the terms with these keys."""

    def passage_terms(self, keys: Sequence[int]) -> Mapping[int, TermCounts]:
        """Return the term counts of the passages with these keys."""

    def held(self, keys: Iterable[int]) -> Collection[int]:
        """Return those of some keys that a passage has."""

    def passage_keys(self, *, after: int | None = None) -> Sequence[int]:
        """Return keys of passages, ascending; only those greater than `after`, if it is given."""


class CountedTexts:
    """`Words` of texts.

    Args:
        passages: Key and text of each.
    """

    def __init__(self, passages: Iterable[tuple[int, str]]) -> None:
        keys: dict[str, int] = {}
        frequencies: Counter[str] = Counter()
        self._counts: dict[int, TermCounts] = {}
        for passage, text in sorted(passages):
            counts = Counter(terms(text))
            frequencies.update(counts.keys())
            self._counts[passage] = TermCounts.of(
                {keys.setdefault(term, len(keys)): count for term, count in counts.items()}
            )
        self._records = {term: TermRecord(key, term, frequencies[term]) for term, key in keys.items()}
        self._terms = list(keys)
        self.words = WordTotals(sum(counts.length for counts in self._counts.values()))

    def counts(self) -> tuple[int, int]:
        """See `Words.counts`."""
        return len(self._counts), len(self._counts)

    def term_records(self, terms: Collection[str]) -> dict[str, TermRecord]:
        """See `Words.term_records`."""
        return {term: self._records[term] for term in terms if term in self._records}

    def term_texts(self, keys: Collection[int]) -> dict[int, str]:
        """See `Words.term_texts`."""
        return {key: self._terms[key] for key in keys}

    def passage_terms(self, keys: Sequence[int]) -> dict[int, TermCounts]:
        """See `Words.passage_terms`."""
        return {key: self._counts[key] for key in keys}

    def held(self, keys: Iterable[int]) -> set[int]:
        """See `Words.held`."""
        return {key for key in keys if key in self._counts}

    def passage_keys(self, *, after: int | None = None) -> list[int]:
        """See `Words.passage_keys`."""
        return [key for key in self._counts if after is None or key > after]
