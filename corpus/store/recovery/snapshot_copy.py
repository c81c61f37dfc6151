"""Copies of SQLite files, each of one moment, made while others read and write."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from corpus.errors import StoreBusyError, StoreError
from corpus.store.database import (
    BUSY_TIMEOUT_S,
    DATABASE_NAME,
    FrozenConnection,
    connect,
    transaction,
    translated_errors,
)
from corpus.store.meta import begin_life
from corpus.store.view import View

__all__ = ["copy_database", "copy_store", "replace_store", "set_aside"]

PAGES_A_STEP = 1024
"""4 MiB: how much is copied between two looks at the clock."""

SUFFIXES = ("", "-wal", "-shm")
"""What SQLite keeps of one database: the file, what has not been written back to it, and the index of that."""


def copy_store(folder: Path, copy: Path) -> None:
    """Copy a store as it is at one moment; nobody waits for it.

    Args:
        folder: The data folder.
        copy: Another data folder, without a store.

    Raises:
        StoreError: It cannot be read, or the copy not be written.
    """
    with translated_errors(folder / DATABASE_NAME), contextlib.closing(connect(folder, reading=True)) as source:
        copy_database(source, copy / DATABASE_NAME)
        if isinstance(source, FrozenConnection):
            source.check()


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """Copy a database to a new file, for its owner alone; what is committed meanwhile is not in it.

    Raises:
        sqlite3.Error: One of them cannot be used.
        OSError: The file cannot be made.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")  # it is of use only when it is whole, and is synced then
        source.execute("BEGIN")
        try:
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees one moment
            source.backup(target, pages=PAGES_A_STEP, sleep=0.01)
        finally:
            source.execute("ROLLBACK")
        target.execute("PRAGMA journal_mode = DELETE")  # all in the one file


def replace_store(copy: Path, folder: Path, generation: int) -> int:
    """Put a copy in a store's place, in one transaction; who reads goes on seeing the old one meanwhile.

    Args:
        copy: The data folder of the copy, which is given a new id, so that no index of another store passes for its.
        folder: The data folder; it may be empty.
        generation: The store's so far.

    Returns:
        The generation that it now is.

    Raises:
        StoreBusyError: Another process is writing for too long.
        StoreError: The store cannot be written; it is as it was.
    """
    with translated_errors(copy / DATABASE_NAME), contextlib.closing(connect(copy)) as source:
        with View(copy) as view:
            generation = max(view.generation, generation) + 1
        with transaction(source):
            begin_life(source, generation)
        path = folder / DATABASE_NAME
        with translated_errors(path), contextlib.closing(connect(folder, create=True)) as target:
            source.backup(target, pages=PAGES_A_STEP, sleep=0.05, progress=_patience(path))
    return generation


def _patience(path: Path) -> Callable[[int, int, int], None]:
    """What ends the wait for another process that writes."""
    waiting_since: list[float] = []

    def look(status: int, remaining: int, total: int) -> None:
        if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            waiting_since.clear()
        elif not waiting_since:
            waiting_since.append(time.monotonic())
        elif time.monotonic() - waiting_since[0] > BUSY_TIMEOUT_S:
            raise StoreBusyError(f"Another process is writing to {path}. Try again when it has finished.")

    return look


def set_aside(folder: Path, name: str) -> None:
    """Give the files of a store that cannot be opened another name.

    Raises:
        StoreError: They cannot be renamed.
    """
    try:
        for suffix in SUFFIXES:
            with contextlib.suppress(FileNotFoundError):
                (folder / f"{DATABASE_NAME}{suffix}").rename(folder / f"{name}{suffix}")
    except OSError as error:
        raise StoreError(
            f"The damaged store in {folder} cannot be moved out of the way ({error.strerror}). "
            "Check the folder's permissions, or choose another with --data."
        ) from error
