"""Log of the removals of the latest generations, by which an index of an earlier one is brought up to date."""

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.errors import StoreCorruptError
from corpus.store.checksums import checksum
from corpus.store.connection import Connection
from corpus.store.meta_table import RowTotals

LOGGED_GENERATIONS = 10_000
"""Generations whose removals are kept."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Passages that a generation removed from a document.

    Args:
        generation: The generation, the first without them.
        document: Key of the document.
        has_left: Whether the document was removed too.
        passages: Keys of the passages.
    """

    generation: int
    document: int
    has_left: bool
    passages: Sequence[int]


@dataclass(frozen=True, slots=True)
class Changes:
    """Difference between two generations of a store.

    Args:
        since: The earlier generation.
        documents_removed: Keys of the documents that only the earlier one has.
        passages_removed: Key of its document and its own key of each passage that only the earlier one has.
        documents_added: Keys of the documents that only the later one has.
        passages_added: Key of its document and its own key of each passage that only the later one has, by key.
    """

    since: int
    documents_removed: Sequence[int]
    passages_removed: Sequence[tuple[int, int]]
    documents_added: Sequence[int]
    passages_added: Sequence[tuple[int, int]]

    @property
    def removed(self) -> RowTotals:
        """Totals of the rows that only the earlier one has."""
        return RowTotals.of(self.documents_removed, self.passages_removed)

    @property
    def added(self) -> RowTotals:
        """Totals of the rows that only the later one has."""
        return RowTotals.of(self.documents_added, self.passages_added)


class RemovalLog:
    """The log within a write transaction.

    Args:
        connection: A connection in a write transaction.
        generation: The generation that the transaction makes.
        complete_since: The generation since which the log is complete.
    """

    def __init__(self, connection: Connection, generation: int, complete_since: int) -> None:
        self._connection = connection
        self._generation = generation
        self._complete_since = complete_since
        self._is_cleared = False

    def add(self, document: int, passages: Sequence[int], *, has_left: bool) -> None:
        """Record a removal; a second one of the same document in the transaction is added to the first."""
        if self._is_cleared:
            return
        rows = self._connection.execute(
            "SELECT has_left, passages, checksum FROM removals WHERE generation = ? AND document = ?",
            (self._generation, document),
        )
        for row in rows.fetchall():
            earlier = _verified(self._generation, document, *row)
            passages, has_left = [*earlier.passages, *passages], has_left or earlier.has_left
        data = _packed(passages)
        values = self._generation, document, int(has_left), data
        self._connection.execute(
            "INSERT INTO removals VALUES (?, ?, ?, ?, ?) ON CONFLICT (generation, document) DO UPDATE SET"
            " has_left = excluded.has_left, passages = excluded.passages, checksum = excluded.checksum",
            (*values, _checksum(*values)),
        )

    def clear(self) -> None:
        """Delete the log: everything was replaced, and an index is made from the beginning."""
        self._connection.execute("DELETE FROM removals")
        self._complete_since = self._generation
        self._is_cleared = True

    def end(self) -> int:
        """Delete the oldest generations; return the one since which the log is complete."""
        oldest = self._generation - LOGGED_GENERATIONS
        if oldest > self._complete_since:
            self._connection.execute("DELETE FROM removals WHERE generation <= ?", (oldest,))
            self._complete_since = oldest
        return self._complete_since


def removals_since(connection: Connection, generation: int) -> list[Removal]:
    """Return the removals of later generations than this one.

    Raises:
        StoreCorruptError: A row is damaged.
    """
    rows = connection.execute(
        "SELECT generation, document, has_left, passages, checksum FROM removals WHERE generation > ?"
        " ORDER BY generation, document",
        (generation,),
    )
    return [_verified(*row) for row in rows]


def _verified(generation: object, document: object, has_left: object, data: object, expected: object) -> Removal:
    if (
        isinstance(generation, int)
        and isinstance(document, int)
        and isinstance(has_left, int)
        and isinstance(data, bytes)
        and _checksum(generation, document, has_left, data) == expected
    ):
        return Removal(generation, document, bool(has_left), _unpacked(data))
    raise StoreCorruptError(f"The record of what generation {generation} removed is damaged. Run: footnote verify")


def _checksum(generation: int, document: int, has_left: int, passages: bytes) -> int:
    numbers = (number.to_bytes(8, "little", signed=True) for number in (generation, document, has_left))
    return checksum(*numbers, passages)


def _packed(keys: Sequence[int]) -> bytes:
    numbers = array("q", keys)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(data: bytes) -> Sequence[int]:
    numbers = array("q")
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()
