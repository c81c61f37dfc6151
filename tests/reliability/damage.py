"""Kinds of damage to the bytes of a data folder, and the selection of damages to try."""

import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.store.database import DATABASE_NAME

__all__ = [
    "PAGE",
    "Case",
    "cells",
    "files_of",
    "flips",
    "heads",
    "live",
    "pages",
    "sampled",
    "swaps",
    "truncations",
]

PAGE = 4096
HEADER = 100
"""Size of SQLite's header; the header of a page follows it, or starts the page."""

PAGE_HEADER = 12

SIDE_FILES = ("footnote.db-wal", "footnote.db-shm")
"""Files that SQLite keeps next to its database while it is open."""


@dataclass(frozen=True, slots=True)
class Case:
    """One damage.

    Args:
        kind: `flip`, `byte`, `zero`, `cut`, `swap`, `row`.
        file: Which file, relative to the data folder; of `swap` what is put there, of `row` table and column.
        at: Which byte, page or row.
        value: Which bit, what the byte is combined with, or how the row is changed.
        live: Whether it happens under a library that is open already.
    """

    kind: str
    file: str
    at: int = 0
    value: int = 0
    live: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.file} {self.at} {self.value}{' live' if self.live else ''}"

    def as_json(self) -> dict[str, Any]:
        """Return the arguments of `Case(**...)`."""
        return asdict(self)

    def damage(self, folder: Path, spare: Path) -> None:
        """Apply the damage.

        Args:
            folder: The data folder.
            spare: Folders of other states of the same store, and of another one, to take files from.
        """
        if self.kind == "swap":
            _swap(self.file, folder, spare)
        elif self.kind == "row":
            table, column = self.file.split(".")
            _change_row(folder, table, column, self.at, self.value)
        else:
            _change_file(self, folder / self.file)


def _change_file(case: Case, path: Path) -> None:
    """Write in place, visible to processes that have the file open."""
    with path.open("r+b") as file:
        if case.kind == "cut":
            file.truncate(case.at)
        elif case.kind == "zero":
            file.seek(PAGE * case.at)
            length = len(file.read(PAGE))
            file.seek(PAGE * case.at)
            file.write(bytes(length))
        else:
            file.seek(case.at)
            before = file.read(1)[0]
            file.seek(case.at)
            file.write(bytes([before ^ (1 << case.value if case.kind == "flip" else case.value)]))


def files_of(folder: Path) -> dict[str, int]:
    """Return the size of each non-empty file of a data folder."""
    sizes = {str(path.relative_to(folder)): path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: size for name, size in sizes.items() if size}


def flips(folder: Path, count: int, draw: random.Random) -> list[Case]:
    """Return single bits: two thirds in the database, the others in files of the indexes."""
    sizes = files_of(folder)
    others = [name for name in sizes if name != DATABASE_NAME]
    names = [
        DATABASE_NAME if draw.random() < 2 / 3 else draw.choices(others, [sizes[name] for name in others])[0]
        for _ in range(count)
    ]
    return [Case("flip", name, draw.randrange(sizes[name]), draw.randrange(8)) for name in names]


def heads(folder: Path) -> list[Case]:
    """Return every byte of SQLite's header, its pages' headers and both manifests, each changed in two ways."""
    sizes = files_of(folder)
    places = [(DATABASE_NAME, at) for at in range(HEADER)]
    for page in range(sizes[DATABASE_NAME] // PAGE):
        begin = HEADER if page == 0 else PAGE * page
        places += [(DATABASE_NAME, at) for at in range(begin, begin + PAGE_HEADER)]
    for name in sizes:
        if name.endswith("manifest.json"):
            places += [(name, at) for at in range(sizes[name])]
    return [Case("byte", name, at, value) for name, at in places for value in (0x01, 0xFF)]


def pages(folder: Path) -> list[Case]:
    """Return every page of every file, zeroed."""
    return [
        Case("zero", name, page) for name, size in files_of(folder).items() for page in range((size + PAGE - 1) // PAGE)
    ]


def truncations(folder: Path) -> list[Case]:
    """Return every file truncated: to nothing, to a byte, near its header, in the middle, on and off a page border."""
    cases = []
    for name, size in files_of(folder).items():
        middle = size // 2
        lengths = {0, 1, HEADER - 1, HEADER, PAGE, middle, middle // PAGE * PAGE, size - PAGE, size - 100, size - 1}
        cases += [Case("cut", name, length) for length in sorted(lengths) if 0 <= length < size]
    return cases


def swaps() -> list[Case]:
    """Return files of another time or another store in place of the right ones, and files that a crash may leave."""
    return [Case("swap", name) for name in SWAPS]


SWAPS = (
    "old database",
    "old database with new log",
    "new database with old log",
    "new database with other log",
    "new database with torn log",
    "new database with zeroed log",
    "new database with garbage as log index",
    "other database",
    "old vectors",
    "old vector manifest",
    "old vector files",
    "old lexical",
    "old lexical manifest",
    "old lexical files",
    "other vectors",
    "other lexical",
    "other index",
    "old index",
    "vector files exchanged",
    "lexical files exchanged",
    "no index",
    "no vector files",
    "no lexical files",
)


def _swap(what: str, folder: Path, spare: Path) -> None:
    index = folder / "index"
    which, _, part = what.partition(" ")
    if part.startswith("database"):
        _put_database(what, folder, spare)
    elif what == "no index":
        shutil.rmtree(index)
    elif which == "no":
        for path in _content(index / _index_of(part)):
            path.unlink()
    elif part == "index":
        shutil.rmtree(index)
        shutil.copytree(spare / which / "index", index)
    elif part.endswith("exchanged"):
        contents = _content(index / _index_of(which))
        data = [path.read_bytes() for path in contents]
        for path, content in zip(contents, [*data[1:], data[0][::-1] if len(data) == 1 else data[0]], strict=True):
            path.write_bytes(content)
    else:
        _put_index(part, index / _index_of(part), spare / which)


def _index_of(part: str) -> str:
    return "lexical" if part.startswith("lexical") else "vectors"


def _put_database(what: str, folder: Path, spare: Path) -> None:
    which = what.partition(" ")[0]
    if which != "new":
        shutil.copyfile(spare / which / DATABASE_NAME, folder / DATABASE_NAME)
    if what == "old database with new log":
        shutil.copyfile(spare / "running" / SIDE_FILES[0], folder / SIDE_FILES[0])
    elif " with " in what:
        _leave_beside(what.removeprefix("new database with "), folder, spare)


def _leave_beside(what: str, folder: Path, spare: Path) -> None:
    log = folder / SIDE_FILES[0]
    if what == "garbage as log index":
        (folder / SIDE_FILES[1]).write_bytes(random.Random(1).randbytes(32768))
        return
    data = (spare / ("other-running" if what == "other log" else "running") / SIDE_FILES[0]).read_bytes()
    if what == "torn log":
        data = data[: len(data) * 2 // 3 + 13]
    elif what == "zeroed log":
        data = data[: 3 * PAGE] + bytes(PAGE) + data[4 * PAGE :]
    log.write_bytes(data)


def _put_index(part: str, place: Path, source: Path) -> None:
    if part.endswith("manifest"):
        shutil.copyfile(source / "index" / place.name / "manifest.json", place / "manifest.json")
    elif part.endswith("files"):  # under the names that the manifest expects
        for path, content in zip(_content(place), _content(source / "index" / place.name), strict=False):
            shutil.copyfile(content, path)
    else:
        shutil.rmtree(place)
        shutil.copytree(source / "index" / place.name, place)


def _content(folder: Path) -> list[Path]:
    return sorted(
        (path for path in folder.rglob("*") if path.is_file() and path.name not in ("manifest.json", "lock")),
        key=lambda path: (path.suffix, path.name),
    )


def cells(folder: Path, rows: Sequence[int] = (0, 7)) -> list[Case]:
    """Return every column of every table, in some rows: another value, and the value and checksum of another row."""
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        tables = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage ORDER BY 1")
        ]
        columns = {table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables}
        counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    return [
        Case("row", f"{table}.{column}", row, value)
        for table in tables
        for column in columns[table]
        for row in (range(counts[table]) if counts[table] < 8 else rows)
        for value in (CHANGED, EXCHANGED, DELETED)
        if value != DELETED or column == columns[table][0]
        if value != EXCHANGED or column not in ("id", "source", "file")  # that would be two documents' damage
    ]


CHANGED, EXCHANGED, DELETED = 0, 1, 2

FIRST_COLUMNS = {
    "token_vectors": "passage",
    "passage_terms": "passage",
    "removals": "generation",
    "sqlite_sequence": "name",
}
"""The column that names a row; `key` in other tables."""

CHECKSUMS = {"vector": "vector_checksum", "data": "checksum", "text": "revision", "title": "metadata_checksum"}
"""Columns that are exchanged together."""


def _change_row(folder: Path, table: str, column: str, row: int, how: int) -> None:
    with closing(sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        key = FIRST_COLUMNS.get(table, "key")
        keys = [one[0] for one in connection.execute(f"SELECT {key} FROM {table} ORDER BY {key}")]
        this, next_ = keys[row % len(keys)], keys[(row + 1) % len(keys)]
        if how == DELETED:
            connection.execute(f"DELETE FROM {table} WHERE {key} = ?", (this,))
        elif how == CHANGED:
            [before] = connection.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (this,)).fetchone()
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (_other(before), this))
        else:
            for one in [column, *filter(None, [CHECKSUMS.get(column)])]:
                _exchange(connection, table, one, key, this, next_)


def _exchange(connection: sqlite3.Connection, table: str, column: str, key: str, this: object, that: object) -> None:
    mine, theirs = (
        connection.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (one,)).fetchone()[0]
        for one in (this, that)
    )
    if column == key or mine == theirs:
        return
    interim = "interim" if isinstance(mine, str) else -1 if isinstance(mine, int) else b"interim"
    for value, one in ((interim, this), (mine, that), (theirs, this)):
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (value, one))


def _other(value: object) -> object:
    """Return another value of the same type."""
    if isinstance(value, int):
        return value + 1_000_003
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"\0"
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 16) if value else "x"
    return 1 if value is None else None


def sampled(cases: Sequence[Case], count: int) -> list[Case]:
    """Return an evenly spaced sample."""
    if len(cases) <= count:
        return list(cases)
    return [cases[at * len(cases) // count] for at in range(count)]


def live(cases: Sequence[Case]) -> Iterator[Case]:
    """Apply the damage while a library has the store open."""
    for case in cases:
        yield Case(case.kind, case.file, case.at, case.value, live=True)
