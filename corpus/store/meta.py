"""What a store says of itself: the rows of its table `meta`, each with a checksum, and what it ought to hold."""

import contextlib
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Self

from corpus.errors import StoreCorruptError
from corpus.store.checksums import checksum

__all__ = [
    "KEY_SUM",
    "PASSAGE_SUM",
    "Tally",
    "begin_life",
    "begin_meta",
    "mend_meta",
    "read_meta",
    "readable_meta",
    "readable_rows",
    "write_meta",
]

KEY_SUM = "coalesce(sum(key & 4294967295), 0)"
"""Passages' keys have random gaps, so that the sum tells sets of them apart; modulo 2**32 each, it cannot overflow."""

PRIME = 4294967291
"""A number whose place in the sums counts it modulo this prime: whichever of its bits is flipped, the sum changes."""

DOCUMENT_SUM = f"coalesce(sum(key % {PRIME}), 0)"
PASSAGE_SUM = f"coalesce(sum(key % {PRIME} + document % {PRIME}), 0)"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many documents and passages there are, and the sums of their keys; a passage's counts with its document's.

    It is written with every change, so that rows that vanish in a damaged file, or change places, do not unnoticed.
    """

    documents: int = 0
    document_keys: int = 0
    passages: int = 0
    passage_keys: int = 0

    @classmethod
    def counted(cls, connection: sqlite3.Connection) -> Self:
        """What the tables hold, as far as the indexes by which documents and passages are listed know."""
        documents = connection.execute(f"SELECT count(*), {DOCUMENT_SUM} FROM documents ORDER BY id").fetchone()
        passages = connection.execute(
            f"SELECT count(*), {PASSAGE_SUM} FROM passages INDEXED BY passages_by_document"
        ).fetchone()
        return cls(*documents, *passages)

    @classmethod
    def of(cls, documents: Iterable[int], passages: Iterable[tuple[int, int]]) -> Self:
        """Of the keys of documents, and of `(document's key, passage's key)` of passages."""
        document_keys = list(documents)
        passage_keys = [key % PRIME + document % PRIME for document, key in passages]
        return cls(len(document_keys), sum(key % PRIME for key in document_keys), len(passage_keys), sum(passage_keys))

    @classmethod
    def of_document(cls, key: int) -> Self:
        """One document."""
        return cls(documents=1, document_keys=key % PRIME)

    @classmethod
    def of_passage(cls, key: int, document: int) -> Self:
        """One passage of a document."""
        return cls(passages=1, passage_keys=key % PRIME + document % PRIME)

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

    def of_table(self, table: str) -> tuple[int, int]:
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
        if not (isinstance(key, str) and isinstance(value, str)) or _checksum(key, value) != expected:
            raise StoreCorruptError(f"The store's record of its {key} is damaged. Run: footnote verify")
        found[key] = value
    for key in ("generation", "store", "tally"):
        if key not in found:
            raise StoreCorruptError(f"The store has lost the record of its {key}. Run: footnote verify")
    return found


def readable_meta(connection: sqlite3.Connection) -> dict[str, str]:
    """What of it is right; whatever is missing or damaged is left out."""
    rows = readable_rows(connection, "SELECT key, value, checksum FROM meta")
    found = {}
    for key, value, expected in rows:
        if isinstance(key, str) and isinstance(value, str) and _checksum(key, value) == expected:
            found[key] = value
    return found


def mend_meta(connection: sqlite3.Connection) -> None:
    """Replace what is damaged or missing: by another id, so that all projections are made anew; by a recount."""
    found = readable_meta(connection)
    connection.execute("DELETE FROM meta")
    begin_meta(connection)
    write_meta(connection, "tally", str(Tally.counted(connection)))
    if "generation" not in found:
        found.pop("store", None)
    for key, value in found.items():
        write_meta(connection, key, value)


def readable_rows(connection: sqlite3.Connection, query: str) -> list[tuple[object, ...]]:
    """The rows that a query gives before it meets an error."""
    rows: list[tuple[object, ...]] = []
    with contextlib.suppress(sqlite3.Error):
        rows.extend(iter(connection.execute(query)))
    return rows


def write_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Write one row."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (key, value, _checksum(key, value)))


def _checksum(key: str, value: str) -> int:
    return checksum(key.encode(), value.encode())
