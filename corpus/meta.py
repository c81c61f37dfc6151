"""What a store says of itself: the rows of its table `meta`, each with a checksum, and what it ought to hold."""

import secrets
import sqlite3
from dataclasses import astuple, dataclass
from typing import Self

from corpus.checksums import checksum
from corpus.errors import StoreCorruptError

__all__ = ["KEY_SUM", "Tally", "begin_life", "begin_meta", "read_meta", "write_meta"]

KEY_SUM = "coalesce(sum(key & 4294967295), 0)"
"""Passages' keys have random gaps, so that the sum tells sets of them apart; modulo 2**32 each, it cannot overflow."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many documents and passages there are, and the sums of their keys modulo 2**32 each.

    It is written with every change, so that rows that vanish in a damaged file do not vanish unnoticed.
    """

    documents: int = 0
    document_keys: int = 0
    passages: int = 0
    passage_keys: int = 0

    @classmethod
    def counted(cls, connection: sqlite3.Connection) -> Self:
        """What the tables hold."""
        documents = connection.execute(f"SELECT count(*), {KEY_SUM} FROM documents").fetchone()
        passages = connection.execute(f"SELECT count(*), {KEY_SUM} FROM passages").fetchone()
        return cls(*documents, *passages)

    @classmethod
    def read(cls, value: str) -> Self:
        """As it was written.

        Raises:
            ValueError: It is not.
        """
        documents, document_keys, passages, passage_keys = map(int, value.split())
        return cls(documents, document_keys, passages, passage_keys)

    def __str__(self) -> str:
        return " ".join(map(str, astuple(self)))

    def of(self, table: str) -> tuple[int, int]:
        """Number of rows and sum of keys of `documents` or `passages`."""
        if table == "documents":
            return self.documents, self.document_keys
        return self.passages, self.passage_keys

    def plus(self, other: "Tally", sign: int = 1) -> "Tally":
        """With what another counted; without it if `sign` is -1."""
        return Tally(
            self.documents + sign * other.documents,
            self.document_keys + sign * other.document_keys,
            self.passages + sign * other.passages,
            self.passage_keys + sign * other.passage_keys,
        )


def begin_meta(connection: sqlite3.Connection) -> None:
    """Write what a new store says of itself."""
    begin_life(connection, 0)
    write_meta(connection, "tally", str(Tally()))


def begin_life(connection: sqlite3.Connection, generation: int) -> None:
    """Give a store an id of its own, which tells its projections from those of another, and a generation."""
    write_meta(connection, "store", secrets.token_hex(16))
    write_meta(connection, "generation", str(generation))


def read_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """What a store says of itself.

    Raises:
        StoreCorruptError: A row is missing or does not match its checksum.
    """
    found = {}
    for key, value, expected in connection.execute("SELECT key, value, checksum FROM meta"):
        if _checksum(key, value) != expected:
            raise StoreCorruptError(f"The store's record of its {key} is damaged. Run: footnote verify")
        found[key] = value
    for key in ("generation", "store", "tally"):
        if key not in found:
            raise StoreCorruptError(f"The store has lost the record of its {key}. Run: footnote verify")
    return found


def write_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Write one row."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (key, value, _checksum(key, value)))


def _checksum(key: str, value: str) -> int:
    return checksum(key.encode(), value.encode())
