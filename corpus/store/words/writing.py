"""Writing the words of passages within a transaction."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from corpus.errors import StoreCorruptError
from corpus.store.checksums import keyed_checksum
from corpus.store.connection import Connection
from corpus.store.words.counts import TermCounts
from corpus.store.words.terms import TermRecord, read_terms, verified_terms, write_terms
from corpus.store.words.totals import WordTotals

BUFFERED = 2048
"""Passages whose words are written together: a frequent term is then updated once."""


class WordWriter:
    """Writes the words of passages. Call `end` before the transaction ends.

    Args:
        connection: A connection in a write transaction.
        totals: The totals before the transaction.
    """

    def __init__(self, connection: Connection, totals: WordTotals) -> None:
        self._connection = connection
        self._totals = totals
        self._added: list[tuple[int, Mapping[str, int]]] = []
        self._left: Counter[int] = Counter()
        self._must_recount = False

    def add(self, passage: int, counts: Mapping[str, int]) -> None:
        """Write the words of a new passage.

        Args:
            passage: Key of the passage, whose row exists.
            counts: Number of occurrences of each term.
        """
        self._added.append((passage, counts))
        if len(self._added) >= BUFFERED:
            self._write_added()

    def remove(self, document: int) -> None:
        """Remove the words of a document's passages, whose rows still exist."""
        self._write_added()
        query = (
            "SELECT passages.key, data, passage_terms.checksum FROM passages LEFT JOIN passage_terms"
            " ON passage = passages.key WHERE document = ?"
        )
        for key, data, expected in self._connection.execute(query, (document,)):
            try:
                counts = verified_counts(key, data, expected)
            except StoreCorruptError:  # what it had can only be found by counting the others
                self._must_recount = True
            else:
                self._left.update(counts.keys)
                self._totals = replace(self._totals, tokens=self._totals.tokens - counts.length)

    def clear(self) -> None:
        """Remove all words."""
        self._added.clear()
        self._left.clear()
        self._connection.execute("DELETE FROM terms")
        self._connection.execute("DELETE FROM passage_terms")
        self._totals = WordTotals(last=self._totals.last)
        self._must_recount = False

    def end(self) -> WordTotals:
        """Write everything, and return the totals."""
        self._write_added()
        if not self._must_recount:
            self._write_left()
        if self._must_recount:
            self._recount()
        return self._totals

    def _write_added(self) -> None:
        if not self._added:
            return
        frequencies = Counter(term for _, counts in self._added for term in counts)
        keys: dict[str, int] = {}
        rows = []
        for known in read_terms(self._connection, "term", frequencies.keys()):
            keys[known.term] = known.key
            rows.append(replace(known, passages=known.passages + frequencies[known.term]))
        last, new = self._totals.last, 0
        for term, passages in frequencies.items():  # in order of their first appearance
            if term not in keys:
                last, new = last + 1, new + 1
                keys[term] = last
                rows.append(TermRecord(last, term, passages))
        write_terms(self._connection, rows)
        tokens = 0
        written = []
        for passage, counts in self._added:
            found = TermCounts.of({keys[term]: count for term, count in counts.items()})
            data = found.data()
            written.append((passage, data, keyed_checksum(passage, data)))
            tokens += found.length
        self._connection.executemany("INSERT INTO passage_terms VALUES (?, ?, ?)", written)
        self._totals = WordTotals(
            self._totals.tokens + tokens,
            self._totals.terms + new,
            self._totals.frequencies + frequencies.total(),
            self._totals.keys + sum(range(last - new + 1, last + 1)),
            last,
        )
        self._added.clear()

    def _write_left(self) -> None:
        """Lower the number of passages of the terms that passages had."""
        found = read_terms(self._connection, "key", self._left.keys())
        if len(found) < len(self._left) or any(row.passages < self._left[row.key] for row in found):
            self._must_recount = True
            return
        rows = [replace(row, passages=row.passages - self._left[row.key]) for row in found]
        write_terms(self._connection, rows)
        gone = [row.key for row in rows if not row.passages]
        self._totals = replace(
            self._totals,
            terms=self._totals.terms - len(gone),
            frequencies=self._totals.frequencies - self._left.total(),
            keys=self._totals.keys - sum(gone),
        )
        self._left.clear()

    def _recount(self) -> None:
        """Count the words of all passages again, from their rows. Damaged rows count as empty."""
        frequencies, tokens = counted(self._connection)
        rows = [
            replace(row, passages=frequencies.get(row.key, 0))
            for row in verified_terms(self._connection.execute("SELECT key, term, passages, checksum FROM terms"))
        ]
        write_terms(self._connection, rows)
        kept = [row for row in rows if row.passages]
        self._totals = WordTotals(
            tokens, len(kept), sum(row.passages for row in kept), sum(row.key for row in kept), self._totals.last
        )


def verified_counts(passage: int, data: object, expected: object) -> TermCounts:
    """Return the term counts of a row.

    Raises:
        StoreCorruptError: The row is missing, or does not match its checksum.
    """
    if not isinstance(data, bytes) or keyed_checksum(passage, data) != expected:
        raise StoreCorruptError(f"The term counts of passage {passage} are damaged. Run: footnote verify")
    return TermCounts.parse(data)


def counted(connection: Connection) -> tuple[Mapping[int, int], int]:
    """Return the number of passages of each term's key, and the number of tokens, counted from the intact rows."""
    frequencies: Counter[int] = Counter()
    tokens = 0
    for counts in _intact_counts(connection):
        frequencies.update(counts.keys)
        tokens += counts.length
    return frequencies, tokens


def _intact_counts(connection: Connection) -> Iterator[TermCounts]:
    for passage, data, expected in connection.execute("SELECT passage, data, checksum FROM passage_terms"):
        try:
            yield verified_counts(passage, data, expected)
        except StoreCorruptError:
            continue
