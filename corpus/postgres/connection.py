"""A connection to PostgreSQL with the methods that the store uses of SQLite's."""

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.types.numeric import NumericBinaryLoader, NumericLoader

from corpus.errors import StoreFormatError, StoreMissingError
from corpus.postgres.address import Address
from corpus.postgres.dialect import Values, translated, with_arrays
from corpus.postgres.failures import connection_failure, translated_failures
from corpus.postgres.layout import LAYOUT, SCHEMA
from corpus.store import FORMAT_VERSION, initialise_meta

CONNECT_TIMEOUT_S = 10
BUSY_TIMEOUT_S = 30
"""Seconds that a writer waits for another one."""

WRITE_LOCK = 0x464E4F54
"""Key of the advisory lock that a writer holds to the end of its transaction."""

SESSION = {
    "search_path": SCHEMA,
    "idle_in_transaction_session_timeout": "0",
    "transaction_timeout": "0",
    "lock_timeout": f"{BUSY_TIMEOUT_S}s",
}
"""Settings of a session, by name; a snapshot is kept as long as it is used."""


class _Integer(NumericLoader):
    """Loads sums of integers, which PostgreSQL makes numeric, as int."""

    def load(self, data: Buffer) -> int:  # type: ignore[override]
        return int(super().load(data))


class _BinaryInteger(NumericBinaryLoader):
    """As `_Integer`."""

    def load(self, data: Buffer) -> int:  # type: ignore[override]
        return int(super().load(data))


class PostgresConnection:
    """A connection, which translates statements and errors. Begin a transaction before the first statement.

    Args:
        address: The address of the database.

    Raises:
        StoreError: The server cannot be reached, or refuses the connection.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        try:
            self._connection = psycopg.connect(
                address.uri,
                autocommit=True,
                connect_timeout=CONNECT_TIMEOUT_S,
                application_name="footnote",
                client_encoding="utf-8",
            )
        except (psycopg.Error, UnicodeError) as error:
            failure = error if isinstance(error, psycopg.Error) else psycopg.Error()
            raise connection_failure(failure, address.shown) from None  # its message may have the address
        self._connection.adapters.register_loader("numeric", _Integer)
        self._connection.adapters.register_loader("numeric", _BinaryInteger)
        try:
            with translated_failures(address.shown):
                settings = sql.SQL(", ").join(
                    sql.SQL("set_config({}, {}, false)").format(name, value) for name, value in SESSION.items()
                )
                self._connection.execute(sql.SQL("SELECT ") + settings)
        except BaseException:
            self.close()
            raise

    def begin_reading(self) -> None:
        """Begin a transaction that reads one state of the database."""
        self._command("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def begin_writing(self) -> None:
        """Begin a transaction that writes, as the only one.

        Raises:
            StoreBusyError: Another process has been writing for 30 seconds.
        """
        self._command("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE")
        self._command(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")

    def commit(self) -> None:
        """Commit. If the connection is lost meanwhile, the change may have been made or not."""
        self._command("COMMIT")

    def rollback(self) -> None:
        """Roll back."""
        self._command("ROLLBACK")

    def execute(self, statement: str, parameters: Values = (), /) -> psycopg.Cursor[Any]:
        """Execute a statement of `corpus.store`."""
        query, arrays = translated(statement)
        with translated_failures(self.address.shown):
            return self._connection.execute(query.encode(), with_arrays(parameters, arrays) or (), binary=True)

    def executemany(self, statement: str, parameters: Iterable[Values], /) -> None:
        """Execute a statement with each of several lists of values, without waiting for each result."""
        query, _ = translated(statement)
        with translated_failures(self.address.shown), self._connection.cursor() as cursor:
            cursor.executemany(query.encode(), list(parameters))

    def close(self) -> None:
        """Close the connection; closing twice is allowed."""
        self._connection.close()

    def _command(self, statement: str) -> None:
        with translated_failures(self.address.shown):
            self._connection.execute(statement.encode())

    def version(self) -> int | None:
        """Return the format version of the store; None if there is no store."""
        with translated_failures(self.address.shown):
            found = self._connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{SCHEMA}.layout",)).fetchone()
            if not (found and found[0]):
                return None
            row = self._connection.execute(b"SELECT version FROM footnote.layout").fetchone()
        if row is None:
            raise StoreFormatError(f"The schema {SCHEMA} at {self.address.shown} is not a Footnote store.")
        return int(row[0])

    def make_layout(self) -> None:
        """Create an empty store, unless there is one."""
        self.begin_writing()
        try:
            if self.version() is None:
                self._command(LAYOUT)
                self.execute("INSERT INTO layout VALUES (?)", (FORMAT_VERSION,))
                initialise_meta(self)
            self.commit()
        except BaseException:
            self.rollback()
            raise


def connected(address: Address, *, create: bool = False) -> PostgresConnection:
    """Connect to a store.

    Args:
        address: The address of the database.
        create: Create an empty store if there is none.

    Raises:
        StoreMissingError: There is no store and `create` is False.
        StoreFormatError: The store has another format version.
        StoreError: The server cannot be reached, or refuses the connection.
    """
    connection = PostgresConnection(address)
    try:
        version = connection.version()
        if version is None and create:
            connection.make_layout()
            version = connection.version()
        _check_version(version, address)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_version(version: int | None, address: Address) -> None:
    if version is None:
        raise StoreMissingError(f"There are no documents at {address.shown} yet. Ingest some first.")
    if version != FORMAT_VERSION:
        raise StoreFormatError(
            f"The store at {address.shown} has format version {version}; this Footnote reads version {FORMAT_VERSION}. "
            "Use the Footnote that wrote it, or ingest the documents again into an empty database."
        )
