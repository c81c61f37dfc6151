"""A consistent view of the store: one read transaction, so that everything read is of one generation."""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from corpus.errors import StoreCorruptError, UnknownDocumentError
from corpus.store.connection import Connection
from corpus.store.filtering.catalogue import Catalogue, Entry
from corpus.store.filtering.filters import Filters
from corpus.store.meta_table import LOG, RowTotals, intact_meta, read_meta
from corpus.store.reading.documents import DocumentReader
from corpus.store.reading.passages import PassageReader
from corpus.store.rows import DOCUMENT_COLUMNS, StoredDocument, document_from_record
from corpus.store.words.removals import Changes
from corpus.store.words.totals import WORDS, WordTotals

MAX_VERIFIED_RECORDS = 10_000
"""Records that are verified before an id is called unknown, which takes a third of a second. In a larger store only the
totals are checked, so that requests for unknown ids do not delay others."""

RECORDS_PER_QUERY = 1000
"""Records read in one query; other threads may query in between."""

DEFAULT_META = {"generation": "0", "store": "", "totals": "-1 0 -1 0", WORDS: "0 -1 0 0 0", LOG: "0"}
"""Values used for missing and damaged rows of `meta` if the view is opened with `damaged`."""


class View(DocumentReader, PassageReader):
    """Reads a store inside one transaction; commits of other processes are not seen.

    Threads may share a view.

    Args:
        folder: The data folder.
        connection: A connection in a transaction, which is used instead of a new one and stays open on close.
        damaged: Open the store even if the table `meta` is damaged, to find other damage.

    Raises:
        StoreError: The store cannot be opened.
    """

    def __init__(self, folder: Path, *, connection: Connection | None = None, damaged: bool = False) -> None:
        super().__init__(folder, connection)
        self._catalogue_lock = threading.Lock()
        self._made_catalogue: Catalogue | None = None
        self._reusable: Mapping[int, Entry] = {}
        try:
            with self._reading():
                meta = intact_meta(self._connection) if damaged else read_meta(self._connection)
        except BaseException:
            self.close()
            raise
        self.damaged = [key for key in DEFAULT_META if key not in meta]
        meta = {**DEFAULT_META, **meta}
        self.generation = int(meta["generation"])
        self.store_id = meta["store"]
        self.fingerprint: str | None = meta.get("encoder")
        self.totals = RowTotals.parse(meta["totals"])
        self.words = WordTotals.parse(meta[WORDS])
        self.log_complete_since = int(meta[LOG])
        self.changes: Changes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def is_usable(self) -> bool:
        """Whether the transaction still reads. One in a database of another machine may have ended."""
        return True

    def counts(self) -> tuple[int, int]:
        """Return the number of documents and of passages, from the totals in `meta`."""
        return self.totals.documents, self.totals.passages

    def check_totals(self) -> None:
        """Verify that the tables have the rows that were written, since a damaged file may lose rows silently.

        Raises:
            StoreCorruptError: Rows are missing or have other keys.
        """
        with self._reading():
            self._check(RowTotals.counted(self._connection))
            if self.words.counted(self._connection) != self.words:
                raise StoreCorruptError(
                    f"The store {self._shown} no longer holds all words that were written to it. Run: footnote verify"
                )

    def changes_since(self, earlier: "View") -> Changes | None:
        """Return what has changed since an earlier view, verified by the totals of both, or verify all rows.

        The result is kept as `changes`.

        Args:
            earlier: A view whose totals were verified.

        Returns:
            The changes; None if the log of removals does not give them, for example after a reindex or a restore.

        Raises:
            StoreCorruptError: Rows are missing or have other keys.
        """
        changes = None
        if self.store_id == earlier.store_id:
            with contextlib.suppress(StoreCorruptError):  # a damaged log costs time, not answers
                changes = self._changes(earlier)
        if changes is None or earlier.totals.plus(changes.removed, -1).plus(changes.added) != self.totals:
            self.check_totals()
            changes = None
        self.changes = changes
        return changes

    def _changes(self, earlier: "View") -> Changes | None:
        removals = self.removals_since(earlier.generation)
        if removals is None:
            return None
        last_document, last_passage = earlier.last_document_key, earlier.last_passage_key
        gone = [each.document for each in removals if each.has_left and each.document <= last_document]
        pairs = [(each.document, key) for each in removals for key in each.passages if key <= last_passage]
        new = [key for (key,) in self._rows("SELECT key FROM documents WHERE key > ?", (last_document,))]
        return Changes(earlier.generation, gone, pairs, new, self.passage_rows(after=last_passage))

    @cached_property
    def last_document_key(self) -> int:
        """Greatest key of a document; -1 without documents. A later document has a greater one."""
        return int(self._rows("SELECT coalesce(max(key), -1) FROM documents")[0][0])

    @cached_property
    def last_passage_key(self) -> int:
        """Greatest key of a passage; -1 without passages. A later passage has a greater one."""
        return int(self._rows("SELECT coalesce(max(key), -1) FROM passages")[0][0])

    def _check(self, found: RowTotals) -> None:
        if found != self.totals:
            raise StoreCorruptError(
                f"The store {self._shown} no longer holds all that was written to it. Run: footnote verify"
            )

    def document(self, identifier: str) -> StoredDocument:
        """Return a document.

        Raises:
            UnknownDocumentError: There is no document with this id.
            StoreCorruptError: Its record is damaged; or no record has this id, but the store has lost documents or has
                damaged ones.
        """
        try:
            return super().document(identifier)
        except UnknownDocumentError:
            self.check_totals()
            if self.totals.documents <= MAX_VERIFIED_RECORDS:
                self._catalogue()  # verifies every record, any of which may have lost the id
            raise

    def tables_with_other_rows(self) -> list[str]:
        """Return those of the tables `documents` and `passages` that do not match the totals."""
        with self._reading():
            found = RowTotals.counted(self._connection)
        return [table for table in ("documents", "passages") if found.of_table(table) != self.totals.of_table(table)]

    def problems_found_by_sqlite(self) -> list[str]:
        """Return what SQLite's integrity check and foreign key check report, a line each."""
        lines = [line for (line,) in self._rows("PRAGMA integrity_check") if line != "ok"]
        dangling = self._records("PRAGMA foreign_key_check")
        return lines + [f"row {record['rowid']} of {record['table']} refers to nothing" for record in dangling]

    def passage_keys(self, *, after: int | None = None) -> list[int]:
        """Return keys of passages, ascending; only those greater than `after`, if it is given."""
        if after is not None:
            return [key for (key,) in self._rows("SELECT key FROM passages WHERE key > ? ORDER BY key", (after,))]
        # +key: sorting the keys of a narrow index is faster than reading the wide table in order
        return [key for (key,) in self._rows("SELECT key FROM passages ORDER BY +key")]

    def allowed_documents(self, filters: Filters) -> list[int]:
        """Return the keys of the documents that filters allow.

        Raises:
            StoreCorruptError: A record is damaged, or documents or passages are missing.
        """
        return sorted(self._catalogue().documents(filters))

    def passage_rows(self, *, after: int | None = None) -> list[tuple[int, int]]:
        """Return the key of its document and its own key for every passage; only keys above `after`, if it is given."""
        if after is not None:
            return self._rows("SELECT document, key FROM passages WHERE key > ? ORDER BY key", (after,))
        return self._rows("SELECT document, key FROM passages INDEXED BY passages_by_document")

    def reuse_catalogue(self, earlier: "View") -> None:
        """Reuse the catalogue entries of an earlier view of the same store.

        A replaced document has another key, so the entry of a key stays valid.
        """
        made = earlier._made_catalogue
        self._reusable = earlier._reusable if made is None else made.entries

    def _catalogue(self) -> Catalogue:
        """Return the catalogue, made when a filter first needs it.

        Raises:
            StoreCorruptError: A record is damaged, or documents or passages are missing.
        """
        with self._catalogue_lock:  # other threads may query in the meantime
            if self._made_catalogue is None:
                keys = [key for (key,) in self._rows("SELECT key FROM documents NOT INDEXED")]
                self._check(RowTotals.of(keys, self.passage_rows()))
                self._made_catalogue = Catalogue(self._entries(keys))
                self._reusable = {}
            return self._made_catalogue

    def _entries(self, keys: Sequence[int]) -> Iterator[Entry]:
        """Yield the catalogue entries of documents: reused ones, and new ones from verified records."""
        new = [key for key in keys if key not in self._reusable]
        yield from (self._reusable[key] for key in keys if key in self._reusable)
        query = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE key IN (SELECT value FROM json_each(?))"
        for at in range(0, len(new), RECORDS_PER_QUERY):
            some = new[at : at + RECORDS_PER_QUERY]
            found = {record["key"]: record for record in self._records(query, (json.dumps(some),))}
            for key in some:
                if key not in found:
                    raise StoreCorruptError(f"The record of document {key} is missing. Run: footnote verify")
                yield Entry.of(document_from_record(found[key], 0))
