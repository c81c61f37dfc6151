"""What the store holds at one moment: a read transaction, so that all it gives is of one generation."""

import json
import sqlite3
import threading
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpus.checksums import keyed_checksum
from corpus.database import DATABASE_NAME, connect, translated_errors
from corpus.documents import SourceDocument, revision_of
from corpus.errors import SpanError, StoreCorruptError, UnknownDocumentError
from corpus.meta import KEY_SUM, Tally, read_meta
from corpus.rows import (
    DOCUMENT_COLUMNS,
    METADATA_COLUMNS,
    PASSAGE_COLUMNS,
    StoredDocument,
    StoredPassage,
    StoredSource,
    document_from_row,
    metadata_columns,
    passage_from_row,
)

__all__ = ["Filters", "View"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents' passages may be candidates; an empty field allows all.

    Args:
        publishers: Any of these publishers.
        document_ids: Any of these documents.
        languages: Any of these language tags, each with its subtags (`es` takes `es-SV`).
        tags: Documents that carry any of these tags, written alike.
        published_from: First date allowed, ISO 8601.
        published_before: First date no longer allowed, ISO 8601.
        without_documents: None of these documents.
    """

    publishers: Sequence[str] = ()
    document_ids: Sequence[str] = ()
    languages: Sequence[str] = ()
    tags: Sequence[str] = ()
    published_from: str | None = None
    published_before: str | None = None
    without_documents: Sequence[str] = ()

    def __bool__(self) -> bool:
        lists = (self.publishers, self.document_ids, self.languages, self.tags, self.without_documents)
        return any((*lists, self.published_from, self.published_before))


class View:
    """Reads a store inside one transaction.

    Safe to share between threads: calls take turns. What other processes commit meanwhile is not seen.

    Args:
        folder: The data folder.
        connection: One that already is in a transaction, which then is the view's; it stays open on close.

    Raises:
        StoreError: The store cannot be opened.
    """

    def __init__(self, folder: Path, *, connection: sqlite3.Connection | None = None) -> None:
        self.folder = folder
        self._path = folder / DATABASE_NAME
        self._lock = threading.RLock()
        self._owns = connection is None
        self._connection = connection or connect(folder)
        try:
            if self._owns:
                self._rows("BEGIN")
            with translated_errors(self._path):
                meta = read_meta(self._connection)
        except BaseException:
            self.close()
            raise
        self.generation = int(meta["generation"])
        self.store_id = meta["store"]
        self.fingerprint: str | None = meta.get("encoder")
        self._tally = Tally.read(meta["tally"])

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
        """Number of documents and of passages."""
        return self._rows("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages)")[0]

    def check_tally(self) -> None:
        """See that no document and no passage has vanished, as a damaged file may lose rows without a word.

        Raises:
            StoreCorruptError: There are others than were written.
        """
        if self.altered():
            raise StoreCorruptError(
                f"The store {self._path} no longer holds all that was written to it. Run: footnote verify"
            )

    def altered(self) -> list[str]:
        """Those of the tables `documents` and `passages` that do not have the rows that were written."""
        with self._lock, translated_errors(self._path):
            found = Tally.counted(self._connection)
        return [table for table in ("documents", "passages") if found.of(table) != self._tally.of(table)]

    def documents(self, *, after: str = "", limit: int = -1) -> list[StoredDocument]:
        """Documents in order of their ids.

        Args:
            after: Only ids greater than this one.
            limit: At most so many; -1 for all.
        """
        query = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id > ? ORDER BY id LIMIT ?"
        return [document_from_row(row) for row in self._rows(query, (after, limit))]

    def document_ids(self) -> list[str]:
        """Ids of all documents, in order; their records are not looked at."""
        return [row[0] for row in self._rows("SELECT id FROM documents ORDER BY id")]

    def document(self, identifier: str) -> StoredDocument:
        """One document.

        Raises:
            UnknownDocumentError: No document has this id.
        """
        rows = self._rows(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id = ?", (identifier,))
        if not rows:
            raise UnknownDocumentError(f"There is no document '{identifier}'. List them with: footnote documents list")
        return document_from_row(rows[0])

    def documents_by_key(self, keys: Iterable[int]) -> dict[int, StoredDocument]:
        """The documents with these keys."""
        query = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE key IN (SELECT value FROM json_each(?))"
        return {row[0]: document_from_row(row) for row in self._rows(query, (json.dumps(sorted(set(keys))),))}

    def source_digest(self, source: str) -> str | None:
        """The digest that a source had when it was ingested, or None if it was not."""
        rows = self._rows("SELECT source_sha256 FROM documents WHERE source = ?", (source,))
        return rows[0][0] if rows else None

    def sources(self) -> list[StoredSource]:
        """Where every document came from, in order of the sources."""
        return [
            StoredSource(*row)
            for row in self._rows("SELECT id, source, file, source_sha256 FROM documents ORDER BY source")
        ]

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
        data: bytes = self._rows("SELECT text FROM documents WHERE key = ?", (document.key,))[0][0]
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = ""
        if revision_of(text) != document.revision:
            raise StoreCorruptError(f"The text of document '{document.id}' is damaged. Run: footnote verify")
        return text

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
        with self._lock, translated_errors(self._path):
            rows = {row[0]: row for row in self._connection.execute(query, (json.dumps(list(keys)),))}
            _all_there(keys, rows, "is missing")
            return [passage_from_row(rows[key], self._span_bytes(rows[key])) for key in keys]

    def _span_bytes(self, row: Sequence[int]) -> bytes:
        """Read only the passage's own bytes of the document's text, which may be long."""
        document, byte_start, byte_end = row[2], row[5], row[6]
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
        where, values = _where(filters)
        query = f"SELECT p.key FROM passages p JOIN documents d ON d.key = p.document WHERE {where} ORDER BY p.key"
        return [row[0] for row in self._rows(query, values)]

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

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock, translated_errors(self._path):
            return self._connection.execute(query, values).fetchall()


def _intact(key: int, data: bytes, expected: int, what_is: str) -> bytes:
    if keyed_checksum(key, data) != expected:
        raise StoreCorruptError(f"The {what_is.format(key)} damaged. Run: footnote verify")
    return data


def _all_there(keys: Iterable[int], found: Container[int], what: str) -> None:
    for key in keys:
        if key not in found:
            raise StoreCorruptError(f"Passage {key} {what}. Run: footnote verify")


def _where(filters: Filters) -> tuple[str, list[object]]:
    """The condition on `documents d` that says what `filters` says, and its values."""
    clauses: list[str] = []
    values: list[object] = []
    for column, wanted in (("publisher", filters.publishers), ("id", filters.document_ids)):
        if wanted:
            clauses.append(f"d.{column} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(wanted)))
    if filters.without_documents:
        clauses.append("d.id NOT IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(list(filters.without_documents)))
    if filters.languages:
        clauses.append(
            "EXISTS (SELECT 1 FROM json_each(?)"
            " WHERE substr(lower(d.language) || '-', 1, length(value) + 1) = lower(value) || '-')"
        )
        values.append(json.dumps(list(filters.languages)))
    if filters.tags:
        clauses.append(
            "EXISTS (SELECT 1 FROM json_each(d.tags) tag WHERE tag.value IN (SELECT value FROM json_each(?)))"
        )
        values.append(json.dumps(list(filters.tags)))
    for comparison, date in ((">=", filters.published_from), ("<", filters.published_before)):
        if date:
            clauses.append(f"d.published {comparison} ?")
            values.append(date)
    return " AND ".join(clauses), values
