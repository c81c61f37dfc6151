"""The document store: SQLite, the one truth that every index is a projection of."""

import contextlib
import datetime
import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from slugify import slugify

from corpus.changes import Change, Move, Put
from corpus.database import DATABASE_NAME, checksum, connect, translated_errors
from corpus.documents import EncodedPassage, RemovedSpan, SourceDocument, passage_id, revision_of
from corpus.errors import EncoderMismatchError, SpanError, UnknownDocumentError
from corpus.rows import (
    DOCUMENT_COLUMNS,
    METADATA_COLUMNS,
    StoredDocument,
    metadata_checksum,
    metadata_columns,
    passage_checksum,
    removed_column,
    row_checksum,
)
from corpus.view import View
from corpus.writer import writing

__all__ = ["Store"]

MAX_ID_CHARACTERS = 80

KEY_GAP = 2**32
"""Each insertion leaves out a random number of passage keys, up to this. A backup that is restored and goes its own
way would otherwise give keys that an index on disk knows as other passages'; 2**63 keys are enough for 2**31 turns."""


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


class Store:
    """One data folder's documents, open for writing.

    Every change is one transaction: when a method returns, the change is on the disk; when it raises, or the
    process dies, the store is as it was before.

    Args:
        folder: The data folder.
        create: Make an empty store where there is none.
        now: Gives the time that a document is stamped with, ISO 8601.

    Raises:
        StoreError: It cannot be opened (see `corpus.errors` for the kinds).
    """

    def __init__(self, folder: Path, *, create: bool = False, now: Callable[[], str] = _now) -> None:
        self.folder = folder
        self._now = now
        self._connection = connect(folder, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Release the database; closing twice does no harm."""
        self._connection.close()

    def view(self) -> View:
        """What the store holds at this moment, on a connection of its own; close it when done."""
        return View(self.folder)

    def put(self, document: SourceDocument, passages: Sequence[EncodedPassage], fingerprint: str) -> tuple[str, int]:
        """Add a document, or replace the one from the same source.

        Args:
            document: The document; its `source` says which one it replaces.
            passages: Its passages in order.
            fingerprint: Of the encoder that made the vectors.

        Returns:
            The document's id, which a replacement keeps, and the new generation.

        Raises:
            EncoderMismatchError: The store holds vectors of another encoder.
            SpanError: A passage lies outside the document's text.
            StoreError: The transaction failed and nothing was changed.
        """
        with self._transaction() as connection:
            identifier = _put(connection, Put(document, passages), fingerprint, self.folder, self._now())
            return identifier, _next_generation(connection)

    def apply(self, changes: Sequence[Change], fingerprint: str | None = None) -> int:
        """Make several changes, in their order, in one transaction: all are on the disk when it returns, or none.

        Args:
            changes: What to put, move and remove.
            fingerprint: Of the encoder that made the vectors; None if nothing is put.

        Returns:
            The new generation.

        Raises:
            UnknownDocumentError: A source that is to be moved is not there.
            EncoderMismatchError, SpanError, StoreError: As `put`; nothing was changed.
        """
        with self._transaction() as connection:
            for change in changes:
                if isinstance(change, Put):
                    if fingerprint is None:
                        raise ValueError("passages need their encoder's fingerprint")
                    _put(connection, change, fingerprint, self.folder, self._now())
                elif isinstance(change, Move):
                    _move(connection, change)
                else:
                    connection.execute("DELETE FROM documents WHERE source = ?", (change.source,))
            return _next_generation(connection)

    def remove(self, identifier: str) -> int:
        """Remove a document and all that was made of it; return the new generation.

        Raises:
            UnknownDocumentError: No document has this id.
        """
        with self._transaction() as connection:
            if connection.execute("DELETE FROM documents WHERE id = ?", (identifier,)).rowcount == 0:
                raise UnknownDocumentError(
                    f"There is no document '{identifier}'. List them with: footnote documents list"
                )
            return _next_generation(connection)

    def reencode(
        self,
        encode: Callable[[StoredDocument, str], Sequence[EncodedPassage]],
        fingerprint: str,
        clean: Callable[[StoredDocument, str], Sequence[RemovedSpan]] | None = None,
    ) -> int:
        """Replace every document's passages, in one transaction; return the new generation.

        Args:
            encode: Gives the passages of a document and its canonical text.
            fingerprint: Of the encoder that `encode` uses.
            clean: Gives anew what cleaning takes out of a document; if None, that stays as it is.

        Raises:
            StoreError: The transaction failed and nothing was changed. Errors of `encode` pass through likewise.
        """
        with self._transaction() as connection:
            view = View(self.folder, connection=connection)
            for document in view.documents():
                text = view.text(document)
                if clean is not None:
                    document = replace(document, removed=clean(document, text))
                    _update_removed(connection, document)
                passages = encode(document, text)
                connection.execute("DELETE FROM passages WHERE document = ?", (document.key,))
                _insert_passages(connection, document.id, document.key, text, passages)
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('encoder', ?)", (fingerprint,))
            return _next_generation(connection)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with translated_errors(self.folder / DATABASE_NAME):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                with writing(self.folder):
                    yield self._connection
                    self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk may have rolled back already
                    self._connection.execute("ROLLBACK")
                raise


def _claim_fingerprint(connection: sqlite3.Connection, fingerprint: str, folder: Path) -> None:
    row = connection.execute("SELECT value FROM meta WHERE key = 'encoder'").fetchone()
    if row is None or not connection.execute("SELECT EXISTS (SELECT 1 FROM passages)").fetchone()[0]:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('encoder', ?)", (fingerprint,))
    elif row[0] != fingerprint:
        raise EncoderMismatchError(mismatch_message(folder))


def mismatch_message(folder: Path) -> str:
    """What to say when a store and the encoder in use do not fit."""
    return (
        f"The documents in {folder} were encoded with another encoder or passage size. "
        f"Use that one again, or re-encode them with: footnote reindex --data {folder}"
    )


def _next_generation(connection: sqlite3.Connection) -> int:
    generation = int(connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0]) + 1
    connection.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (str(generation),))
    return generation


def _put(connection: sqlite3.Connection, put: Put, fingerprint: str, folder: Path, now: str) -> str:
    _claim_fingerprint(connection, fingerprint, folder)
    document = put.document
    identifier = None
    for source in (put.moved_from, document.source):
        row = connection.execute("SELECT id FROM documents WHERE source = ?", (source,)).fetchone()
        if row is not None:
            identifier = identifier or str(row[0])
            connection.execute("DELETE FROM documents WHERE source = ?", (source,))
    if identifier is None:
        identifier = _new_id(connection, document)
    key = _insert_document(connection, identifier, document, now)
    _insert_passages(connection, identifier, key, document.text, put.passages)
    return identifier


def _move(connection: sqlite3.Connection, move: Move) -> None:
    """Change source and file, and the checksum that covers them."""
    row = connection.execute(
        "SELECT id, source_sha256, media_type, revision, characters, ingested_at,"
        f" {METADATA_COLUMNS} FROM documents WHERE source = ?",
        (move.source,),
    ).fetchone()
    if row is None:
        raise UnknownDocumentError(f"There is no document from {move.source} any more. Run the command again.")
    file = move.file or move.to
    identifier, *identity = row[:6]
    connection.execute(
        "UPDATE documents SET source = ?, file = ?, metadata_checksum = ? WHERE id = ?",
        (move.to, file, metadata_checksum((identifier, move.to, file, *identity), row[6:]), identifier),
    )


def _new_id(connection: sqlite3.Connection, document: SourceDocument) -> str:
    """A readable id from the source's name; a name already taken gets a digest of the whole source added."""
    wanted = slugify(_name(document), max_length=MAX_ID_CHARACTERS - 9) or "document"
    digest = hashlib.sha256(document.source.encode()).hexdigest()
    for identifier in (wanted, f"{wanted}-{digest[:8]}"):
        if connection.execute("SELECT 1 FROM documents WHERE id = ?", (identifier,)).fetchone() is None:
            return identifier
    return digest  # another file bears both the name and the digest


def _name(document: SourceDocument) -> str:
    """The name of a source's file without folder and suffix, and which of the file's documents it is."""
    file = document.file or document.source
    name = Path(file.removeprefix("upload:")).stem
    return name if file == document.source else f"{name} {document.source.removeprefix(file)}"


def _insert_document(connection: sqlite3.Connection, identifier: str, document: SourceDocument, now: str) -> int:
    identity = (
        identifier,
        document.source,
        document.file or document.source,
        document.source_sha256,
        document.media_type,
        revision_of(document.text),
        len(document.text),
        now,
    )
    columns = metadata_columns(document)
    cursor = connection.execute(
        "INSERT INTO documents (id, source, file, source_sha256, media_type, revision, characters, ingested_at, title,"
        " publisher, authors, published, language, url, tags, extra, sections, pages, removed, metadata_checksum, text)"
        f" VALUES ({', '.join('?' * 21)})",
        (*identity, *columns, metadata_checksum(identity, columns), document.text.encode()),
    )
    return int(cursor.lastrowid or 0)


def _update_removed(connection: sqlite3.Connection, document: StoredDocument) -> None:
    """Write a document's removed spans, and the checksum of its record with them."""
    key, removed = document.key, removed_column(document.removed)
    connection.execute("UPDATE documents SET removed = ? WHERE key = ?", (removed, key))
    row = connection.execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE key = ?", (key,)).fetchone()
    connection.execute("UPDATE documents SET metadata_checksum = ? WHERE key = ?", (row_checksum(row), key))


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


def _insert_passages(
    connection: sqlite3.Connection, identifier: str, key: int, text: str, passages: Sequence[EncodedPassage]
) -> None:
    revision = revision_of(text)
    offsets = _ByteOffsets(text)
    for passage_key, encoded in enumerate(passages, start=_unused_passage_key(connection)):
        passage = encoded.passage
        start, end = passage.start, passage.end
        if not 0 <= start < end <= len(text):
            raise SpanError(
                f"A passage from {start} to {end} does not lie within its document's {len(text)} characters."
            )
        columns = (
            passage_id(identifier, revision, passage),
            start,
            end,
            offsets.of(start),
            offsets.of(end),
            passage.page,
            passage.section,
        )
        connection.execute(
            "INSERT INTO passages (key, id, start, end, byte_start, byte_end, page, section, document, checksum,"
            f" vector, vector_checksum) VALUES ({', '.join('?' * 12)})",
            (
                passage_key,
                *columns,
                key,
                passage_checksum(columns, text[start:end].encode()),
                encoded.vector,
                checksum(encoded.vector),
            ),
        )
        connection.execute(
            "INSERT INTO token_vectors VALUES (?, ?, ?)",
            (passage_key, encoded.token_vectors, checksum(encoded.token_vectors)),
        )


def _unused_passage_key(connection: sqlite3.Connection) -> int:
    """A key that neither this store nor another one restored from the same backup has given to a passage."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
    return (row[0] if row else 0) + 1 + secrets.randbelow(KEY_GAP)
