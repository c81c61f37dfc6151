"""One transaction's changes to the store's rows, and the tally and generation that go with them."""

import contextlib
import hashlib
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from slugify import slugify

from corpus.documents import EncodedPassage, Passage, SourceDocument, passage_id, revision_of
from corpus.errors import EncoderMismatchError, SpanError, StoreCorruptError, UnknownDocumentError
from corpus.store.changes import Move, Put
from corpus.store.checksums import keyed_checksum
from corpus.store.meta import PASSAGE_SUM, Tally, read_meta, write_meta
from corpus.store.rows import (
    DOCUMENT_COLUMNS,
    METADATA_COLUMNS,
    StoredDocument,
    document_from_row,
    metadata_checksum,
    metadata_columns,
    passage_checksum,
    removed_column,
    row_checksum,
)

__all__ = ["Writer", "mismatch_message"]

MAX_ID_CHARACTERS = 80

KEY_GAP = 2**32
"""Each insertion leaves out a random number of passage keys, up to this. A backup that is restored and goes its own
way would otherwise give keys that an index on disk knows as other passages'; 2**63 keys are enough for 2**31 turns."""


class Writer:
    """Changes rows within a transaction that somebody else begins and ends.

    Args:
        connection: In a transaction that may write.
        folder: The data folder, for what is said of it.
        now: What a new document is stamped with, ISO 8601.

    Raises:
        StoreCorruptError: What the store says of itself is damaged.
    """

    def __init__(self, connection: sqlite3.Connection, folder: Path, now: str) -> None:
        self._connection = connection
        self._folder = folder
        self._now = now
        self._meta = read_meta(connection)
        self._tally = Tally.read(self._meta["tally"])

    def end(self) -> int:
        """Write what has changed of the store as a whole; return the new generation."""
        generation = int(self._meta["generation"]) + 1
        write_meta(self._connection, "generation", str(generation))
        write_meta(self._connection, "tally", str(self._tally))
        return generation

    def recount(self) -> None:
        """Take the passages for what they are: each document has been seen to have all of its own."""
        found = Tally.counted(self._connection)
        self._tally = replace(self._tally, passages=found.passages, passage_keys=found.passage_keys)

    def claim(self, fingerprint: str) -> None:
        """See that passages of this encoder may be written.

        Raises:
            EncoderMismatchError: The store holds passages of another one.
        """
        if self._tally.passages == 0:
            self.set_fingerprint(fingerprint)
        elif self._meta.get("encoder") != fingerprint:
            raise EncoderMismatchError(mismatch_message(self._folder))

    def set_fingerprint(self, fingerprint: str) -> None:
        """Say which encoder made the vectors."""
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
        """The id of a document that is to be replaced, unless it may be damaged: a passage's id is made of it."""
        row = self._connection.execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE key = ?", (key,)).fetchone()
        with contextlib.suppress(StoreCorruptError):
            return document_from_row(row).id
        passages = self._connection.execute("SELECT id, start, end FROM passages WHERE document = ?", (key,))
        made_of_it = any(one == passage_id(identifier, row[6], Passage(*span)) for one, *span in passages)
        return identifier if made_of_it else None

    def move(self, move: Move) -> None:
        """Change source and file, and the checksum that covers them.

        Raises:
            UnknownDocumentError: No document has this source.
        """
        row = self._connection.execute(
            "SELECT key, id, source_sha256, media_type, revision, characters, ingested_at,"
            f" {METADATA_COLUMNS} FROM documents WHERE source = ?",
            (move.source,),
        ).fetchone()
        if row is None:
            raise UnknownDocumentError(f"There is no document from {move.source} any more. Run the command again.")
        file = move.file or move.to
        key, identifier, *identity = row[:7]
        self._connection.execute(
            "UPDATE documents SET source = ?, file = ?, metadata_checksum = ? WHERE key = ?",
            (move.to, file, metadata_checksum((key, identifier, move.to, file, *identity), row[7:]), key),
        )

    def remove(self, column: str, value: str) -> bool:
        """Remove the document whose `id` or `source` this is; say whether there is one."""
        row = self._connection.execute(f"SELECT key FROM documents WHERE {column} = ?", (value,)).fetchone()
        if row is None:
            return False
        self._delete(row[0])
        return True

    def delete_passages(self, document: int) -> None:
        """Remove a document's passages."""
        gone = self._connection.execute(
            f"SELECT count(*), {PASSAGE_SUM} FROM passages WHERE document = ?", (document,)
        ).fetchone()
        self._connection.execute("DELETE FROM passages WHERE document = ?", (document,))
        self._tally = self._tally.plus(Tally(passages=gone[0], passage_keys=gone[1]), -1)

    def set_removed(self, document: StoredDocument) -> None:
        """Write a document's removed spans, and the checksum of its record with them."""
        key, removed = document.key, removed_column(document.removed)
        self._connection.execute("UPDATE documents SET removed = ? WHERE key = ?", (removed, key))
        row = self._connection.execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE key = ?", (key,)).fetchone()
        self._connection.execute("UPDATE documents SET metadata_checksum = ? WHERE key = ?", (row_checksum(row), key))

    def insert_passages(self, identifier: str, document: int, text: str, passages: Sequence[EncodedPassage]) -> None:
        """Write a document's passages.

        Args:
            identifier: The document's id.
            document: Its key.
            text: Its canonical text.
            passages: In order.

        Raises:
            SpanError: One lies outside the text.
        """
        revision = revision_of(text)
        offsets = _ByteOffsets(text)
        for key, encoded in enumerate(passages, start=self._unused_passage_key()):
            passage = encoded.passage
            start, end = passage.start, passage.end
            if not 0 <= start < end <= len(text):
                raise SpanError(
                    f"A passage from {start} to {end} does not lie within its document's {len(text)} characters."
                )
            columns = (
                key,
                passage_id(identifier, revision, passage),
                document,
                start,
                end,
                offsets.of(start),
                offsets.of(end),
                passage.page,
                passage.section,
            )
            self._connection.execute(
                "INSERT INTO passages (key, id, document, start, end, byte_start, byte_end, page, section, checksum,"
                f" vector, vector_checksum) VALUES ({', '.join('?' * 12)})",
                (
                    *columns,
                    passage_checksum(columns, text[start:end].encode()),
                    encoded.vector,
                    keyed_checksum(key, encoded.vector),
                ),
            )
            self._connection.execute(
                "INSERT INTO token_vectors VALUES (?, ?, ?)",
                (key, encoded.token_vectors, keyed_checksum(key, encoded.token_vectors)),
            )
            self._tally = self._tally.plus(Tally.of_passage(key, document))

    def _insert_document(self, identifier: str, document: SourceDocument) -> int:
        key = self._last_key("documents") + 1
        identity = (
            key,
            identifier,
            document.source,
            document.file or document.source,
            document.source_sha256,
            document.media_type,
            revision_of(document.text),
            len(document.text),
            self._now,
        )
        columns = metadata_columns(document)
        self._connection.execute(
            "INSERT INTO documents (key, id, source, file, source_sha256, media_type, revision, characters,"
            f" ingested_at, {METADATA_COLUMNS}, metadata_checksum, text) VALUES ({', '.join('?' * 22)})",
            (*identity, *columns, metadata_checksum(identity, columns), document.text.encode()),
        )
        self._tally = self._tally.plus(Tally.of_document(key))
        return key

    def _delete(self, document: int) -> None:
        self.delete_passages(document)
        self._connection.execute("DELETE FROM documents WHERE key = ?", (document,))
        self._tally = self._tally.plus(Tally.of_document(document), -1)

    def _new_id(self, document: SourceDocument) -> str:
        """A readable id from the source's name; a name already taken gets a digest of the whole source added."""
        wanted = slugify(_name(document), max_length=MAX_ID_CHARACTERS - 9) or "document"
        digest = hashlib.sha256(document.source.encode()).hexdigest()
        for identifier in (wanted, f"{wanted}-{digest[:8]}"):
            if self._connection.execute("SELECT 1 FROM documents WHERE id = ?", (identifier,)).fetchone() is None:
                return identifier
        return digest  # another file bears both the name and the digest

    def _unused_passage_key(self) -> int:
        """A key that neither this store nor another one restored from the same backup has given to a passage."""
        return self._last_key("passages") + 1 + secrets.randbelow(KEY_GAP)

    def _last_key(self, table: str) -> int:
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return int(row[0]) if row else 0


def mismatch_message(folder: Path) -> str:
    """What to say when a store and the encoder in use do not fit."""
    return (
        f"The documents in {folder} were encoded with another encoder or passage size. "
        f"Use that one again, or re-encode them with: footnote reindex --data {folder}"
    )


def _name(document: SourceDocument) -> str:
    """The name of a source's file without folder and suffix, and which of the file's documents it is."""
    file = document.file or document.source
    name = Path(file.removeprefix("upload:")).stem
    return name if file == document.source else f"{name} {document.source.removeprefix(file)}"


class _ByteOffsets:
    """Where code points of a text lie in its UTF-8. Asked for places in rising order, it counts each byte once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = self._byte = 0

    def of(self, place: int) -> int:
        """The byte at which a code point begins."""
        if place < self._place:
            self._place = self._byte = 0
        self._byte += len(self._text[self._place : place].encode())
        self._place = place
        return self._byte
