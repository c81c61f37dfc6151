"""A damaged database made anew from what can still be read of it."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from corpus.store.meta import readable_meta, readable_rows, write_meta

__all__ = ["Named", "copy_readable", "named_documents"]

INDEXES = {"id": "sqlite_autoindex_documents_1", "source": "sqlite_autoindex_documents_2"}
"""Where a column of a document stands a second time."""

DOCUMENT_FIELDS = (
    "key, id, source, file, source_sha256, media_type, revision, text, characters, title, publisher, authors,"
    " published, language, url, tags, extra, sections, pages, removed, metadata_checksum, ingested_at"
)
PASSAGE_FIELDS = "key, id, document, start, end, byte_start, byte_end, page, section, checksum, vector, vector_checksum"


@dataclass(frozen=True, slots=True)
class Named:
    """A document by what an index or its table still says of it.

    Args:
        key: Its key.
        id: Its id; made of the key if nothing says it.
        source: Where it came from, likewise.
    """

    key: int
    id: str
    source: str


def named_documents(connection: sqlite3.Connection) -> list[Named]:
    """Every document that the table or one of its indexes knows, in order of the ids."""
    ids: dict[int, str] = {}
    sources: dict[int, str] = {}
    for column, found in (("id", ids), ("source", sources)):
        for by in (f"INDEXED BY {INDEXES[column]}", "NOT INDEXED"):
            for key, value in readable_rows(connection, f"SELECT key, {column} FROM documents {by}"):
                if isinstance(key, int) and isinstance(value, str):
                    found.setdefault(key, value)
    keys = sorted(ids.keys() | sources.keys())
    known = [Named(key, ids.get(key, f"lost-{key}"), sources.get(key, f"lost:{key}")) for key in keys]
    return sorted(known, key=lambda one: one.id)


def copy_readable(
    old: sqlite3.Connection, new: sqlite3.Connection, lost: Collection[str], again: Collection[str]
) -> None:
    """Copy a store, row by row, keys and checksums as they are.

    Args:
        old: Within a transaction.
        new: An empty store's.
        lost: Ids of documents whose record or text is damaged. What can be read of them is copied, and if that is not
            enough, a row of the same name that no checksum fits, so that they go on being reported.
        again: Ids of documents whose passages are left out.

    Raises:
        sqlite3.Error: A row of another document cannot be read.
    """
    for one in named_documents(old):
        if one.id in lost:
            _copy_lost(old, new, one)
            continue
        _copy(old, new, "documents", DOCUMENT_FIELDS, "key", one.key)
        if one.id not in again:
            _copy_passages(old, new, one.key)
    new.execute("DELETE FROM meta")
    for name, value in readable_meta(old).items():
        write_meta(new, name, value)
    for table, last in readable_rows(old, "SELECT name, seq FROM sqlite_sequence"):
        if isinstance(last, int):
            new.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, table))


def _copy_passages(old: sqlite3.Connection, new: sqlite3.Connection, document: int) -> None:
    keys = old.execute("SELECT key FROM passages WHERE document = ? ORDER BY start, key", (document,)).fetchall()
    for (key,) in keys:
        _copy(old, new, "passages", PASSAGE_FIELDS, "key", key)
        _copy(old, new, "token_vectors", "passage, data, checksum", "passage", key)


def _copy_lost(old: sqlite3.Connection, new: sqlite3.Connection, one: Named) -> None:
    new.execute("SAVEPOINT lost")
    try:
        _copy(old, new, "documents", DOCUMENT_FIELDS, "key", one.key)
        _copy_passages(old, new, one.key)
    except sqlite3.Error:
        new.execute("ROLLBACK TO lost")
        values = [one.key, one.id, one.source, one.source, "", "", "", b"", 0, "", *[None] * 12]
        for name, value in (("authors", "[]"), ("tags", "[]"), ("extra", "{}"), ("sections", "[]"), ("pages", "[]")):
            values[DOCUMENT_FIELDS.split(", ").index(name)] = value
        values[-3:] = ["[]", -1, ""]
        new.execute(f"INSERT INTO documents ({DOCUMENT_FIELDS}) VALUES ({', '.join('?' * 22)})", values)
    finally:
        new.execute("RELEASE lost")


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, table: str, fields: str, by: str, key: int) -> None:
    row = old.execute(f"SELECT {fields} FROM {table} NOT INDEXED WHERE {by} = ?", (key,)).fetchone()
    if row is None:
        raise sqlite3.DatabaseError(f"row {key} of {table} is missing")
    new.execute(f"INSERT INTO {table} ({fields}) VALUES ({', '.join('?' * len(row))})", row)
