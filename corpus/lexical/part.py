"""A tantivy index over some of a snapshot's passages, and perhaps others, which proposes passages."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import tantivy

from corpus.lexical.bm25 import Bm25, inverse_frequency
from corpus.lexical.words import Words
from corpus.store import Allowed

READ_AT_ONCE = 2048
"""Passages whose words are read from the store in one query."""

MAX_REACH = 6000
"""Hits looked through for those allowed. Where more are needed, tantivy is given the allowed keys if they are few."""

HEAP_BYTES = 128_000_000
"""Memory that tantivy fills before it begins another segment: about 100,000 passages."""

RELATIVE_SLACK, SLACK = 1e-5, 1e-4
"""Largest difference, relative and absolute, of a score of tantivy's, in 32-bit floats, from the exact one at equal
statistics, rounded to four decimals."""

KEY, TEXT = "key", "text"

Accept = Callable[[Sequence[int]], Sequence[bool]]
"""Returns whether each of some passages may be found."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A proposed passage, and the interval that its exact score lies in."""

    key: int
    low: float
    high: float


class IndexPart:
    """A tantivy index. Immutable, and safe to share between threads.

    Its terms are those of the store, analysed when the passage was encoded. Passages are only ever added: tantivy goes
    on counting what the store has removed.

    Args:
        searcher: Searcher of the index. Its files may be deleted meanwhile.
        tokens: Sum of the lengths of its passages.
        mark: Greatest key of its passages; -1 without passages.
    """

    def __init__(self, searcher: tantivy.Searcher, tokens: int, mark: int) -> None:
        self._searcher = searcher
        self._schema = _schema()
        self.tokens = tokens
        self.mark = mark

    @classmethod
    def in_memory(cls, words: Words, keys: Sequence[int]) -> Self:
        """Return an index of passages without files.

        Args:
            words: Words of the passages.
            keys: Their keys, ascending.
        """
        return cls(*_grown(tantivy.Index(_schema()), words, keys, 0))

    @classmethod
    def in_folder(cls, folder: Path, words: Words, keys: Sequence[int], tokens: int = 0) -> Self:
        """Add passages to the index in a folder, and return it.

        Args:
            folder: An empty folder, or one that this function wrote to.
            words: Words of the passages.
            keys: Their keys, ascending, all greater than those of the index.
            tokens: Sum of the lengths of the passages of the index in the folder.

        Raises:
            OSError: A file cannot be read or written.
            ValueError: tantivy refuses a file, or cannot write one.
            StoreCorruptError: The words of a passage are damaged.
        """
        return cls(*_grown(tantivy.Index(_schema(), path=str(folder)), words, keys, tokens))

    @classmethod
    def opened(cls, folder: Path, tokens: int, mark: int) -> Self:
        """Return the index in a folder. Verify its files first: tantivy does not detect damage.

        Raises:
            OSError: A file cannot be read.
            ValueError: tantivy refuses a file.
        """
        index = tantivy.Index.open(str(folder))
        index.config_reader("manual")
        return cls(index.searcher(), tokens, mark)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def keys(self) -> list[int]:
        """Return the keys of all passages, ascending. The time is in proportion to their number."""
        hits = self._searcher.search(tantivy.Query.all_query(), max(1, len(self)), count=False).hits
        return sorted(self._keys([address for _, address in hits]))

    def proposed(self, bm25: Bm25, depth: int, accept: Accept, allowed: Allowed | None) -> list[Bounds]:
        """Return passages among which are the best `depth` of this index by exact scores.

        tantivy's score of a passage differs from the exact one in the statistics: those of this index in place of
        those of the snapshot. Boosts make the inverse document frequencies equal, so that with `L` for the
        passage's length, each term contributes `w * tf / (tf + k1 * (1 - b + b * L / average))` with either average.
        The quotient of two such terms lies between 1 and the quotient of the averages, and so does that of the sums.
        Proposals are fetched until no other one can be among the best.

        Args:
            bm25: The question, with the statistics of the snapshot.
            depth: Number of passages wanted.
            accept: Which passages the snapshot has.
            allowed: Passages that may be found; None allows all.
        """
        query = self._query(bm25.terms, bm25.passages)
        if query is None:
            return []
        quotient = bm25.average * len(self) / self.tokens
        if allowed is not None and allowed.keys is not None and self._reach(depth, allowed) > MAX_REACH:
            query, allowed = self._among(query, allowed.keys), None
        reach = self._reach(depth, allowed)
        while True:
            hits = self._searcher.search(query, reach, count=False).hits
            scores = [score for score, _ in hits]
            found = _within(self._keys([address for _, address in hits]), scores, quotient)
            kept = _accepted(found, accept, allowed)
            if len(hits) < reach:
                return kept
            if len(kept) >= depth:
                border = sorted((each.low for each in kept), reverse=True)[depth - 1]
                if found[-1].high < border:
                    return [each for each in kept if each.high >= border]
            if allowed is not None and allowed.keys is not None and 4 * reach > MAX_REACH:
                query, allowed = self._among(query, allowed.keys), None
            else:
                reach *= 4

    def _reach(self, depth: int, allowed: Allowed | None) -> int:
        share = 1 if allowed is None else 2 * (len(self) + 1) // (min(len(allowed), len(self)) + 1)
        return (depth + 1 + depth // 8) * max(1, share)

    def containing(self, term: str, accept: Accept, allowed: Allowed | None) -> int | None:
        """Return the key of an accepted and allowed passage with a term; None if there is none."""
        if not self._searcher.doc_freq(TEXT, term):
            return None
        return self._any(self._term(term), accept, allowed)

    def near(
        self, term: str, distance: int, without: Collection[str], accept: Accept, allowed: Allowed | None
    ) -> int | None:
        """Return the key of an accepted and allowed passage with a similar term; see `LexicalIndex.near`."""
        clauses = [(tantivy.Occur.Must, tantivy.Query.fuzzy_term_query(self._schema, TEXT, term, distance))]
        clauses += [(tantivy.Occur.MustNot, self._term(one)) for one in without]
        return self._any(tantivy.Query.boolean_query(clauses), accept, allowed)

    def _any(self, query: tantivy.Query, accept: Accept, allowed: Allowed | None) -> int | None:
        if allowed is not None and allowed.keys is not None:
            query, allowed = self._among(query, allowed.keys), None
        reach = 4 if allowed is None else MAX_REACH
        while True:
            hits = self._searcher.search(query, reach, count=False).hits
            keys = self._keys([address for _, address in hits])
            for each in _accepted([Bounds(key, 0, 0) for key in keys], accept, allowed):
                return each.key
            if len(keys) < reach:
                return None
            reach *= 4

    def _query(self, terms: Mapping[str, float], passages: int) -> tantivy.Query | None:
        """Return a query whose scores have the snapshot's inverse document frequencies."""
        one_of = []
        for term in sorted(terms):
            if holding := self._searcher.doc_freq(TEXT, term):
                boost = terms[term] / inverse_frequency(len(self), holding)
                one_of.append((tantivy.Occur.Should, tantivy.Query.boost_query(self._term(term), boost)))
        return tantivy.Query.boolean_query(one_of) if one_of else None

    def _among(self, query: tantivy.Query, keys: Collection[int]) -> tantivy.Query:
        listed = tantivy.Query.term_set_query(self._schema, KEY, [int(key) for key in keys])
        both = (query, tantivy.Query.const_score_query(listed, 0.0))
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in both])

    def _keys(self, addresses: Sequence[tantivy.DocAddress]) -> list[int]:
        return [int(key or 0) for key in self._searcher.fast_field_values(KEY, list(addresses))]

    def _term(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, TEXT, term, "freq")


def _within(keys: Sequence[int], scores: Sequence[float], quotient: float) -> list[Bounds]:
    """Return the intervals of exact scores, given tantivy's and the quotient of the averages, snapshot by index."""
    low, high = min(1.0, quotient) * (1 - RELATIVE_SLACK), max(1.0, quotient) * (1 + RELATIVE_SLACK)
    pairs = zip(keys, scores, strict=True)
    return [Bounds(key, score * low - SLACK, score * high + SLACK) for key, score in pairs]


def _accepted(found: Sequence[Bounds], accept: Accept, allowed: Allowed | None) -> list[Bounds]:
    keys = [each.key for each in found]
    may = [True] * len(keys) if allowed is None else allowed.among(keys)
    return [each for each, held, is_allowed in zip(found, accept(keys), may, strict=True) if held and is_allowed]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(KEY, indexed=True, fast=True)
    builder.add_text_field(TEXT, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _grown(index: tantivy.Index, words: Words, keys: Sequence[int], tokens: int) -> tuple[tantivy.Searcher, int, int]:
    index.config_reader("manual")
    writer = index.writer(HEAP_BYTES, 1)
    for key, text, length in _texts(words, keys):
        document = tantivy.Document()
        document.add_integer(KEY, key)
        document.add_text(TEXT, text)
        writer.add_document(document)
        tokens += length
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index.searcher(), tokens, keys[-1] if keys else -1


def _texts(words: Words, keys: Sequence[int]) -> Iterator[tuple[int, str, int]]:
    """Yield key, terms separated by spaces, and length of passages.

    Raises:
        StoreCorruptError: The words of a passage are damaged.
    """
    known: dict[int, str] = {}
    for at in range(0, len(keys), READ_AT_ONCE):
        counts = words.passage_terms(keys[at : at + READ_AT_ONCE])
        new = {term for each in counts.values() for term in each.keys if term not in known}
        known.update(words.term_texts(new))
        for key, each in counts.items():
            repeated: Iterable[str] = (term for one, count in each.items() for term in [known[one]] * count)
            yield key, " ".join(repeated), each.length
