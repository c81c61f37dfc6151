"""The SQLite file: its layout, how it is opened, and what its errors mean."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import StoreBusyError, StoreCorruptError, StoreError, StoreFormatError, StoreMissingError
from corpus.files import sync
from corpus.store.meta import begin_meta
from corpus.store.write_lock import who_has_turn

__all__ = [
    "DATABASE_NAME",
    "FORMAT_VERSION",
    "FrozenConnection",
    "connect",
    "said",
    "transaction",
    "translated_errors",
    "translated_folder_errors",
]

DATABASE_NAME = "footnote.db"
FORMAT_VERSION = 1

APPLICATION_ID = 0x464E4F54  # "FNOT"

BUSY_TIMEOUT_S = 30.0
"""How long a writer waits for another one; documents are committed one by one, so turns come quickly."""

LAYOUT_RETRY_S = 0.01
"""How long to wait before trying again to switch a new store's journal; the other process needs milliseconds."""

LAYOUT = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT_VERSION};

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    checksum INTEGER NOT NULL        -- CRC-32 of both
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL,              -- the file that holds the source; the source itself if that is all it holds
    source_sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    revision TEXT NOT NULL,
    text BLOB NOT NULL,              -- UTF-8
    characters INTEGER NOT NULL,     -- code points of the text
    title TEXT NOT NULL,
    publisher TEXT,
    authors TEXT NOT NULL,           -- JSON array
    published TEXT,                  -- ISO 8601 date
    language TEXT,
    url TEXT,
    tags TEXT NOT NULL,              -- JSON array
    extra TEXT NOT NULL,             -- JSON object
    sections TEXT NOT NULL,          -- JSON array of [title, level, start]
    pages TEXT NOT NULL,             -- JSON array of the start of each page
    removed TEXT NOT NULL,           -- JSON array of [start, end, reason]
    metadata_checksum INTEGER NOT NULL,  -- CRC-32 of all columns but the text, whose digest is the revision
    ingested_at TEXT NOT NULL        -- ISO 8601, UTC
) STRICT;

CREATE INDEX documents_by_file ON documents(file);

CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice, so no index can mistake one for another
    id TEXT NOT NULL UNIQUE,
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    start INTEGER NOT NULL,          -- code points
    end INTEGER NOT NULL,
    byte_start INTEGER NOT NULL,     -- the same span in the UTF-8 text
    byte_end INTEGER NOT NULL,
    page INTEGER,
    section TEXT,
    checksum INTEGER NOT NULL,       -- CRC-32 of the columns above and the passage's text
    vector BLOB NOT NULL,
    vector_checksum INTEGER NOT NULL  -- CRC-32 of key and vector
) STRICT;

CREATE INDEX passages_by_document ON passages(document, start);

CREATE TABLE token_vectors (         -- apart, so that reading passages never drags these pages in
    passage INTEGER PRIMARY KEY REFERENCES passages(key) ON DELETE CASCADE,
    data BLOB NOT NULL,
    checksum INTEGER NOT NULL        -- CRC-32 of key and data
) STRICT;
"""


class FrozenConnection(sqlite3.Connection):
    """A connection to a store in a folder that this process cannot write to, and SQLite therefore makes no locks in.

    It is read as if nobody could write to it. Whoever may does not wait for this one, so `check` tells whether to
    believe what was read.
    """

    path: Path
    seen: object

    def check(self) -> None:
        """See that the file is still the one that was opened.

        Raises:
            StoreBusyError: Another process has written to it.
        """
        if _looks(self.path) != self.seen:
            raise StoreBusyError(f"Another process has written to {self.path} while it was read. Try again.")


def connect(folder: Path, *, create: bool = False, reading: bool = False) -> sqlite3.Connection:
    """Open the store's database.

    Args:
        folder: The data folder.
        create: Make the folder and an empty store where there is none.
        reading: Nothing will be written, so a folder that cannot be written serves as well.

    Raises:
        StoreMissingError: There is none and `create` is False.
        StoreFormatError: Something else lies there, or a store of another format version.
        StoreError: The folder or file cannot be opened or written.
    """
    path = folder / DATABASE_NAME
    with translated_errors(path), translated_folder_errors(folder):
        if not path.exists():
            if not create:
                raise _missing(folder)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = _opened(path, reading=reading)
        try:
            _prepare(connection, path, create=create)
        except BaseException:
            connection.close()
            raise
        return connection


def _opened(path: Path, *, reading: bool) -> sqlite3.Connection:
    """A connection that has not looked at the file yet.

    Beside a database in write-ahead mode SQLite makes files, even to read it, unless it is told that nobody changes it.

    Raises:
        StoreError: What was written last is in a log beside it, which cannot be read without writing.
    """
    frozen = reading and not os.access(path.parent, os.W_OK)
    if frozen and not any(_size(path.with_name(f"{path.name}-{end}")) for end in ("wal", "journal")):
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        seen = _looks(path)
        connection = sqlite3.connect(
            address, isolation_level=None, check_same_thread=False, uri=True, factory=FrozenConnection
        )
        connection.path, connection.seen = path, seen
        return connection
    if frozen and not path.with_name(f"{path.name}-shm").exists():
        raise StoreError(
            f"The data folder {path.parent} cannot be written, and what was stored last is still in a log beside its "
            "database. Where it can be written, run: footnote verify"
        )
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _looks(path: Path) -> object:
    """What changes when a file is written or replaced."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _prepare(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns
    if _is_blank(connection):  # just created by another process, or by one that was killed
        if not create:
            raise _missing(path.parent)
        for above in path.absolute().parents:  # some of them may be new, and a power cut takes names not synced
            with contextlib.suppress(OSError):  # those that are not this user's are not new
                sync(above)
        _lay_out(connection)
    application, version = _marks(connection)
    if application != APPLICATION_ID:
        raise StoreFormatError(f"{path} is not a Footnote store. Choose another folder with --data.")
    if version != FORMAT_VERSION:
        raise StoreFormatError(
            f"{path} has format version {version}; this Footnote reads version {FORMAT_VERSION}. "
            "Ingest the documents again into an empty folder, named with --data."
        )


def _missing(folder: Path) -> StoreMissingError:
    return StoreMissingError(
        f"There are no documents in {folder} yet. Add some with: footnote ingest PATH --data {folder}"
    )


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    """The database's application id and format version."""
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    return application, version


def _is_blank(connection: sqlite3.Connection) -> bool:
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return tables == 0 and _marks(connection) == (0, 0)


def _lay_out(connection: sqlite3.Connection) -> None:
    _use_write_ahead_log(connection)
    with transaction(connection):
        if _is_blank(connection):  # of two processes that create it at once, the second finds it made
            for statement in LAYOUT.split(";\n"):
                connection.execute(statement)
            begin_meta(connection)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction that may write; undone if the block raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # a full disk may have rolled back already
            connection.execute("ROLLBACK")
        raise


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the journal; SQLite does not wait here when two processes do it at once, so this does."""
    give_up = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
        time.sleep(LAYOUT_RETRY_S)


@contextlib.contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Map SQLite's errors to this project's."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _translated(error, path) from error
    except sqlite3.ProgrammingError as error:
        raise StoreError(f"The store {path} was used wrongly ({said(error)}).") from error
    except sqlite3.DatabaseError as error:
        raise StoreCorruptError(f"The store {path} is damaged ({said(error)}). Run: footnote verify") from error
    except UnicodeDecodeError as error:  # what SQLite says of a damaged layout, which it quotes
        raise StoreCorruptError(f"The layout of the store {path} is damaged. Run: footnote verify") from error


@contextlib.contextmanager
def translated_folder_errors(folder: Path) -> Iterator[None]:
    """Map the operating system's errors about a data folder to this project's."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The data folder {folder} cannot be used ({error.strerror}). Choose another with --data or FOOTNOTE_DATA."
        ) from error


def said(error: sqlite3.Error) -> str:
    """What SQLite says of itself, in one printable line: of a damaged layout it also quotes the damaged words."""
    words = str(error).partition(" - ")[0].split()
    return "".join(c if c.isprintable() else "?" for c in " ".join(words)).rstrip(".")


def _translated(error: sqlite3.OperationalError, path: Path) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # Python's own: text in a column is not UTF-8
        return StoreCorruptError(f"The store {path} holds text that is not valid UTF-8. Run: footnote verify")
    code &= 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        writer = who_has_turn(path.parent) or "another process"
        return StoreBusyError(f"The store {path} is being written to by {writer}. Try again when it has finished.")
    if code == sqlite3.SQLITE_FULL:
        return StoreError(
            f"The disk that holds {path} is full. Free some space and run the command again; nothing stored is lost."
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(
            f"The data folder {path.parent} cannot be written. Check its permissions or choose another with --data."
        )
    return StoreError(f"The store {path} cannot be used ({said(error)}). Check the disk and run: footnote verify")
