"""Writing rows within a transaction, with the totals and the generation of the store."""

import contextlib
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from slugify import slugify

from corpus.documents import EncodedPassage, Passage, SourceDocument, passage_id, revision_of
from corpus.errors import EncoderMismatchError, SpanError, StoreCorruptError, UnknownDocumentError
from corpus.store.changes import Move, Put
from corpus.store.checksums import keyed_checksum
from corpus.store.connection import Connection
from corpus.store.meta_table import LOG, RowTotals, read_meta, write_meta
from corpus.store.originals import Originals
from corpus.store.rows import (
    DOCUMENT_COLUMNS,
    Record,
    StoredDocument,
    document_checksum,
    document_from_record,
    metadata_columns,
    passage_checksum,
    records,
    removed_spans_column,
    with_reader_version,
)
from corpus.store.words.removals import RemovalLog
from corpus.store.words.totals import WORDS, WordTotals
from corpus.store.words.writing import WordWriter

MAX_ID_CHARACTERS = 80

SETTINGS = ("cleaning", "passage_tokens", "title_tokens", "precision")
"""Parts of a fingerprint that are settings of the same name."""

KEY_GAP = 2**32
"""Upper bound of the random gap between the passage keys of two insertions. Without it, a restored backup could give
new passages the keys that an index on disk has for other ones. 2**63 keys last for 2**31 insertions."""


class Writer:
    """Writes rows within a transaction of the caller.

    Args:
        connection: A connection in a write transaction.
        folder: The data folder, for messages.
        now: Time of ingestion of new documents, ISO 8601.

    Raises:
        StoreCorruptError: The table `meta` is damaged.
    """

    def __init__(self, connection: Connection, folder: Path, now: str) -> None:
        self._connection = connection
        self._folder = folder
        self._now = now
        self._meta = read_meta(connection)
        self._totals = RowTotals.parse(self._meta["totals"])
        self._deleted: set[str] = set()
        self._generation = int(self._meta["generation"]) + 1
        self._words = WordWriter(connection, WordTotals.parse(self._meta[WORDS]))
        self._log = RemovalLog(connection, self._generation, int(self._meta[LOG]))

    def end(self) -> int:
        """Write the new generation, the totals and the words; return the generation."""
        write_meta(self._connection, "generation", str(self._generation))
        write_meta(self._connection, "totals", str(self._totals))
        write_meta(self._connection, WORDS, str(self._words.end()))
        write_meta(self._connection, LOG, str(self._log.end()))
        return self._generation

    def replace_all(self) -> None:
        """Remove the words of all passages, before each is replaced, and the log of removals."""
        self._words.clear()
        self.clear_log()

    def clear_log(self) -> None:
        """Delete the log of removals: indexes of earlier generations list what has changed."""
        self._log.clear()

    def unused_originals(self, originals: Originals) -> list[str]:
        """Return the digests of the kept originals whose last document was deleted."""
        kept = {digest for digest in self._deleted if originals.has(digest)}
        if kept:
            kept -= {digest for (digest,) in self._connection.execute("SELECT source_sha256 FROM documents")}
        return sorted(kept)

    def recount(self) -> None:
        """Count the passages; the caller has verified that each document has all of its own."""
        found = RowTotals.counted(self._connection)
        self._totals = replace(self._totals, passages=found.passages, passage_keys=found.passage_keys)

    def claim(self, fingerprint: str) -> None:
        """Require that the store has no passages of another encoder.

        Raises:
            EncoderMismatchError: The store has passages of another encoder.
        """
        if self._totals.passages == 0:
            self.set_fingerprint(fingerprint)
        elif self._meta.get("encoder") != fingerprint:
            raise EncoderMismatchError(mismatch_message(self._folder, self._meta.get("encoder"), fingerprint))

    def set_fingerprint(self, fingerprint: str) -> None:
        """Write the fingerprint of the encoder that made the vectors."""
        if self._meta.get("encoder") != fingerprint:
            write_meta(self._connection, "encoder", fingerprint)
            self._meta["encoder"] = fingerprint

    def put(self, put: Put, fingerprint: str) -> str:
        """Add or replace a document; return its id.

        Raises:
            EncoderMismatchError, SpanError: See `corpus.store.Store.put`.
        """
        self.claim(fingerprint)
        document = put.document
        identifier = None
        for source in (put.moved_from, document.source):
            row = self._connection.execute("SELECT id, key FROM documents WHERE source = ?", (source,)).fetchone()
            if row is not None:
                identifier = identifier or self._kept_id(*row)
                self._delete(row[1])
        if identifier is None:
            identifier = self._new_id(document)
        key = self._insert_document(identifier, document)
        self.insert_passages(identifier, key, document.text, put.passages)
        return identifier

    def _kept_id(self, identifier: str, key: int) -> str | None:
        """Return the id of a document to replace; None if it may be damaged, since no passage id was made of it."""
        record = self._record("key", key)
        with contextlib.suppress(StoreCorruptError):
            return document_from_record(record, 0).id
        passages = self._connection.execute('SELECT id, start, "end" FROM passages WHERE document = ?', (key,))
        is_confirmed = any(
            passage == passage_id(identifier, record["revision"], Passage(start, end))
            for passage, start, end in passages
        )
        return identifier if is_confirmed else None

    def _record(self, column: str, value: object) -> Record:
        """Return the record of the document with this value in a unique column; empty if there is none."""
        query = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE {column} = ?"
        return next(iter(records(self._connection.execute(query, (value,)))), {})

    def move(self, move: Move) -> None:
        """Change source, file and reader's version of a document, and its checksum.

        Raises:
            UnknownDocumentError: No document has this source.
        """
        record = self._record("source", move.source)
        if not record:
            raise UnknownDocumentError(f"The document from {move.source} no longer exists. Run the command again.")
        record |= {"source": move.to, "file": move.file or move.to}
        if move.reader_version is not None:
            record["pages"] = with_reader_version(record["pages"], move.reader_version)
        self._update(record)

    def remove(self, column: str, value: str) -> bool:
        """Remove the document with this `id` or `source`; return whether there was one."""
        row = self._connection.execute(f"SELECT key FROM documents WHERE {column} = ?", (value,)).fetchone()
        if row is None:
            return False
        self._delete(row[0])
        return True

    def delete_passages(self, document: int) -> None:
        """Remove a document's passages."""
        self._delete_passages(document, has_left=False)

    def _delete_passages(self, document: int, *, has_left: bool) -> None:
        rows = self._connection.execute("SELECT document, key FROM passages WHERE document = ?", (document,)).fetchall()
        self._words.remove(document)
        self._log.add(document, [key for _, key in rows], has_left=has_left)
        self._connection.execute("DELETE FROM passages WHERE document = ?", (document,))
        self._totals = self._totals.plus(RowTotals.of(passages=rows), -1)

    def count_words(self, passages: Iterable[tuple[int, Mapping[str, int]]]) -> None:
        """Replace the words of all passages.

        Args:
            passages: Key and term counts of every passage.
        """
        self._words.clear()
        for key, counts in passages:
            self._words.add(key, counts)

    def set_removed_spans(self, document: StoredDocument) -> None:
        """Write a document's removed spans, and its checksum."""
        spans = removed_spans_column(document.removed_spans)
        self._update(self._record("key", document.key) | {"removed_spans": spans})

    def _update(self, record: Record) -> None:
        """Write the columns of a document that can change, and its checksum."""
        self._connection.execute(
            "UPDATE documents SET source = :source, file = :file, pages = :pages, removed_spans = :removed_spans,"
            " metadata_checksum = :metadata_checksum WHERE key = :key",
            record | {"metadata_checksum": document_checksum(record)},
        )

    def insert_passages(self, identifier: str, document: int, text: str, passages: Sequence[EncodedPassage]) -> None:
        """Write a document's passages.

        Args:
            identifier: Id of the document.
            document: Key of the document.
            text: Canonical text of the document.
            passages: Passages in order.

        Raises:
            SpanError: A passage lies outside the text.
        """
        revision = revision_of(text)
        offsets = _ByteOffsets(text)
        added: list[tuple[int, int]] = []
        for key, encoded in enumerate(passages, start=self._unused_passage_key()):
            passage = encoded.passage
            start, end = passage.start, passage.end
            if not 0 <= start < end <= len(text):
                raise SpanError(
                    f"A passage from {start} to {end} does not lie within its document's {len(text)} characters."
                )
            record = {
                "key": key,
                "id": passage_id(identifier, revision, passage),
                "document": document,
                "start": start,
                "end": end,
                "byte_start": offsets.of(start),
                "byte_end": offsets.of(end),
                "page": passage.page,
                "section": passage.section,
                "vector": encoded.vector,
                "vector_checksum": keyed_checksum(key, encoded.vector),
            }
            record["checksum"] = passage_checksum(record, text[start:end].encode())
            self._insert("passages", record)
            self._connection.execute(
                "INSERT INTO token_vectors VALUES (?, ?, ?)",
                (key, encoded.token_vectors, keyed_checksum(key, encoded.token_vectors)),
            )
            self._words.add(key, encoded.terms)
            added.append((document, key))
        self._totals = self._totals.plus(RowTotals.of(passages=added))

    def _insert_document(self, identifier: str, document: SourceDocument) -> int:
        key = self._last_key("documents") + 1
        record = {
            "key": key,
            "id": identifier,
            "source": document.source,
            "file": document.file or document.source,
            "source_sha256": document.source_sha256,
            "media_type": document.media_type,
            "revision": revision_of(document.text),
            "characters": len(document.text),
            "ingested_at": self._now,
            **metadata_columns(document),
            "text": document.text.encode(),
        }
        record["metadata_checksum"] = document_checksum(record)
        self._insert("documents", record)
        self._totals = self._totals.plus(RowTotals.of([key]))
        return key

    def _insert(self, table: str, record: Record) -> None:
        names = ", ".join(f'"{name}"' for name in record)
        values = ", ".join(f":{name}" for name in record)
        self._connection.execute(f"INSERT INTO {table} ({names}) VALUES ({values})", record)

    def _delete(self, document: int) -> None:
        self._delete_passages(document, has_left=True)
        digests = self._connection.execute("SELECT source_sha256 FROM documents WHERE key = ?", (document,))
        self._deleted.update(str(digest) for (digest,) in digests)
        self._connection.execute("DELETE FROM documents WHERE key = ?", (document,))
        self._totals = self._totals.plus(RowTotals.of([document]), -1)

    def _new_id(self, document: SourceDocument) -> str:
        """Return an id made of the source's name, with a digest of the whole source appended if the id exists."""
        wanted = slugify(_name(document), max_length=MAX_ID_CHARACTERS - 9) or "document"
        digest = hashlib.sha256(document.source.encode()).hexdigest()
        for identifier in (wanted, f"{wanted}-{digest[:8]}"):
            if self._connection.execute("SELECT 1 FROM documents WHERE id = ?", (identifier,)).fetchone() is None:
                return identifier
        return digest  # another document has both ids

    def _unused_passage_key(self) -> int:
        """Return a key that neither this store nor one restored from the same backup has used for a passage."""
        return self._last_key("passages") + 1 + secrets.randbelow(KEY_GAP)

    def _last_key(self, table: str) -> int:
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return int(row[0]) if row else 0


def mismatch_message(folder: Path, stored: str | None = None, wanted: str | None = None) -> str:
    """Return the message for a store that was encoded with another encoder or other settings.

    Args:
        folder: The data folder.
        stored: Fingerprint of the stored passages.
        wanted: Fingerprint of the present encoder and settings.
    """
    cause = "encoder or passage size"
    with contextlib.suppress(ValueError, AttributeError):
        before, now = (json.loads(fingerprint or "{}") for fingerprint in (stored, wanted))
        changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
        if changed == {"analysis"}:
            return (
                f"The words of the documents in {folder} were counted by another version of Footnote. "
                f"Count them again with: footnote upgrade --data {folder}"
            )
        if changed and changed <= set(SETTINGS):
            cause = " and ".join(f"FOOTNOTE_{name.upper()}" for name in SETTINGS if name in changed)
    return (
        f"The documents in {folder} were encoded with another {cause}. "
        f"Use that one again, or re-encode them with: footnote reindex --data {folder}"
    )


def _name(document: SourceDocument) -> str:
    """Return the file name without folder and suffix, with the document's number or id within the file."""
    file = document.file or document.source
    name = Path(file.removeprefix("upload:")).stem
    return name if file == document.source else f"{name} {document.source.removeprefix(file)}"


class _ByteOffsets:
    """Byte offsets of code points in UTF-8; for ascending positions, each byte is counted once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = self._byte = 0

    def of(self, position: int) -> int:
        """Return the byte offset of a code point."""
        if position < self._position:
            self._position = self._byte = 0
        self._byte += len(self._text[self._position : position].encode())
        self._position = position
        return self._byte
