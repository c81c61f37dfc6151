"""The document store in SQLite, from which every index is derived."""

import contextlib
import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from corpus.documents import EncodedPassage, RemovedSpan, SourceDocument
from corpus.errors import UnknownDocumentError
from corpus.store.changes import Change, Move, Put
from corpus.store.database import DATABASE_NAME, connect, transaction, translated_errors
from corpus.store.originals import Originals
from corpus.store.rows import StoredDocument
from corpus.store.view import View
from corpus.store.write_lock import recorded_writer
from corpus.store.writer import Writer


def utc_now() -> str:
    """Return the present time, ISO 8601, in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


class Store:
    """The documents of a data folder, open for writing.

    Every change is one transaction: when a method returns, the change is on the disk; when it raises, or the
    process is killed, nothing has changed.

    Args:
        folder: The data folder.
        create: Create an empty store if there is none.
        now: Returns the time of ingestion that documents get, ISO 8601.

    Raises:
        StoreError: The store cannot be opened (see `corpus.errors` for the kinds).
    """

    def __init__(self, folder: Path, *, create: bool = False, now: Callable[[], str] = utc_now) -> None:
        self.folder = folder
        self._now = now
        self._connection = connect(folder, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; closing twice is allowed."""
        self._connection.close()

    def view(self) -> View:
        """Return a view of the present state, on a connection of its own; close it after use."""
        return View(self.folder)

    def put(self, document: SourceDocument, passages: Sequence[EncodedPassage], fingerprint: str) -> tuple[str, int]:
        """Add a document, or replace the document with the same source.

        Args:
            document: The document.
            passages: Its passages in order.
            fingerprint: Fingerprint of the encoder that made the vectors.

        Returns:
            The document's id, which a replacement keeps, and the new generation.

        Raises:
            EncoderMismatchError: The store holds vectors of another encoder.
            SpanError: A passage lies outside the document's text.
            StoreError: The transaction failed and nothing was changed.
        """
        with self._transaction() as writer:
            identifier = writer.put(Put(document, passages), fingerprint)
            return identifier, writer.end()

    def apply(self, changes: Sequence[Change], fingerprint: str | None = None) -> int:
        """Apply changes, in their order, in one transaction: all of them are stored, or none.

        Args:
            changes: Documents to put, move and remove.
            fingerprint: Fingerprint of the encoder that made the vectors; None without a `Put`.

        Returns:
            The new generation.

        Raises:
            UnknownDocumentError: A source to move does not exist.
            EncoderMismatchError, SpanError, StoreError: As `put`; nothing was changed.
        """
        with self._transaction() as writer:
            for change in changes:
                if isinstance(change, Put):
                    if fingerprint is None:
                        raise ValueError("a Put needs the fingerprint of its encoder")
                    writer.put(change, fingerprint)
                elif isinstance(change, Move):
                    writer.move(change)
                else:
                    writer.remove("source", change.source)
            return writer.end()

    def remove(self, *identifiers: str) -> int:
        """Remove documents and everything derived from them, in one transaction; return the new generation.

        Raises:
            UnknownDocumentError: An id does not exist; nothing was changed.
        """
        with self._transaction() as writer:
            for identifier in identifiers:
                if not writer.remove("id", identifier):
                    raise UnknownDocumentError(
                        f"There is no document '{identifier}'. List them with: footnote documents list"
                    )
            return writer.end()

    def reindex(
        self,
        encode: Callable[[StoredDocument, str], Sequence[EncodedPassage]],
        fingerprint: str,
        clean: Callable[[StoredDocument, str], Sequence[RemovedSpan]] | None = None,
    ) -> int:
        """Replace every document's passages, in one transaction; return the new generation.

        Args:
            encode: Returns the passages of a document and its canonical text.
            fingerprint: Fingerprint of the encoder that `encode` uses.
            clean: Returns the spans of a document that cleaning removes; if None, the stored spans stay.

        Raises:
            StoreError: The transaction failed and nothing was changed. Errors of `encode` are passed on.
        """
        with self._transaction() as writer:
            view = self._view_within()
            writer.replace_all()
            for document in view.documents():
                text = view.text(document)
                if clean is not None:
                    document = replace(document, removed_spans=clean(document, text))
                    writer.set_removed_spans(document)
                passages = encode(document, text)
                writer.delete_passages(document.key)
                writer.insert_passages(document.id, document.key, text, passages)
            writer.set_fingerprint(fingerprint)
            return writer.end()

    def _view_within(self) -> View:
        """Return a view within the transaction, which sees its changes."""
        return View(self.folder, connection=self._connection)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Writer]:
        originals = Originals(self.folder)
        with (
            translated_errors(self.folder / DATABASE_NAME),
            transaction(self._connection),
            recorded_writer(self.folder),
        ):
            writer = Writer(self._connection, self.folder, self._now())
            yield writer
            unused = writer.unused_originals(originals)
        for digest in unused:
            originals.remove(digest)
