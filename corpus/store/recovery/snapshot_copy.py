"""Consistent copies of the database, made while other processes read and write."""

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
from corpus.store.meta_table import renew_identity
from corpus.store.view import View

PAGES_PER_STEP = 1024
"""4 MiB between two checks of the deadline."""

SUFFIXES = ("", "-wal", "-shm")
"""SQLite's files of a database: the file itself, its log and the index of the log."""


def copy_store(folder: Path, copy: Path) -> None:
    """Copy a store as it is at one moment, without blocking other processes.

    Args:
        folder: The data folder.
        copy: Another data folder, without a store.

    Raises:
        StoreError: The store cannot be read, or the copy cannot be written.
    """
    with translated_errors(folder / DATABASE_NAME), contextlib.closing(connect(folder, reading=True)) as source:
        copy_database(source, copy / DATABASE_NAME)
        if isinstance(source, FrozenConnection):
            source.check()


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """Copy a database to a new file that only its owner can read; later commits are not in it.

    Raises:
        sqlite3.Error: A database cannot be read or written.
        OSError: The file cannot be created.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")  # only a complete copy is used, which the caller syncs
        source.execute("BEGIN")
        try:
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the snapshot begins at the first read
            source.backup(target, pages=PAGES_PER_STEP, sleep=0.01)
        finally:
            source.execute("ROLLBACK")
        target.execute("PRAGMA journal_mode = DELETE")  # everything in one file


def replace_store(copy: Path, folder: Path, generation: int) -> int:
    """Replace a store by a copy, in one transaction; open views keep their state.

    Args:
        copy: Data folder of the copy. It gets a new store id, so that no index of another store is used for it.
        folder: The data folder; it may be empty.
        generation: Present generation of the store in it.

    Returns:
        The new generation.

    Raises:
        StoreBusyError: Another process is writing for too long.
        StoreError: The store cannot be written; nothing was changed.
    """
    with translated_errors(copy / DATABASE_NAME), contextlib.closing(connect(copy)) as source:
        with View(copy) as view:
            generation = max(view.generation, generation) + 1
        with transaction(source):
            renew_identity(source, generation)
        path = folder / DATABASE_NAME
        with translated_errors(path), contextlib.closing(connect(folder, create=True)) as target:
            source.backup(target, pages=PAGES_PER_STEP, sleep=0.05, progress=_deadline(path))
    return generation


def _deadline(path: Path) -> Callable[[int, int, int], None]:
    """Return a progress callback that raises if another process writes for longer than `BUSY_TIMEOUT_S`."""
    waiting_since: list[float] = []

    def check(status: int, remaining: int, total: int) -> None:
        if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            waiting_since.clear()
        elif not waiting_since:
            waiting_since.append(time.monotonic())
        elif time.monotonic() - waiting_since[0] > BUSY_TIMEOUT_S:
            raise StoreBusyError(f"Another process is writing to {path}. Try again when it has finished.")

    return check


def set_aside(folder: Path, name: str) -> None:
    """Rename the files of a store that cannot be opened.

    Raises:
        StoreError: A file cannot be renamed.
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
