"""Making good what is damaged in a store, from what is not."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.database import DATABASE_NAME, connect, transaction, translated_errors
from corpus.documents import EncodedPassage
from corpus.meta import mend_meta
from corpus.rows import StoredDocument
from corpus.salvage import copy_readable
from corpus.view import View
from corpus.writing import Writer

__all__ = ["Repair", "rebuild_database_indexes", "repair", "rewrite"]


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
        StoreError: A document that is not lost cannot be read, or there is no room for a second database beside the
            first; nothing was changed.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix="repair-") as name, _connected(folder) as old:
        with contextlib.closing(connect(Path(name), create=True)) as new:
            old.execute("BEGIN")
            try:
                with transaction(new):
                    copy_readable(old, new, what.lost, what.again)
                    _encode_again(Path(name), new, what)
            finally:
                old.execute("ROLLBACK")
            new.backup(old)


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
