"""What the store holds at one moment: a read transaction, so that all it gives is of one generation."""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpus.documents import SourceDocument, revision_of
from corpus.errors import SpanError, StoreCorruptError, StoreError, UnknownDocumentError
from corpus.store.checksums import keyed_checksum
from corpus.store.database import DATABASE_NAME, FrozenConnection, connect, translated_errors
from corpus.store.filters import Catalogue, Entry, Filters
from corpus.store.meta import KEY_SUM, Tally, read_meta, readable_meta
from corpus.store.recovery.salvage import Named, named_documents
from corpus.store.rows import (
    DOCUMENT_COLUMNS,
    METADATA_COLUMNS,
    PASSAGE_COLUMNS,
    PASSAGES_OF_DOCUMENT,
    StoredDocument,
    StoredPassage,
    StoredSource,
    document_from_row,
    metadata_columns,
    passage_from_row,
)

__all__ = ["View"]


MOST_RECORDS = 10_000
"""So many are checked before a document is called unknown, in a third of a second. Of more, only that none is missing:
whoever asks for nonsense would keep the others waiting."""

RECORDS_AT_ONCE = 1000
"""Documents' records read in one query; others may ask in between."""

IDS_INDEX = "sqlite_autoindex_documents_1"
IDS_DAMAGED = "The list of the documents' ids in {} is damaged. Run: footnote verify"

LOST_META = {"generation": "0", "store": "", "tally": "-1 0 -1 0"}
"""Instead of what a damaged store no longer says of itself."""


class View:
    """Reads a store inside one transaction.

    Safe to share between threads: calls take turns. What other processes commit meanwhile is not seen.

    Args:
        folder: The data folder.
        connection: One that already is in a transaction, which then is the view's; it stays open on close.
        damaged: Open it also if what it says of itself is damaged, to see what else is.

    Raises:
        StoreError: The store cannot be opened.
    """

    def __init__(self, folder: Path, *, connection: sqlite3.Connection | None = None, damaged: bool = False) -> None:
        self.folder = folder
        self._path = folder / DATABASE_NAME
        self._lock = threading.RLock()
        self._making_catalogue = threading.Lock()
        self._made_catalogue: Catalogue | None = None
        self._known: Mapping[int, Entry] = {}
        self._has_checked_ids = False
        self._owns = connection is None
        self._connection = connection or connect(folder, reading=True)
        try:
            if self._owns:
                self._rows("BEGIN")
            with self._reading():
                meta = readable_meta(self._connection) if damaged else read_meta(self._connection)
        except BaseException:
            self.close()
            raise
        self.damaged = [key for key in LOST_META if key not in meta]
        meta = {**LOST_META, **meta}
        self.generation = int(meta["generation"])
        self.store_id = meta["store"]
        self.fingerprint: str | None = meta.get("encoder")
        self.tally = Tally.read(meta["tally"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the transaction; closing twice does no harm."""
        if self._owns:
            with self._lock:
                self._connection.close()

    def counts(self) -> tuple[int, int]:
        """Number of documents and of passages, as the store says: counting them anew would trust an unchecked index."""
        return self.tally.documents, self.tally.passages

    def check_tally(self) -> None:
        """See that no document and no passage has vanished, as a damaged file may lose rows without a word.

        Raises:
            StoreCorruptError: There are others than were written.
        """
        with self._reading():
            self._check(Tally.counted(self._connection))

    def _check(self, found: Tally) -> None:
        if found != self.tally:
            raise StoreCorruptError(
                f"The store {self._path} no longer holds all that was written to it. Run: footnote verify"
            )

    def altered(self) -> list[str]:
        """Those of the tables `documents` and `passages` that do not have the rows that were written."""
        with self._reading():
            found = Tally.counted(self._connection)
        return [table for table in ("documents", "passages") if found.of_table(table) != self.tally.of_table(table)]

    def documents(self, *, after: str = "", limit: int = -1) -> list[StoredDocument]:
        """Documents in order of their ids.

        Args:
            after: Only ids greater than this one.
            limit: At most so many; -1 for all.
        """
        self._check_ids()
        query = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id > ? ORDER BY id LIMIT ?"
        return [document_from_row(row) for row in self._rows(query, (after, limit))]

    def document_ids(self) -> list[str]:
        """Ids of all documents, in order; their records are not looked at."""
        self._check_ids()
        return [row[0] for row in self._rows("SELECT id FROM documents ORDER BY id")]

    def _check_ids(self) -> None:
        """See, once, that the index by which documents are listed has the ids that their records have.

        Raises:
            StoreCorruptError: It has not, so that a list would leave some out or have them in another order.
        """
        if not self._has_checked_ids:
            stored = self._rows("SELECT id, key FROM documents NOT INDEXED")
            listed = self._rows(f"SELECT id, key FROM documents INDEXED BY {IDS_INDEX} ORDER BY id")
            if any(not isinstance(row[0], str) for row in stored) or sorted(stored) != listed:
                raise StoreCorruptError(IDS_DAMAGED.format(self._path))
            self._has_checked_ids = True

    def document(self, identifier: str) -> StoredDocument:
        """One document.

        Raises:
            UnknownDocumentError: No document has this id.
            StoreCorruptError: Its record is damaged; or none has this id, but documents have vanished, or one of up to
                10,000 is damaged.
        """
        rows = self._rows(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id = ?", (identifier,))
        if rows:
            return document_from_row(rows[0])
        if self._rows("SELECT 1 FROM documents NOT INDEXED WHERE id = ?", (identifier,)):
            raise StoreCorruptError(IDS_DAMAGED.format(self._path))
        self.check_tally()
        if self.tally.documents <= MOST_RECORDS:
            self._catalogue()  # reads every record, any of which may have been this document's
        raise UnknownDocumentError(f"There is no document '{identifier}'. List them with: footnote documents list")

    def damaged_source(self, identifier: str) -> str | None:
        """Where a document came from, read without its checksum, for people; None if it cannot be read."""
        with contextlib.suppress(StoreError):
            for (source,) in self._rows("SELECT source FROM documents WHERE id = ?", (identifier,)):
                return source if isinstance(source, str) else None
        return None

    def named_documents(self) -> list[Named]:
        """All documents as far as anything still names them, in order of their ids; nothing is checked."""
        with self._lock:
            return named_documents(self._connection)

    def documents_by_key(self, keys: Iterable[int]) -> dict[int, StoredDocument]:
        """The documents with these keys."""
        wanted = sorted(set(keys))
        query = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE key IN (SELECT value FROM json_each(?))"
        rows = {row[0]: row for row in self._rows(query, (json.dumps(wanted),))}
        for key in wanted:
            if key not in rows:
                raise StoreCorruptError(f"The document of a passage, number {key}, is missing. Run: footnote verify")
        return {key: document_from_row(rows[key]) for key in wanted}

    def sources(self) -> list[StoredSource]:
        """Where every document came from, in order of the sources; their records are not checked.

        Raises:
            StoreCorruptError: The table and the index by which a source is found disagree.
        """
        rows = self._rows("SELECT id, source, file, source_sha256 FROM documents NOT INDEXED")
        indexed = self._rows("SELECT source FROM documents INDEXED BY sqlite_autoindex_documents_2 ORDER BY source")
        if sorted((row[1],) for row in rows) != indexed:
            raise StoreCorruptError(f"The list of the sources in {self._path} is damaged. Run: footnote verify")
        return sorted((StoredSource(*row) for row in rows), key=lambda each: each.source)

    def is_intact(self, identifier: str) -> bool:
        """Whether record and text of a document are as they were written."""
        try:
            self.text(self.document(identifier))
        except (StoreCorruptError, UnknownDocumentError):
            return False
        return True

    def differs_in_name_only(self, identifier: str, document: SourceDocument) -> bool:
        """Whether a stored document and one just read are the same in text, type and metadata."""
        query = f"SELECT media_type, revision, {METADATA_COLUMNS} FROM documents WHERE id = ?"
        expected = (document.media_type, revision_of(document.text), *metadata_columns(document))
        return self._rows(query, (identifier,)) == [expected]

    def text(self, document: StoredDocument) -> str:
        """A document's canonical text, checked against its revision.

        Raises:
            StoreCorruptError: It does not match.
        """
        for (data,) in self._rows("SELECT text FROM documents WHERE key = ?", (document.key,)):
            with contextlib.suppress(UnicodeDecodeError, AttributeError):
                text: str = data.decode()
                if revision_of(text) == document.revision:
                    return text
        raise StoreCorruptError(f"The text of document '{document.id}' is damaged. Run: footnote verify")

    def span(self, document: StoredDocument, start: int, end: int) -> str:
        """The canonical text from code point `start` up to `end`.

        Raises:
            SpanError: The span is empty backwards or lies outside the text.
        """
        if not 0 <= start <= end <= document.characters:
            raise SpanError(
                f"The span must lie within the document's {document.characters:,} characters, start before end."
            )
        return self.text(document)[start:end]

    def passages(self, keys: Sequence[int]) -> list[StoredPassage]:
        """The passages with these keys, in the order given, each checked against its checksum.

        Raises:
            StoreCorruptError: One is missing or does not match.
        """
        query = f"SELECT {PASSAGE_COLUMNS} FROM passages WHERE key IN (SELECT value FROM json_each(?))"
        with self._reading():
            rows = {row[0]: row for row in self._connection.execute(query, (json.dumps(list(keys)),))}
            _all_there(keys, rows, "is missing")
            return [passage_from_row(rows[key], self._span_bytes(rows[key])) for key in keys]

    def _span_bytes(self, row: Sequence[int]) -> bytes:
        """Read only the passage's own bytes of the document's text, which may be long."""
        document, byte_start, byte_end = row[2], row[5], row[6]
        if not all(isinstance(number, int) for number in (document, byte_start, byte_end)):
            raise StoreCorruptError(f"Passage {row[0]} is damaged. Run: footnote verify")
        try:
            blob = self._connection.blobopen("documents", "text", document, readonly=True)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            raise StoreCorruptError(f"Passage {row[0]} has no document. Run: footnote verify") from error
        with blob:
            start = min(max(byte_start, 0), len(blob))
            blob.seek(start)
            return blob.read(min(max(byte_end, start), len(blob)) - start)

    def document_passages(self, document: StoredDocument) -> list[int]:
        """Keys of a document's passages, in order of their start."""
        rows = self._rows("SELECT key FROM passages WHERE document = ? ORDER BY start, key", (document.key,))
        return [row[0] for row in rows]

    def passage_keys(self, filters: Filters | None = None, *, after: int | None = None) -> list[int]:
        """Keys of passages, ascending.

        Args:
            filters: Only passages that they allow.
            after: Without filters: only keys greater than this one.
        """
        if not filters and after is not None:
            return [row[0] for row in self._rows("SELECT key FROM passages WHERE key > ? ORDER BY key", (after,))]
        if not filters:  # +key: to sort what is read from a slim index is quicker than to read the wide table in order
            return [row[0] for row in self._rows("SELECT key FROM passages ORDER BY +key")]
        return self._catalogue().passage_keys(filters)

    def allowed_documents(self, filters: Filters) -> list[int]:
        """Return the keys of the documents that filters allow.

        Raises:
            StoreCorruptError: A record is damaged, or documents or passages are missing.
        """
        return self._catalogue().allowed(filters)

    def passage_rows(self) -> list[tuple[int, int]]:
        """Return the key of its document and its own key for every passage."""
        return self._rows("SELECT document, key FROM passages INDEXED BY passages_by_document")

    def _catalogue(self) -> Catalogue:
        """What filters ask of documents; made when it is first needed.

        Raises:
            StoreCorruptError: A record is damaged, or documents or passages are missing.
        """
        with self._making_catalogue:  # others may read the store meanwhile
            if self._made_catalogue is None:
                keys = [row[0] for row in self._rows("SELECT key FROM documents NOT INDEXED")]
                passages = self.passage_rows()
                self._check(Tally.of(keys, passages))
                self._made_catalogue = Catalogue(self._entries(keys), passages)
                self._known = {}
            return self._made_catalogue

    def _entries(self, keys: Sequence[int]) -> Iterator[Entry]:
        """What filters ask of the documents with these keys: what is known already, or the record, checked."""
        new = [key for key in keys if key not in self._known]
        yield from (self._known[key] for key in keys if key in self._known)
        query = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE key IN (SELECT value FROM json_each(?))"
        query = query.replace(PASSAGES_OF_DOCUMENT, "0")
        for at in range(0, len(new), RECORDS_AT_ONCE):
            some = new[at : at + RECORDS_AT_ONCE]
            rows = {row[0]: row for row in self._rows(query, (json.dumps(some),))}
            for key in some:
                if key not in rows:
                    raise StoreCorruptError(f"The record of document {key} is missing. Run: footnote verify")
                yield Entry.of(document_from_row(rows[key]))

    def learn_from(self, earlier: "View") -> None:
        """Take over what an earlier view of the same store knows of documents for its filters.

        A document that is replaced has another key, so what is known of a key stays true.
        """
        made = earlier._made_catalogue
        self._known = earlier._known if made is None else made.entries

    def key_digest(self, last: int) -> tuple[int, int]:
        """How many passages have keys up to `last`, and the sum of these keys modulo 2**32 each.

        Since keys are drawn with random gaps, this tells sets of them apart without giving them all.
        """
        query = f"SELECT count(*), {KEY_SUM} FROM passages WHERE +key <= ?"
        count, total = self._rows(query, (last,))[0]
        return count, total

    def passage_documents(self, keys: Sequence[int]) -> dict[int, int]:
        """The key of the document that each of these passages belongs to."""
        query = "SELECT key, document FROM passages WHERE key IN (SELECT value FROM json_each(?))"
        return dict(self._rows(query, (json.dumps(list(keys)),)))

    def vectors(self, keys: Sequence[int]) -> list[tuple[int, bytes]]:
        """`(key, vector)` of the passages with these keys, ascending, checked.

        Raises:
            StoreCorruptError: A vector is missing or does not match its checksum.
        """
        query = (
            "SELECT key, vector, vector_checksum FROM passages"
            " WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key"
        )
        rows = self._rows(query, (json.dumps(list(keys)),))
        _all_there(keys, {row[0] for row in rows}, "is missing")
        return [(key, _intact(key, data, expected, "vector of passage {} is")) for key, data, expected in rows]

    def token_vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        """The packed token vectors of the passages with these keys, checked.

        Raises:
            StoreCorruptError: Some are missing or do not match their checksum.
        """
        query = "SELECT passage, data, checksum FROM token_vectors WHERE passage IN (SELECT value FROM json_each(?))"
        rows = self._rows(query, (json.dumps(list(keys)),))
        _all_there(keys, {row[0] for row in rows}, "has no token vectors")
        return {key: _intact(key, data, expected, "token vectors of passage {} are") for key, data, expected in rows}

    def problems_found_by_sqlite(self) -> list[str]:
        """What SQLite's own integrity and foreign key checks find, one line each."""
        rows = [row[0] for row in self._rows("PRAGMA integrity_check") if row[0] != "ok"]
        return rows + [f"row {row[1]} of {row[0]} refers to nothing" for row in self._rows("PRAGMA foreign_key_check")]

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, translated_errors(self._path):
            yield
            if isinstance(self._connection, FrozenConnection):
                self._connection.check()

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._reading():
            return self._connection.execute(query, values).fetchall()


def _intact(key: int, data: object, expected: int, what_is: str) -> bytes:
    if not isinstance(data, bytes) or keyed_checksum(key, data) != expected:
        raise StoreCorruptError(f"The {what_is.format(key)} damaged. Run: footnote verify")
    return data


def _all_there(keys: Iterable[int], found: Container[int], what: str) -> None:
    for key in keys:
        if key not in found:
            raise StoreCorruptError(f"Passage {key} {what}. Run: footnote verify")
