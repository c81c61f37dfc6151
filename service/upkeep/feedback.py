"""Ratings of answers, in a file of their own, so that damage to them or to the store does not affect the other.

A rating is stored as the line of JSON that `footnote feedback export` writes; docs/evaluation.md describes it.
"""

import contextlib
import datetime
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import FeedbackError, FeedbackFullError, UnknownFeedbackError
from corpus.store import sqlite_message

FEEDBACK_NAME = "feedback.sqlite3"
FORMAT_VERSION = 1
APPLICATION_ID = 0x464E4642  # "FNFB"

BUSY_TIMEOUT_S = 5.0
"""Seconds that a write waits for another one; each takes milliseconds."""

ID_BYTES = 16
"""Bytes of a random id, which nobody can guess to withdraw another's rating."""

LAYOUT = """
CREATE TABLE ratings (
    key INTEGER PRIMARY KEY AUTOINCREMENT,     -- in order of arrival
    id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,                          -- ISO 8601, UTC
    entry TEXT NOT NULL CHECK (json_valid(entry))
) STRICT
"""


@dataclass(frozen=True, slots=True)
class StoredRating:
    """A rating as it is stored.

    Args:
        id: Id; anyone who knows it may withdraw the rating.
        entry: One line of JSON, as `footnote feedback export` writes it.
    """

    id: str
    entry: str


class Feedback:
    """Ratings in a data folder. Threads may share it; each call opens the file.

    Args:
        folder: The data folder; the first rating creates the file.
        limit: Maximum number of ratings that `add` stores.
        clock: Returns the time, with its zone.
    """

    def __init__(
        self,
        folder: Path,
        limit: int = 0,
        clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self.path = folder / FEEDBACK_NAME
        self._limit = limit
        self._clock = clock

    def add(self, rating: Mapping[str, Any]) -> str:
        """Store a rating durably; return its id.

        Raises:
            FeedbackFullError: The limit is reached.
            FeedbackError: The file cannot be used.
        """
        identifier = secrets.token_urlsafe(ID_BYTES)
        at = self._clock().astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        entry = json.dumps({**rating, "at": at}, ensure_ascii=False)
        with self._changing(create=True) as connection:
            self._leave_room(connection)
            connection.execute("INSERT INTO ratings (id, at, entry) VALUES (?, ?, ?)", (identifier, at, entry))
        return identifier

    def check(self) -> None:
        """Verify that a rating could be stored.

        Raises:
            FeedbackFullError: The limit is reached.
            FeedbackError: The file cannot be used.
        """
        with self._reading() as connection:
            if connection is not None:
                self._leave_room(connection)

    def ratings(self) -> Sequence[StoredRating]:
        """Return all ratings, oldest first; none without a file.

        Raises:
            FeedbackError: The file cannot be used.
        """
        with self._reading() as connection:
            query = "SELECT id, entry FROM ratings ORDER BY at, key"
            rows = [] if connection is None else connection.execute(query).fetchall()
        return [self._verified(*row) for row in rows]

    def _leave_room(self, connection: sqlite3.Connection) -> None:
        if connection.execute("SELECT count(*) FROM ratings").fetchone()[0] >= self._limit:
            raise FeedbackFullError(
                f"{self.path} holds {self._limit:,} ratings, as many as FOOTNOTE_FEEDBACK_LIMIT allows. Export and "
                "remove some with: footnote feedback"
            )

    def _verified(self, identifier: object, entry: object) -> StoredRating:
        """Return a rating whose entry is a JSON object."""
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            if isinstance(identifier, str) and isinstance(entry, str) and isinstance(json.loads(entry), dict):
                return StoredRating(identifier, entry)
        raise FeedbackError(
            f"The rating '{identifier}' in {self.path} is damaged. Remove it with: footnote feedback remove ID"
        )

    def add_all(self, ratings: Sequence[StoredRating]) -> None:
        """Store ratings that are missing, unchanged and without a limit.

        Raises:
            FeedbackError: The file cannot be used.
        """
        if not ratings:
            return
        rows = [(rating.id, json.loads(rating.entry)["at"], rating.entry) for rating in ratings]
        with self._changing(create=True) as connection:
            connection.executemany("INSERT OR IGNORE INTO ratings (id, at, entry) VALUES (?, ?, ?)", rows)

    def remove(self, identifiers: Sequence[str]) -> None:
        """Remove ratings, all or none of them.

        Raises:
            UnknownFeedbackError: There is no rating with one of these ids.
            FeedbackError: The file cannot be used.
        """
        if not self.path.exists():
            raise UnknownFeedbackError("There is no feedback yet.")
        with self._changing() as connection:
            for identifier in dict.fromkeys(identifiers):
                if not connection.execute("DELETE FROM ratings WHERE id = ?", (identifier,)).rowcount:
                    raise UnknownFeedbackError(
                        f"There is no rating '{identifier}', so nothing was removed. "
                        "List them with: footnote feedback list"
                    )

    def remove_before(self, date: datetime.date | None) -> int:
        """Remove the ratings before a date (UTC), or all if None; return their number.

        Raises:
            FeedbackError: The file cannot be used.
        """
        if not self.path.exists():
            return 0
        with self._changing() as connection:
            if date is None:
                return connection.execute("DELETE FROM ratings").rowcount
            return connection.execute("DELETE FROM ratings WHERE at < ?", (date.isoformat(),)).rowcount

    @contextlib.contextmanager
    def _changing(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        """Run the block in a durable transaction."""
        with self._translated_errors():
            if create:
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            with contextlib.closing(self._connect("rw")) as connection:
                connection.execute("PRAGMA synchronous = EXTRA")  # commits survive a power cut
                connection.execute("PRAGMA secure_delete = ON")  # withdrawn ratings are overwritten
                connection.execute("BEGIN IMMEDIATE")
                if _is_blank(connection):
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
                    connection.execute(LAYOUT)
                self._check(connection)
                yield connection
                connection.execute("COMMIT")

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Yield a connection for reading; None without a file, or if its creation was not finished."""
        if not self.path.exists():
            yield None
            return
        may_write = os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)
        mode = "rw" if may_write else "ro"  # a rollback left by a killed process needs write access
        with self._translated_errors(), contextlib.closing(self._connect(mode)) as connection:
            if _is_blank(connection):
                yield None
            else:
                self._check(connection)
                yield connection

    def _connect(self, mode: str) -> sqlite3.Connection:
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(address, timeout=BUSY_TIMEOUT_S, isolation_level=None, uri=True)

    def _check(self, connection: sqlite3.Connection) -> None:
        marks = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if marks != [APPLICATION_ID, FORMAT_VERSION]:
            raise FeedbackError(
                f"{self.path} is not a feedback file of this Footnote. Move it away, and a new one is created."
            )

    @contextlib.contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise FeedbackError(
                f"The feedback {self.path} cannot be used ({error.strerror}). Check the folder's permissions and room."
            ) from error
        except sqlite3.Error as error:
            raise FeedbackError(f"The feedback {self.path} {_what_is_wrong(error)}") from error
        except UnicodeDecodeError as error:  # SQLite quotes the damaged schema in its message
            raise FeedbackError(
                f"The feedback {self.path} is damaged. Move it away, and a new one is created."
            ) from error


def _is_blank(connection: sqlite3.Connection) -> bool:
    count: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return count == 0


def _what_is_wrong(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "is being written by another process. Try again when it has finished."
    if code == sqlite3.SQLITE_FULL:
        return "does not fit on its disk. Free some space and try again; nothing stored is lost."
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return "cannot be opened or written. Check its permissions."
    return f"is damaged or cannot be read ({sqlite_message(error)}). Move it away, and a new one is created."
