"""Rate limits and requests in progress of several processes, in one SQLite file.

Each step is one statement, so that SQLite's lock makes it atomic. SQLite's write-ahead log keeps the file whole if a
process is killed; nothing is synced to a disk, because the file ends with the service.
"""

import contextlib
import json
import logging
import os
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

logger = logging.getLogger(__name__)

BUSY_S = 0.005
"""Longest wait for another process. The caller is the event loop, where it delays every request of the process."""

FAILURES = 3
"""Failures in a row after which the file is not tried for `RETRY_S`, so that waiting for it does not add up."""

RETRY_S = 1.0
"""Seconds."""

FORGET_S = 5.0
"""Longest wait to forget a process, outside the event loop."""

PRUNE_EVERY = 1024
"""Requests of a process between two removals of buckets that are full, or beyond the limit."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (
    kind TEXT, client TEXT, full_at REAL NOT NULL, PRIMARY KEY (kind, client)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS in_progress (
    client TEXT, process INTEGER, requests INTEGER NOT NULL, PRIMARY KEY (client, process)
) WITHOUT ROWID;
"""

_TAKE = """
INSERT INTO buckets VALUES (:kind, :client, :now + :interval)
ON CONFLICT DO UPDATE SET full_at = max(full_at, :now) + :interval WHERE full_at - :now <= :burst
RETURNING 1
"""

_WAIT = "SELECT full_at - :now - :burst FROM buckets WHERE kind = :kind AND client = :client"

_PRUNE = "DELETE FROM buckets WHERE full_at <= :now"

_EVICT = """
DELETE FROM buckets WHERE (kind, client) IN (
    SELECT kind, client FROM (
        SELECT kind, client, row_number() OVER (PARTITION BY kind ORDER BY full_at DESC) AS place FROM buckets
    ) WHERE place > :most
)
"""

_START = """
INSERT INTO in_progress SELECT :client, :process, :requests
WHERE (SELECT total(requests) FROM in_progress WHERE client = :client) < :per_client
  AND (SELECT total(requests) FROM in_progress) < :most
ON CONFLICT DO UPDATE SET requests = excluded.requests
RETURNING 1
"""

_OF_CLIENT = "SELECT total(requests) FROM in_progress WHERE client = :client"

_RECORD = "INSERT OR REPLACE INTO in_progress VALUES (:client, :process, :requests)"

_END = "DELETE FROM in_progress WHERE client = :client AND process = :process"

_REPLACE = """
INSERT OR REPLACE INTO in_progress
    SELECT json_extract(value, '$[0]'), :process, json_extract(value, '$[1]') FROM json_each(:rows)
"""

_FORGET = "DELETE FROM in_progress WHERE process = :process"


class SharedLimits:
    """Limits that hold for all processes that use one file.

    A process opens the file at its first use, so an object may pass a fork if it has not been used. If the file cannot
    be used, or not within `BUSY_S`, methods return None or False, and the caller falls back to limits of its own
    process; each kind of failure is logged once.

    Args:
        path: The file. The first process creates it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: sqlite3.Connection | None = None
        self._process = 0
        self._taken = 0
        self._failures = 0
        self._retry_at = 0.0
        self._logged: set[str] = set()

    def take(self, kind: str, client: str, per_minute: int, now: float, most: int) -> float | None:
        """Take one from a client's bucket, by the generic cell rate algorithm (GCRA).

        Args:
            kind: Kind of bucket; a client has one of each kind.
            client: Identifier of the client.
            per_minute: Refill per minute, and capacity; at least 1.
            now: Seconds of the system's monotonic clock, which is the same for all processes.
            most: Buckets of each kind that are kept, about; those that are the least full.

        Returns:
            0 if the request is allowed, otherwise the seconds until the next one is; None if the file cannot be used.
        """
        interval = 60 / per_minute
        step = {
            "kind": kind,
            "client": client,
            "now": now,
            "interval": interval,
            "burst": (per_minute - 1) * interval,
        }
        self._taken += 1
        if self._taken % PRUNE_EVERY == 0:
            self._run(_PRUNE, step)
            self._run(_EVICT, {"most": most})
        taken = self._run(_TAKE, step)
        if taken:
            return 0.0
        waits = None if taken is None else self._run(_WAIT, step)
        return max(0.0, waits[0][0]) if waits else None

    def start(self, client: str, requests: int, per_client: int, most: int) -> Literal["client", "all", ""] | None:
        """Count a request in progress, unless there are too many.

        Args:
            client: Identifier of the client.
            requests: The client's requests in progress in this process, this one included.
            per_client: Maximum number of requests in progress for one client, in all processes.
            most: The same for all clients.

        Returns:
            What has too many in progress, the `client` or `all` together; empty if the request was counted; None if the
            file cannot be used.
        """
        step = {"client": client, "requests": requests, "per_client": per_client, "most": most}
        started = self._run(_START, step)
        if started:
            return ""
        of_client = None if started is None else self._run(_OF_CLIENT, step)
        if not of_client:
            return None
        return "client" if of_client[0][0] >= per_client else "all"

    def record(self, client: str, requests: int) -> bool:
        """Set the number of requests of a client in progress in this process; return whether it was recorded."""
        return self._run(_RECORD if requests else _END, {"client": client, "requests": requests}) is not None

    def replace(self, requests: Mapping[str, int]) -> bool:
        """Set all requests in progress in this process, by client; return whether they were recorded."""
        rows = json.dumps(list(requests.items()))
        return all(self._run(statement, {"rows": rows}) is not None for statement in (_FORGET, _REPLACE))

    def forget(self, process: int) -> None:
        """Remove the requests in progress of a process that has ended.

        Args:
            process: Its id.
        """
        try:
            with contextlib.closing(_opened(self._path, FORGET_S)) as connection:
                connection.execute(_FORGET, {"process": process})
        except sqlite3.Error as error:
            self._log(error)

    def _run(self, statement: str, parameters: Mapping[str, Any]) -> list[Any] | None:
        """Return the rows of a statement, which is its own transaction; None if it failed."""
        if self._failures >= FAILURES and time.monotonic() < self._retry_at:
            return None
        try:
            if self._opened is None:
                self._process = os.getpid()
                self._opened = _opened(self._path, BUSY_S)
                self._opened.execute(_FORGET, {"process": self._process})  # of an earlier process with this id
            rows = self._opened.execute(statement, {**parameters, "process": self._process}).fetchall()
        except sqlite3.Error as error:
            self._failures += 1
            self._retry_at = time.monotonic() + RETRY_S
            self._log(error)
            return None
        self._failures = 0
        return rows

    def _log(self, error: sqlite3.Error) -> None:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        if name not in self._logged:
            self._logged.add(name)
            logger.warning(
                "The limits that the workers share cannot be used (%s). While that lasts, each worker applies the "
                "limits to its own requests alone.",
                error,
            )


def _opened(path: Path, timeout: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
