"""Opening the SQLite database, transactions, and the translation of its errors."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import StoreBusyError, StoreCorruptError, StoreError, StoreFormatError, StoreMissingError
from corpus.files import sync
from corpus.store.layout import APPLICATION_ID, FORMAT_VERSION, LAYOUT
from corpus.store.meta_table import initialise_meta
from corpus.store.write_lock import current_writer

DATABASE_NAME = "footnote.db"
BUSY_TIMEOUT_S = 30.0
"""Seconds that a writer waits for another one; documents are committed one by one, so the lock is free soon."""

JOURNAL_RETRY_S = 0.01
"""Seconds between attempts to switch the journal of a new store while another process does the same."""


class FrozenConnection(sqlite3.Connection):
    """A connection to a store in a read-only folder, where SQLite cannot create its lock files.

    SQLite reads the file as immutable. A process that can write does not wait for this reader, so call `check` after
    reading and before using the result.
    """

    path: Path
    opened: object

    def check(self) -> None:
        """Verify that the file has not changed since it was opened.

        Raises:
            StoreBusyError: Another process has written to it.
        """
        if _file_state(self.path) != self.opened:
            raise StoreBusyError(f"Another process has written to {self.path} while it was read. Try again.")


def connect(folder: Path, *, create: bool = False, reading: bool = False, earlier: bool = False) -> sqlite3.Connection:
    """Open the store's database.

    Args:
        folder: The data folder.
        create: Create the folder and an empty store if there is none.
        reading: Open for reading only, which works in a read-only folder too.
        earlier: Open a store of an earlier format version too, to upgrade it.

    Raises:
        StoreMissingError: There is no store and `create` is False.
        StoreFormatError: The file is not a store, or a store of another format version.
        StoreError: The folder or file cannot be opened or written.
    """
    path = folder / DATABASE_NAME
    with translated_errors(path), translated_folder_errors(folder):
        _check_kinds(folder, path)
        if not path.exists():
            if not create:
                raise _missing(folder)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = _opened(path, reading=reading)
        try:
            _prepare(connection, path, create=create, earlier=earlier)
        except BaseException:
            connection.close()
            raise
        return connection


def _check_kinds(folder: Path, path: Path) -> None:
    """Refuse a file as the data folder, and a folder or a broken link as the database."""
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"The data folder {folder} cannot be used (it is a file). Choose another with --data.")
    if path.is_dir() or (path.is_symlink() and not path.exists()):
        raise StoreError(
            f"{path} is a folder or a broken link, not a database. Move it elsewhere, or choose another folder with "
            "--data or FOOTNOTE_DATA."
        )


def _opened(path: Path, *, reading: bool) -> sqlite3.Connection:
    """Connect without reading the file yet.

    SQLite creates files beside a database in write-ahead mode, even to read it, unless it is opened as immutable.

    Raises:
        StoreError: The folder is read-only, and the latest commits are in a log that must be merged first.
    """
    frozen = reading and not os.access(path.parent, os.W_OK)
    if frozen and not any(_size(path.with_name(f"{path.name}-{end}")) for end in ("wal", "journal")):
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        opened = _file_state(path)
        connection = sqlite3.connect(
            address, isolation_level=None, check_same_thread=False, uri=True, factory=FrozenConnection
        )
        connection.path, connection.opened = path, opened
        return connection
    if frozen and not path.with_name(f"{path.name}-shm").exists():
        raise StoreError(
            f"The data folder {path.parent} is read-only, and the log beside its database must be merged first. "
            "Where the folder is writable, run: footnote verify"
        )
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _file_state(path: Path) -> object:
    """Return a value that changes when the file is written or replaced."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _prepare(connection: sqlite3.Connection, path: Path, *, create: bool, earlier: bool) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns
    if _is_blank(connection):  # just created by another process, or by a killed one
        if not create:
            raise _missing(path.parent)
        for above in path.absolute().parents:  # some may be new, and a power cut loses unsynced names
            with contextlib.suppress(OSError):  # folders of other users are not new
                sync(above)
        _create(connection)
    application, version = _marks(connection)
    if application != APPLICATION_ID:
        raise StoreFormatError(f"{path} is not a Footnote store. Choose another folder with --data.")
    if 0 < version < FORMAT_VERSION:
        if earlier:
            return
        raise StoreFormatError(
            f"{path} has format version {version}; this Footnote reads version {FORMAT_VERSION}. "
            f"Upgrade it with: footnote upgrade --data {path.parent}"
        )
    if version != FORMAT_VERSION:
        raise StoreFormatError(
            f"{path} has format version {version}; this Footnote reads version {FORMAT_VERSION}. "
            "Use a later Footnote, or ingest the documents again into an empty folder, named with --data."
        )


def _missing(folder: Path) -> StoreMissingError:
    return StoreMissingError(
        f"There are no documents in {folder} yet. Add some with: footnote ingest PATH --data {folder}"
    )


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the database's application id and format version."""
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    return application, version


def _is_blank(connection: sqlite3.Connection) -> bool:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return tables == 0 and _marks(connection) == (0, 0)


def _create(connection: sqlite3.Connection) -> None:
    _use_write_ahead_log(connection)
    with transaction(connection):
        if _is_blank(connection):  # false for the second of two processes that create it at once
            execute_all(connection, LAYOUT)
            initialise_meta(connection)


def execute_all(connection: sqlite3.Connection, statements: str) -> None:
    """Execute several statements within a transaction, which `executescript` would commit."""
    for statement in statements.split(";\n"):
        connection.execute(statement)


def format_version(connection: sqlite3.Connection) -> int:
    """Return the format version of a store."""
    return _marks(connection)[1]


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block in a write transaction; roll back if it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # SQLite may have rolled back already, on a full disk
            connection.execute("ROLLBACK")
        raise


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the journal mode, and retry while another process does: SQLite ignores its busy timeout here."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(JOURNAL_RETRY_S)


@contextlib.contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Translate SQLite's errors to those of `corpus.errors`."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _translated(error, path) from error
    except sqlite3.ProgrammingError as error:
        raise StoreError(f"The store {path} was used wrongly ({sqlite_message(error)}).") from error
    except sqlite3.DatabaseError as error:
        raise StoreCorruptError(
            f"The store {path} is damaged ({sqlite_message(error)}). Run: footnote verify"
        ) from error
    except UnicodeDecodeError as error:  # SQLite quotes the damaged schema in its message
        raise StoreCorruptError(f"The layout of the store {path} is damaged. Run: footnote verify") from error


@contextlib.contextmanager
def translated_folder_errors(folder: Path) -> Iterator[None]:
    """Translate the operating system's errors about a data folder to those of `corpus.errors`."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The data folder {folder} cannot be used ({error.strerror}). Choose another with --data or FOOTNOTE_DATA."
        ) from error


def sqlite_message(error: sqlite3.Error) -> str:
    """Return SQLite's message as one printable line, without the part that quotes a damaged schema."""
    words = str(error).partition(" - ")[0].split()
    return "".join(c if c.isprintable() else "?" for c in " ".join(words)).rstrip(".")


def _translated(error: sqlite3.OperationalError, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # raised by Python: text in a column is not UTF-8
        return StoreCorruptError(f"The store {path} holds text that is not valid UTF-8. Run: footnote verify")
    code &= 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        writer = current_writer(path.parent) or "another process"
        return StoreBusyError(f"The store {path} is being written to by {writer}. Try again when it has finished.")
    if code == sqlite3.SQLITE_FULL:
        return StoreError(
            f"The disk that holds {path} is full. Free some space and run the command again; nothing stored is lost."
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(
            f"The data folder {path.parent} cannot be written. Check its permissions or choose another with --data."
        )
    return StoreError(
        f"The store {path} cannot be used ({sqlite_message(error)}). Check the disk and run: footnote verify"
    )
