"""The document store in PostgreSQL, open for writing."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from corpus.errors import StoreError
from corpus.postgres.address import Address
from corpus.postgres.connection import PostgresConnection, connected
from corpus.postgres.view import PostgresView
from corpus.store import Originals, Store, Writer, utc_now


class PostgresStore(Store):
    """The documents of a database, open for writing.

    Every change is one transaction: when a method returns, the change is committed; when it raises, nothing has
    changed, unless the connection was lost during the commit. One process writes at a time.

    Args:
        folder: The data folder of this machine, which has indexes and originals.
        address: The address of the database.
        create: Create an empty store if there is none.
        now: Returns the time of ingestion that documents get, ISO 8601.

    Raises:
        StoreError: The store cannot be opened.
    """

    def __init__(
        self, folder: Path, address: Address, *, create: bool = False, now: Callable[[], str] = utc_now
    ) -> None:
        self.folder = folder
        self._address = address
        self._now = now
        self._opened = connected(address, create=create)

    def close(self) -> None:
        """Close the connection; closing twice is allowed."""
        self._opened.close()

    def view(self) -> PostgresView:
        """Return a view of the present state, on a connection of its own; close it after use."""
        return PostgresView(self.folder, self._address)

    def _view_within(self) -> PostgresView:
        return PostgresView(self.folder, self._address, connection=self._opened)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Writer]:
        originals = Originals(self.folder)
        self._opened.begin_writing()
        try:
            writer = PostgresWriter(self._opened, self.folder, self._now())
            yield writer
            unused = writer.unused_originals(originals)
            self._opened.commit()
        except BaseException:
            with contextlib.suppress(StoreError):
                self._opened.rollback()
            raise
        for digest in unused:
            originals.remove(digest)


class PostgresWriter(Writer):
    """Writes rows. The greatest keys that were ever given are rows of the table `last_keys`."""

    def __init__(self, connection: PostgresConnection, folder: Path, now: str) -> None:
        super().__init__(connection, folder, now)
        self._last: dict[str, int] = dict(connection.execute("SELECT name, key FROM last_keys").fetchall())

    def end(self) -> int:
        """Write the last keys too; see `Writer.end`."""
        self._connection.executemany(
            "INSERT INTO last_keys VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET key = excluded.key",
            list(self._last.items()),
        )
        return super().end()

    def _insert(self, table: str, record: dict[str, object]) -> None:
        super()._insert(table, record)
        self._last[table] = max(self._last.get(table, 0), int(str(record["key"])))

    def _last_key(self, table: str) -> int:
        return self._last.get(table, 0)
