"""Rows of the table `terms`."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from corpus.errors import StoreCorruptError
from corpus.store.checksums import checksum
from corpus.store.connection import Connection

AT_ONCE = 10_000
"""Rows read or written in one query."""


@dataclass(frozen=True, slots=True)
class TermRecord:
    """A term of the store.

    Args:
        key: Key of the term.
        term: The term.
        passages: Number of passages that have it.
    """

    key: int
    term: str
    passages: int


def term_checksum(key: int, term: str, passages: int) -> int:
    """Return the CRC-32 of a row."""
    return checksum(key.to_bytes(8, "little"), term.encode(), passages.to_bytes(8, "little"))


def read_terms(connection: Connection, column: str, values: Collection[str] | Collection[int]) -> list[TermRecord]:
    """Return the rows with these values in a unique column, `key` or `term`; unknown values are left out.

    Raises:
        StoreCorruptError: A row is damaged.
    """
    wanted = list(values)
    found: list[TermRecord] = []
    for at in range(0, len(wanted), AT_ONCE):
        some = json.dumps(wanted[at : at + AT_ONCE])
        query = f"SELECT key, term, passages, checksum FROM terms WHERE {column} IN (SELECT value FROM json_each(?))"
        found.extend(verified_terms(connection.execute(query, (some,))))
    return found


def verified_terms(rows: Iterable[tuple[object, ...]]) -> Iterable[TermRecord]:
    """Yield rows of `terms` with all columns.

    Raises:
        StoreCorruptError: A row is damaged.
    """
    for key, term, passages, expected in rows:
        if (
            not (isinstance(key, int) and isinstance(term, str) and isinstance(passages, int))
            or min(key, passages) < 0
            or term_checksum(key, term, passages) != expected
        ):
            raise StoreCorruptError(f"The record of term {key} is damaged. Run: footnote verify")
        yield TermRecord(key, term, passages)


def write_terms(connection: Connection, rows: Iterable[TermRecord]) -> None:
    """Write rows, new ones and those whose number of passages has changed; delete those of no passage."""
    kept: list[TermRecord] = []
    gone: list[TermRecord] = []
    for row in rows:
        (kept if row.passages else gone).append(row)
    connection.executemany(
        "INSERT INTO terms VALUES (?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET passages = excluded.passages, checksum = excluded.checksum",
        ((row.key, row.term, row.passages, term_checksum(row.key, row.term, row.passages)) for row in kept),
    )
    connection.executemany("DELETE FROM terms WHERE key = ?", ((row.key,) for row in gone))
