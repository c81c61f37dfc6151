"""Queries inside one read transaction."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corpus.store.connection import Connection
from corpus.store.database import DATABASE_NAME, FrozenConnection, connect, translated_errors
from corpus.store.rows import Record, records


class ReadTransaction:
    """A read transaction that threads share; each query holds a lock.

    Args:
        folder: The data folder.
        connection: A connection in a transaction, which is used instead of a new one and stays open on close.

    Raises:
        StoreError: The store cannot be opened.
    """

    def __init__(self, folder: Path, connection: Connection | None = None) -> None:
        self.folder = folder
        self._path = folder / DATABASE_NAME
        self._shown = str(self._path)
        self._lock = threading.RLock()
        self._owns = connection is None
        self._connection: Connection = connection or connect(folder, reading=True)
        if self._owns:
            try:
                self._rows("BEGIN")
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """End the transaction; closing twice is allowed."""
        if self._owns:
            with self._lock:
                self._connection.close()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock, translated_errors(self._path):
            yield
            if isinstance(self._connection, FrozenConnection):
                self._connection.check()

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._reading():
            return self._connection.execute(query, values).fetchall()

    def _records(self, query: str, values: Sequence[object] = ()) -> list[Record]:
        with self._reading():
            return records(self._connection.execute(query, values))
