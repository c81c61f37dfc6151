"""Repairing a damaged store from its intact rows."""

import contextlib
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.documents import EncodedPassage
from corpus.errors import StoreBusyError
from corpus.files import temporary_folder
from corpus.store.database import DATABASE_NAME, connect, transaction, translated_errors
from corpus.store.meta_table import repair_meta
from corpus.store.recovery.row_recovery import copy_readable
from corpus.store.recovery.word_counting import CountTerms, recount
from corpus.store.rows import StoredDocument
from corpus.store.view import View
from corpus.store.writer import Writer

PAGES_PER_STEP = 4
"""Fewer pages than any store has, so that the first step of a copy is not the last."""


@dataclass(frozen=True, slots=True)
class Repair:
    """Plan of a repair.

    Args:
        lost: Ids of the documents whose record or text is damaged; they stay, and stay damaged.
        reencode: Ids of the documents whose passages are encoded again.
        encode: Returns the passages of a document and its canonical text.
        fingerprint: Fingerprint of the encoder that `encode` uses; None if nothing is encoded.
        count: Counts the terms of a passage.
        reencode_all: Whether all documents are encoded again, so that passages of another encoder are allowed.
        recount: Whether the words of all passages are counted again.
    """

    lost: Collection[str]
    reencode: Sequence[str]
    encode: Callable[[StoredDocument, str], Sequence[EncodedPassage]]
    fingerprint: str | None
    count: CountTerms
    reencode_all: bool = False
    recount: bool = False


def rebuild_database_indexes(folder: Path) -> None:
    """Rebuild SQLite's indexes from their tables.

    Raises:
        StoreError: A table cannot be read; nothing was changed.
    """
    with _connected(folder) as connection, transaction(connection):
        connection.execute("REINDEX")


def repair(folder: Path, plan: Repair) -> None:
    """Encode passages again and repair the table `meta`, in one transaction.

    Raises:
        EncoderMismatchError: The store holds vectors of another encoder.
        StoreError: The transaction failed and nothing was changed. Errors of `encode` are passed on.
    """
    with _connected(folder) as connection, transaction(connection):
        _reencode(folder, connection, plan)


def rewrite(folder: Path, plan: Repair) -> None:
    """Write a new database from the readable rows, and replace the damaged one in one step at the end.

    Open views keep their state.

    Raises:
        EncoderMismatchError: The store holds vectors of another encoder.
        StoreBusyError: Another process wrote to the store in the meantime; nothing was changed.
        StoreError: A document that is not lost cannot be read, or there is no room for a second database; nothing was
            changed.
    """
    with temporary_folder(folder) as workspace, _connected(folder) as watch, _connected(folder) as old:
        seen = _version(watch)
        with contextlib.closing(connect(workspace, create=True)) as new:
            old.execute("BEGIN")
            try:
                with transaction(new):
                    copy_readable(old, new, plan.lost, plan.reencode)
                    _reencode(workspace, new, replace(plan, recount=True))
            finally:
                old.execute("ROLLBACK")

            def check(status: int, remaining: int, total: int) -> None:
                """Refuse to overwrite commits of another process; from its first page on, the copy holds the lock."""
                if status == sqlite3.SQLITE_OK and _version(watch) != seen:
                    raise StoreBusyError("Another process wrote to the store while it was repaired. Try again.")

            new.backup(old, pages=PAGES_PER_STEP, sleep=0.05, progress=check)


def _version(connection: sqlite3.Connection) -> int:
    """Return a number that changes when another connection writes."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


@contextlib.contextmanager
def _connected(folder: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(connect(folder)) as connection, translated_errors(folder / DATABASE_NAME):
        yield connection


def _reencode(folder: Path, connection: sqlite3.Connection, plan: Repair) -> None:
    repair_meta(connection)
    view, writer = View(folder, connection=connection), Writer(connection, folder, "")
    if plan.fingerprint is not None and not plan.reencode_all:
        writer.claim(plan.fingerprint)
    elif plan.fingerprint is not None:
        writer.set_fingerprint(plan.fingerprint)
    writer.clear_log()
    for identifier in plan.reencode:
        document = view.document(identifier)
        text = view.text(document)
        passages = plan.encode(document, text)
        writer.delete_passages(document.key)
        writer.insert_passages(document.id, document.key, text, passages)
    writer.recount()
    if plan.recount:
        recount(view, writer, plan.count)
    writer.end()
