"""What the store needs of a connection to its database: `sqlite3.Connection` has it, `corpus.postgres` makes one."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

Row = Any
"""A row, a tuple of values; None after the last one. As in `sqlite3`, the values' types are not checked."""


class Cursor(Protocol):
    """The result of a statement."""

    @property
    def description(self) -> Row:
        """A sequence for each column, its name first; None for a statement without a result."""

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows that are left."""

    def fetchone(self) -> Row:
        """Return the next row; None at the end."""

    def fetchall(self) -> list[Row]:
        """Return the rows that are left."""


class Connection(Protocol):
    """A connection within a transaction. Statements are in SQLite's SQL, with `?` and `:name` for values."""

    def execute(self, sql: str, parameters: Row = ..., /) -> Cursor:
        """Execute a statement."""

    def executemany(self, sql: str, parameters: Iterable[Row], /) -> object:
        """Execute a statement with each of several lists of values."""

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
