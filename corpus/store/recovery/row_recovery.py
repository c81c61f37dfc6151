"""Copying the readable rows of a damaged database to a new one."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from corpus.store.meta_table import intact_meta, readable_rows, write_meta
from corpus.store.rows import CHECKED_DOCUMENT_COLUMNS, CHECKED_PASSAGE_COLUMNS, EMPTY_COLUMNS

INDEXES = {"id": "sqlite_autoindex_documents_1", "source": "sqlite_autoindex_documents_2"}
"""SQLite's index on each unique column, which repeats its values."""

COLUMNS = {
    "documents": (*CHECKED_DOCUMENT_COLUMNS, "metadata_checksum", "text"),
    "passages": (*CHECKED_PASSAGE_COLUMNS, "checksum", "vector", "vector_checksum"),
    "token_vectors": ("passage", "data", "checksum"),
}


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """A document in the table or in one of its indexes, unverified.

    Args:
        key: Key of the document.
        id: Id of the document; made of the key if it cannot be read.
        source: Source of the document; made of the key if it cannot be read.
    """

    key: int
    id: str
    source: str


def listed_documents(connection: sqlite3.Connection) -> list[ListedDocument]:
    """Return every document in the table or in one of its indexes, in order of the ids."""
    ids: dict[int, str] = {}
    sources: dict[int, str] = {}
    for column, found in (("id", ids), ("source", sources)):
        for by in (f"INDEXED BY {INDEXES[column]}", "NOT INDEXED"):
            for key, value in readable_rows(connection, f"SELECT key, {column} FROM documents {by}"):
                if isinstance(key, int) and isinstance(value, str):
                    found.setdefault(key, value)
    keys = sorted(ids.keys() | sources.keys())
    known = [ListedDocument(key, ids.get(key, f"lost-{key}"), sources.get(key, f"lost:{key}")) for key in keys]
    return sorted(known, key=lambda document: document.id)


def copy_readable(
    old: sqlite3.Connection, new: sqlite3.Connection, lost: Collection[str], reencode: Collection[str]
) -> None:
    """Copy a store row by row, with keys and checksums.

    Args:
        old: Connection to the store, in a transaction.
        new: Connection to an empty store.
        lost: Ids of documents whose record or text is damaged. If such a document cannot be copied, a row with its id
            and an invalid checksum is written, so that it is still reported.
        reencode: Ids of documents whose passages are not copied.

    Raises:
        sqlite3.Error: A row of another document cannot be read.
    """
    for document in listed_documents(old):
        if document.id in lost:
            _copy_lost(old, new, document)
            continue
        _copy(old, new, "documents", "key", document.key)
        if document.id not in reencode:
            _copy_passages(old, new, document.key)
    new.execute("DELETE FROM meta")
    for name, value in intact_meta(old).items():
        write_meta(new, name, value)
    for table, last in readable_rows(old, "SELECT name, seq FROM sqlite_sequence"):
        if isinstance(last, int):
            new.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, table))


def _copy_passages(old: sqlite3.Connection, new: sqlite3.Connection, document: int) -> None:
    keys = old.execute("SELECT key FROM passages WHERE document = ? ORDER BY start, key", (document,)).fetchall()
    for (key,) in keys:
        _copy(old, new, "passages", "key", key)
        _copy(old, new, "token_vectors", "passage", key)


def _copy_lost(old: sqlite3.Connection, new: sqlite3.Connection, document: ListedDocument) -> None:
    new.execute("SAVEPOINT lost")
    try:
        _copy(old, new, "documents", "key", document.key)
        _copy_passages(old, new, document.key)
    except sqlite3.Error:
        new.execute("ROLLBACK TO lost")
        texts = dict.fromkeys(("source_sha256", "media_type", "revision", "ingested_at"), "")
        identity = {"key": document.key, "id": document.id, "source": document.source, "file": document.source}
        record = {**EMPTY_COLUMNS, **texts, **identity, "characters": 0, "metadata_checksum": -1, "text": b""}
        _insert(new, "documents", [record[name] for name in COLUMNS["documents"]])
    finally:
        new.execute("RELEASE lost")


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: str, column: str, key: int) -> None:
    names = ", ".join(COLUMNS[table])
    row = old.execute(f"SELECT {names} FROM {table} NOT INDEXED WHERE {column} = ?", (key,)).fetchone()
    if row is None:
        raise sqlite3.DatabaseError(f"row {key} of {table} is missing")
    _insert(new, table, row)


def _insert(new: sqlite3.Connection, table: str, values: Sequence[object]) -> None:
    names, marks = ", ".join(COLUMNS[table]), ", ".join("?" for _ in values)
    new.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
