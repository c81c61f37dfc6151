"""The table `meta`: the store's id, generation, encoder fingerprint and row totals, each with a checksum."""

import contextlib
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Self

from corpus.errors import StoreCorruptError
from corpus.store.checksums import checksum
from corpus.store.connection import Connection
from corpus.store.words.totals import WORDS, WordTotals

KEY_SUM = "coalesce(sum(key & 4294967295), 0)"
"""SQL for the sum of keys modulo 2**32 each, which cannot overflow. Keys have random gaps, so that different sets of
passages have different sums."""

PRIME = 4294967291
"""Modulus of keys in the totals. It is prime, so that flipping any bit of a key changes the sum."""

DOCUMENT_SUM = f"coalesce(sum(key % {PRIME}), 0)"
PASSAGE_SUM = f"coalesce(sum(key % {PRIME} + document % {PRIME}), 0)"


LOG = "log"
"""Key of the row with the generation since which the log of removals is complete."""

REQUIRED = ("generation", "store", "totals", WORDS, LOG)
"""Keys of the rows that every store has."""


@dataclass(frozen=True, slots=True)
class RowTotals:
    """Number of documents and passages, and sums of their keys; a passage adds the key of its document too.

    The totals are written with every change. They detect rows that a damaged file has lost or exchanged.
    """

    documents: int = 0
    document_keys: int = 0
    passages: int = 0
    passage_keys: int = 0

    @classmethod
    def counted(cls, connection: Connection) -> Self:
        """Count the tables, through the indexes by which documents and passages are listed."""
        documents = connection.execute(
            f"SELECT count(*), {DOCUMENT_SUM} FROM documents INDEXED BY sqlite_autoindex_documents_1"
        ).fetchone()
        passages = connection.execute(
            f"SELECT count(*), {PASSAGE_SUM} FROM passages INDEXED BY passages_by_document"
        ).fetchone()
        return cls(*documents, *passages)

    @classmethod
    def of(cls, documents: Iterable[int] = (), passages: Iterable[tuple[int, int]] = ()) -> Self:
        """Return the totals of documents' keys and of `(document's key, passage's key)` of passages."""
        document_keys = list(documents)
        passage_keys = [key % PRIME + document % PRIME for document, key in passages]
        return cls(len(document_keys), sum(key % PRIME for key in document_keys), len(passage_keys), sum(passage_keys))

    @classmethod
    def parse(cls, value: str) -> Self:
        """Parse the form that `str` gives.

        Raises:
            ValueError: The value has another form.
        """
        documents, document_keys, passages, passage_keys = map(int, value.split())
        return cls(documents, document_keys, passages, passage_keys)

    def __str__(self) -> str:
        return " ".join(map(str, astuple(self)))

    def of_table(self, table: str) -> tuple[int, int]:
        """Return number of rows and sum of keys of `documents` or `passages`."""
        if table == "documents":
            return self.documents, self.document_keys
        return self.passages, self.passage_keys

    def plus(self, other: "RowTotals", sign: int = 1) -> "RowTotals":
        """Return the sum of both; the difference if `sign` is -1."""
        return RowTotals(*(mine + sign * its for mine, its in zip(astuple(self), astuple(other), strict=True)))


def initialise_meta(connection: Connection) -> None:
    """Write the rows of an empty store."""
    renew_identity(connection, 0)
    write_meta(connection, "totals", str(RowTotals()))
    write_meta(connection, WORDS, str(WordTotals()))


def renew_identity(connection: Connection, generation: int) -> None:
    """Write a new random store id, so that indexes of another store are not used for this one, and a generation.

    The log of removals begins with this generation.
    """
    write_meta(connection, "store", secrets.token_hex(16))
    write_meta(connection, "generation", str(generation))
    write_meta(connection, LOG, str(generation))
    connection.execute("DELETE FROM removals")


def read_meta(connection: Connection) -> dict[str, str]:
    """Return all rows, verified.

    Raises:
        StoreCorruptError: A row is missing or does not match its checksum.
    """
    found = {}
    for key, value, expected in connection.execute("SELECT key, value, checksum FROM meta"):
        if not (isinstance(key, str) and isinstance(value, str)) or _checksum(key, value) != expected:
            raise StoreCorruptError(f"The store's record of its {key} is damaged. Run: footnote verify")
        found[key] = value
    for key in REQUIRED:
        if key not in found:
            raise StoreCorruptError(f"The store has lost the record of its {key}. Run: footnote verify")
    return found


def intact_meta(connection: Connection) -> dict[str, str]:
    """Return the rows whose checksum matches."""
    found = {}
    for key, value, expected in readable_rows(connection, "SELECT key, value, checksum FROM meta"):
        if isinstance(key, str) and isinstance(value, str) and _checksum(key, value) == expected:
            found[key] = value
    return found


def repair_meta(connection: Connection) -> None:
    """Replace missing and damaged rows: count the totals, and renew the store id, so that indexes are rebuilt."""
    found = intact_meta(connection)
    connection.execute("DELETE FROM meta")
    initialise_meta(connection)
    write_meta(connection, "totals", str(RowTotals.counted(connection)))
    if "generation" not in found:
        found.pop("store", None)
    if not {"generation", "store"} <= found.keys():
        found.pop(LOG, None)
    write_meta(connection, WORDS, str(WordTotals(last=_last_term(connection))))
    for key, value in found.items():
        write_meta(connection, key, value)


def _last_term(connection: Connection) -> int:
    """Return a number that no key of a term exceeds."""
    keys = [key for (key,) in readable_rows(connection, "SELECT key FROM terms NOT INDEXED") if isinstance(key, int)]
    return max(keys, default=0)


def readable_rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query up to the first error."""
    rows: list[tuple[object, ...]] = []
    with contextlib.suppress(sqlite3.Error):
        rows.extend(iter(connection.execute(query)))
    return rows


def write_meta(connection: Connection, key: str, value: str) -> None:
    """Write a row."""
    connection.execute(
        "INSERT INTO meta VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, checksum = excluded.checksum",
        (key, value, _checksum(key, value)),
    )


def _checksum(key: str, value: str) -> int:
    return checksum(key.encode(), value.encode())
