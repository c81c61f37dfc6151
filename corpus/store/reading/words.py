"""Reading words: term counts of passages, frequencies of terms, and the log of removals."""

import json
from collections.abc import Collection, Iterable, Sequence

from corpus.errors import StoreCorruptError
from corpus.store.reading.transaction import ReadTransaction
from corpus.store.words.counts import TermCounts
from corpus.store.words.removals import Removal, removals_since
from corpus.store.words.terms import TermRecord, read_terms
from corpus.store.words.totals import WordTotals
from corpus.store.words.writing import counted, verified_counts


class WordReader(ReadTransaction):
    """Reads words; every row is verified against its checksum."""

    words: WordTotals
    generation: int
    log_complete_since: int

    def term_records(self, terms: Collection[str]) -> dict[str, TermRecord]:
        """Return those of some terms that a passage has.

        Raises:
            StoreCorruptError: A record is damaged.
        """
        with self._reading():
            return {record.term: record for record in read_terms(self._connection, "term", terms)}

    def term_texts(self, keys: Collection[int]) -> dict[int, str]:
        """Return the terms with these keys.

        Raises:
            StoreCorruptError: A record is missing or damaged.
        """
        wanted = set(keys)
        with self._reading():
            found = {record.key: record.term for record in read_terms(self._connection, "key", wanted)}
        if missing := wanted - found.keys():
            raise StoreCorruptError(f"The record of term {min(missing)} is missing. Run: footnote verify")
        return found

    def passage_terms(self, keys: Sequence[int]) -> dict[int, TermCounts]:
        """Return the term counts of the passages with these keys.

        Raises:
            StoreCorruptError: The term counts of a passage are missing or damaged.
        """
        query = "SELECT passage, data, checksum FROM passage_terms WHERE passage IN (SELECT value FROM json_each(?))"
        rows = self._rows(query, (json.dumps(list(keys)),))
        found = {key: verified_counts(key, data, expected) for key, data, expected in rows}
        for key in keys:
            if key not in found:
                raise StoreCorruptError(f"Passage {key} has no term counts. Run: footnote verify")
        return found

    def named_terms(self, keys: Sequence[int]) -> dict[int, dict[str, int]]:
        """Return the number of occurrences of each term in the passages with these keys.

        Raises:
            StoreCorruptError: The term counts of a passage, or the record of a term, are missing or damaged.
        """
        found = self.passage_terms(keys)
        texts = self.term_texts({term for counts in found.values() for term in counts.keys})
        return {key: {texts[term]: count for term, count in found[key].items()} for key in keys}

    def held(self, keys: Iterable[int]) -> set[int]:
        """Return those of some keys that a passage has."""
        query = "SELECT key FROM passages WHERE key IN (SELECT value FROM json_each(?))"
        return {key for (key,) in self._rows(query, (json.dumps(list(keys)),))}

    def removals_since(self, generation: int) -> list[Removal] | None:
        """Return what later generations than this one have removed, in their order.

        Args:
            generation: An earlier generation of this store.

        Returns:
            The removals; None if the log does not reach back to the generation.

        Raises:
            StoreCorruptError: A row of the log is damaged.
        """
        if not self.log_complete_since <= generation <= self.generation:
            return None
        with self._reading():
            return removals_since(self._connection, generation)

    def words_are_counted(self) -> bool:
        """Return whether frequencies and totals are those of the passages' term counts, which are not verified here."""
        with self._reading():
            frequencies, tokens = counted(self._connection)
            try:
                stored = {row.key: row.passages for row in read_terms(self._connection, "key", frequencies.keys())}
            except StoreCorruptError:
                return False
            return (stored, tokens, self.words.counted(self._connection)) == (
                frequencies,
                self.words.tokens,
                self.words,
            )
