"""Making good what is damaged in a store, from what is not."""

import contextlib
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import EncodedPassage
from corpus.errors import StoreBusyError
from corpus.files import temporary_folder
from corpus.store.database import DATABASE_NAME, connect, transaction, translated_errors
from corpus.store.meta import mend_meta
from corpus.store.recovery.salvage import copy_readable
from corpus.store.rows import StoredDocument
from corpus.store.transaction import Writer
from corpus.store.view import View

__all__ = ["Repair", "rebuild_database_indexes", "repair", "rewrite"]

PAGES_A_STEP = 4
"""Fewer than any store has, so that there is a first step that is not the last."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What is to be done.

    Args:
        lost: Ids of the documents whose record or text is damaged; they stay, and stay damaged.
        again: Ids of the documents whose passages are to be made anew.
        encode: Gives the passages of a document and its canonical text.
        fingerprint: Of the encoder that `encode` uses; None if nothing is encoded.
        all_again: Whether all passages are made anew, so that those of another encoder need not be minded.
    """

    lost: Collection[str]
    again: Sequence[str]
    encode: Callable[[StoredDocument, str], Sequence[EncodedPassage]]
    fingerprint: str | None
    all_again: bool = False


def rebuild_database_indexes(folder: Path) -> None:
    """Make SQLite's own indexes anew from their tables.

    Raises:
        StoreError: A table cannot be read; nothing was changed.
    """
    with _connected(folder) as connection, transaction(connection):
        connection.execute("REINDEX")


def repair(folder: Path, what: Repair) -> None:
    """Make passages anew, in one transaction, and what the store says of itself.

    Raises:
        EncoderMismatchError: The store holds vectors of another encoder.
        StoreError: The transaction failed and nothing was changed. Errors of `encode` pass through likewise.
    """
    with _connected(folder) as connection, transaction(connection):
        _encode_again(folder, connection, what)


def rewrite(folder: Path, what: Repair) -> None:
    """Write the whole database anew from what can be read of it, in one step at the end.

    Whoever has the store open goes on reading what it saw.

    Raises:
        EncoderMismatchError: The store holds vectors of another encoder.
        StoreBusyError: Another process wrote meanwhile; nothing was changed.
        StoreError: A document that is not lost cannot be read, or there is no room for a second database beside the
            first; nothing was changed.
    """
    with temporary_folder(folder) as place, _connected(folder) as watch, _connected(folder) as old:
        seen = _version(watch)
        with contextlib.closing(connect(place, create=True)) as new:
            old.execute("BEGIN")
            try:
                with transaction(new):
                    copy_readable(old, new, what.lost, what.again)
                    _encode_again(place, new, what)
            finally:
                old.execute("ROLLBACK")

            def check(status: int, remaining: int, total: int) -> None:
                """From its first page on, the copy has the right to write: what is there now, it would replace."""
                if status == sqlite3.SQLITE_OK and _version(watch) != seen:
                    raise StoreBusyError("Another process wrote to the store while it was repaired. Try again.")

            new.backup(old, pages=PAGES_A_STEP, sleep=0.05, progress=check)


def _version(connection: sqlite3.Connection) -> int:
    """What changes whenever another connection has written."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


@contextlib.contextmanager
def _connected(folder: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(connect(folder)) as connection, translated_errors(folder / DATABASE_NAME):
        yield connection


def _encode_again(folder: Path, connection: sqlite3.Connection, what: Repair) -> None:
    mend_meta(connection)
    view, writer = View(folder, connection=connection), Writer(connection, folder, "")
    if what.fingerprint is not None and not what.all_again:
        writer.claim(what.fingerprint)
    elif what.fingerprint is not None:
        writer.set_fingerprint(what.fingerprint)
    for identifier in what.again:
        document = view.document(identifier)
        text = view.text(document)
        passages = what.encode(document, text)
        writer.delete_passages(document.key)
        writer.insert_passages(document.id, document.key, text, passages)
    writer.recount()
    writer.end()
