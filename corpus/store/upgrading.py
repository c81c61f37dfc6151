"""Bringing a store of an earlier format up to date, in one transaction.

| format | what came with it |
|---|---|
| 1 | documents, passages, vectors, token vectors |
| 2 | pages, removed spans, several documents in a file |
| 3 | checksums of `meta` and of rows together with their keys; a tally of documents and passages |
"""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from corpus.store.checksums import checksum, keyed_checksum
from corpus.store.database import DATABASE_NAME, FORMAT_VERSION, connect, format_version, transaction, translated_errors
from corpus.store.meta import Tally, write_meta
from corpus.store.rows import METADATA_COLUMNS, metadata_checksum, passage_checksum

__all__ = ["upgrade"]

METADATA_1 = METADATA_COLUMNS.removesuffix(", pages, removed")
IDENTITY_1 = "id, source, source_sha256, media_type, revision, characters, ingested_at"
IDENTITY_2 = "id, source, file, source_sha256, media_type, revision, characters, ingested_at"
PASSAGE_2 = "id, start, end, byte_start, byte_end, page, section"

TO_2 = (
    "ALTER TABLE documents ADD COLUMN file TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE documents ADD COLUMN pages TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE documents ADD COLUMN removed TEXT NOT NULL DEFAULT '[]'",
    "CREATE INDEX documents_by_file ON documents(file)",
)


def upgrade(
    folder: Path,
    start: Callable[[int], None] = lambda total: None,
    advance: Callable[[], None] = lambda: None,
) -> int:
    """Bring a store up to date; nothing happens to one that is.

    A row that does not match its checksum does not match afterwards either: it is found to be damaged as before.
    A process that has the store open goes on reading what it saw.

    Args:
        folder: The data folder.
        start: Told how many documents there are.
        advance: Called after each.

    Returns:
        The format version that it had.

    Raises:
        StoreError: The store cannot be opened or written; nothing was changed.
    """
    with translated_errors(folder / DATABASE_NAME), contextlib.closing(connect(folder, older=True)) as connection:
        with transaction(connection):
            version = format_version(connection)
            if version < FORMAT_VERSION:
                _upgrade(connection, version, start, advance)
        return version


def _upgrade(
    connection: sqlite3.Connection, version: int, start: Callable[[int], None], advance: Callable[[], None]
) -> None:
    keys = [row[0] for row in connection.execute("SELECT key FROM documents ORDER BY key")]
    start(len(keys))
    if version == 1:
        for statement in TO_2:
            connection.execute(statement)
        for key in keys:
            _document_to_2(connection, key)
    for key in keys:
        _document_to_3(connection, key)
        advance()
    meta = connection.execute("SELECT key, value FROM meta").fetchall()
    connection.execute("ALTER TABLE meta ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0")
    for name, value in (*meta, ("tally", str(Tally.counted(connection)))):
        write_meta(connection, name, value)
    connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")


def _document_to_2(connection: sqlite3.Connection, key: int) -> None:
    """A file of its own, and neither pages nor removed spans."""
    identity, about, expected = _document(connection, key, IDENTITY_1, METADATA_1)
    source = identity[1]
    connection.execute("UPDATE documents SET file = source WHERE key = ?", (key,))
    now = metadata_checksum([*identity[:2], source, *identity[2:]], [*about, "[]", "[]"])
    right = metadata_checksum(identity, about) == expected
    _carry(connection, "documents", "metadata_checksum", key, right, now)


def _document_to_3(connection: sqlite3.Connection, key: int) -> None:
    """Every checksum covers the key of its row as well."""
    identity, about, expected = _document(connection, key, IDENTITY_2, METADATA_COLUMNS)
    right, now = metadata_checksum(identity, about) == expected, metadata_checksum([key, *identity], about)
    _carry(connection, "documents", "metadata_checksum", key, right, now)
    text: bytes = connection.execute("SELECT text FROM documents WHERE key = ?", (key,)).fetchone()[0]
    passages = connection.execute(
        f"SELECT key, checksum, vector, vector_checksum, {PASSAGE_2} FROM passages WHERE document = ?", (key,)
    ).fetchall()
    for passage, expected, vector, vector_expected, *columns in passages:
        span = text[columns[3] : columns[4]]
        right = passage_checksum(columns, span) == expected
        now = passage_checksum([passage, columns[0], key, *columns[1:]], span)
        _carry(connection, "passages", "checksum", passage, right, now)
        right, now = checksum(vector) == vector_expected, keyed_checksum(passage, vector)
        _carry(connection, "passages", "vector_checksum", passage, right, now)
        _signs_to_3(connection, passage)


def _signs_to_3(connection: sqlite3.Connection, key: int) -> None:
    row = connection.execute("SELECT data, checksum FROM token_vectors WHERE passage = ?", (key,)).fetchone()
    if row is not None:
        right, now = checksum(row[0]) == row[1], keyed_checksum(key, row[0])
        _carry(connection, "token_vectors", "checksum", key, right, now)


def _document(
    connection: sqlite3.Connection, key: int, identity: str, metadata: str
) -> tuple[Sequence[object], Sequence[object], int]:
    """Identity, metadata and checksum of a document's row."""
    row = connection.execute(
        f"SELECT {identity}, {metadata}, metadata_checksum FROM documents WHERE key = ?", (key,)
    ).fetchone()
    parted = identity.count(",") + 1
    return row[:parted], row[parted:-1], row[-1]


def _carry(connection: sqlite3.Connection, table: str, column: str, key: int, right: bool, value: int) -> None:
    """Write a row's new checksum; if the old one did not match, one that does not match either."""
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (value if right else value ^ 1, key))
