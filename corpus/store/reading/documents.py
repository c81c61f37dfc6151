"""Reading documents: records, texts, sources and ids."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from corpus.documents import SourceDocument, revision_of
from corpus.errors import SpanError, StoreCorruptError, StoreError, UnknownDocumentError
from corpus.store.connection import Connection
from corpus.store.reading.transaction import ReadTransaction
from corpus.store.recovery.row_recovery import ListedDocument, listed_documents
from corpus.store.rows import (
    DOCUMENT_COLUMNS,
    READER_VERSION_SQL,
    StoredDocument,
    StoredSource,
    document_from_record,
    metadata_columns,
    with_reader_version,
)

IDS_INDEX = "sqlite_autoindex_documents_1"
IDS_DAMAGED = "The list of the documents' ids in {} is damaged. Run: footnote verify"

ALL = 2**62
"""A limit without effect."""

COUNTED_DOCUMENTS = (
    f"SELECT {DOCUMENT_COLUMNS}, (SELECT count(*) FROM passages WHERE document = documents.key) AS passages"
    " FROM documents"
)


class DocumentReader(ReadTransaction):
    """Reads documents; each record is verified against its checksum."""

    def __init__(self, folder: Path, connection: Connection | None = None) -> None:
        super().__init__(folder, connection)
        self._has_checked_ids = False

    def documents(self, *, after: str = "", limit: int = -1) -> list[StoredDocument]:
        """Return documents in order of their ids.

        Args:
            after: Only ids greater than this one.
            limit: Maximum number; -1 for all.

        Raises:
            StoreCorruptError: A record, or the index by which documents are listed, is damaged.
        """
        self._check_ids()
        found = self._records(
            f"{COUNTED_DOCUMENTS} WHERE id > ? ORDER BY id LIMIT ?", (after, limit if limit >= 0 else ALL)
        )
        return [document_from_record(record, record["passages"]) for record in found]

    def document_ids(self) -> list[str]:
        """Return the ids of all documents, in order; records are not verified."""
        self._check_ids()
        return [row[0] for row in self._rows("SELECT id FROM documents ORDER BY id")]

    def _check_ids(self) -> None:
        """Verify, once, that the index by which documents are listed has the ids of the table.

        Raises:
            StoreCorruptError: It has other ids, so that a list would be incomplete or in another order.
        """
        if not self._has_checked_ids:
            stored = self._rows("SELECT id, key FROM documents NOT INDEXED")
            listed = self._rows(f"SELECT id, key FROM documents INDEXED BY {IDS_INDEX} ORDER BY id")
            if any(not isinstance(identifier, str) for identifier, _ in stored) or sorted(stored) != listed:
                raise StoreCorruptError(IDS_DAMAGED.format(self._shown))
            self._has_checked_ids = True

    def document(self, identifier: str) -> StoredDocument:
        """Return a document.

        Raises:
            UnknownDocumentError: There is no document with this id.
            StoreCorruptError: Its record is damaged.
        """
        found = self._records(f"{COUNTED_DOCUMENTS} WHERE id = ?", (identifier,))
        if found:
            return document_from_record(found[0], found[0]["passages"])
        if self._rows("SELECT 1 FROM documents NOT INDEXED WHERE id = ?", (identifier,)):
            raise StoreCorruptError(IDS_DAMAGED.format(self._shown))
        raise UnknownDocumentError(f"There is no document '{identifier}'. List them with: footnote documents list")

    def unverified_source(self, identifier: str) -> str | None:
        """Return a document's source without verifying it, for messages; None if it cannot be read."""
        with contextlib.suppress(StoreError):
            for (source,) in self._rows("SELECT source FROM documents WHERE id = ?", (identifier,)):
                return source if isinstance(source, str) else None
        return None

    def listed_documents(self) -> list[ListedDocument]:
        """Return every document in the table or in one of its indexes, unverified, in order of the ids."""
        with self._lock:
            if not isinstance(self._connection, sqlite3.Connection):
                raise TypeError("only the tables of SQLite have indexes to read documents from")
            return listed_documents(self._connection)

    def documents_by_key(self, keys: Iterable[int]) -> dict[int, StoredDocument]:
        """Return the documents with these keys.

        Raises:
            StoreCorruptError: A document is missing or damaged.
        """
        wanted = sorted(set(keys))
        query = f"{COUNTED_DOCUMENTS} WHERE key IN (SELECT value FROM json_each(?))"
        found = {record["key"]: record for record in self._records(query, (json.dumps(wanted),))}
        for key in wanted:
            if key not in found:
                raise StoreCorruptError(f"The document of a passage, number {key}, is missing. Run: footnote verify")
        return {key: document_from_record(found[key], found[key]["passages"]) for key in wanted}

    def sources(self) -> list[StoredSource]:
        """Return the source of every document, in order of the sources; records are not verified.

        Raises:
            StoreCorruptError: The table and the index on sources disagree.
        """
        found = [
            StoredSource(*row)
            for row in self._rows(
                f"SELECT id, source, file, source_sha256, media_type, {READER_VERSION_SQL} FROM documents NOT INDEXED"
            )
        ]
        indexed = self._rows("SELECT source FROM documents INDEXED BY sqlite_autoindex_documents_2 ORDER BY source")
        if sorted((each.source,) for each in found) != indexed:
            raise StoreCorruptError(f"The list of the sources in {self._shown} is damaged. Run: footnote verify")
        return sorted(found, key=lambda each: each.source)

    def is_intact(self, identifier: str) -> bool:
        """Return whether record and text of a document match their checksums."""
        try:
            self.text(self.document(identifier))
        except (StoreCorruptError, UnknownDocumentError):
            return False
        return True

    def differs_in_name_only(self, identifier: str, document: SourceDocument) -> bool:
        """Return whether a stored document and one just read have the same text, media type and metadata.

        Source, file and the version of the reader may differ.
        """
        expected = metadata_columns(document) | {
            "media_type": document.media_type,
            "revision": revision_of(document.text),
        }
        query = f"SELECT {', '.join(expected)} FROM documents WHERE id = ?"
        found = self._records(query, (identifier,))
        return [
            record | {"pages": with_reader_version(record["pages"], document.reader_version)} for record in found
        ] == [expected]

    def text(self, document: StoredDocument) -> str:
        """Return a document's canonical text.

        Raises:
            StoreCorruptError: The text does not match the document's revision.
        """
        for (data,) in self._rows("SELECT text FROM documents WHERE key = ?", (document.key,)):
            with contextlib.suppress(UnicodeDecodeError, AttributeError):
                text: str = data.decode()
                if revision_of(text) == document.revision:
                    return text
        raise StoreCorruptError(f"The text of document '{document.id}' is damaged. Run: footnote verify")

    def span(self, document: StoredDocument, start: int, end: int) -> str:
        """Return the canonical text from code point `start` up to `end`.

        Raises:
            SpanError: The end precedes the start, or the span lies outside the text.
        """
        if not 0 <= start <= end <= document.characters:
            raise SpanError(
                f"The span must lie within the document's {document.characters:,} characters, with start before end."
            )
        return self.text(document)[start:end]
