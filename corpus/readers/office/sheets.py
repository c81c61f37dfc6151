"""Rows of spreadsheets as text: tables in parts that each begin with the header, so that a passage has it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.documents import TextBuilder

MAX_CELLS = 1_000_000
"""Most cells with a value in a file. Each takes some microseconds and 200 bytes."""

TOO_MANY_CELLS = f"it has more than {MAX_CELLS:,} cells with values; split it, or save the sheets that you need as .csv"

_PART_CHARACTERS = 300
"""Characters of rows below one header: a passage of 800 characters has at least one whole part. Over 80 questions about
200 rows, parts of 300 gave 59 right answers, of 450 54, and a header at the top alone 31."""

_LONGEST_NAME = 80
"""Most characters of a cell of a header."""

_EMPTY_SHARE = 4
"""Columns times rows may be this many times the cells; in a sparser table, empty cells are left out."""

_REPEATED_CHARACTERS = 1000
"""Characters of a cell that are repeated in each further row that it spans, as in DOCX."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with its values.

    Args:
        number: Number of the row in the sheet, from 1.
        cells: Shown values that are not empty, by column from 0, in order.
        follows: Whether it is directly below the row before it, hidden rows aside.
    """

    number: int
    cells: dict[int, str]
    follows: bool = True

    @property
    def place(self) -> str:
        """The first cell with a value, such as `A7`."""
        return f"{column_letters(next(iter(self.cells)))}{self.number}"

    def within(self, columns: Collection[int]) -> "SheetRow":
        """Return the part of the row in some columns."""
        return SheetRow(self.number, {at: cell for at, cell in self.cells.items() if at in columns})


def column_letters(column: int) -> str:
    """Return the letters of a column: A for 0, AA for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def add_rows(builder: TextBuilder, rows: Sequence[SheetRow], headers: Collection[int] = ()) -> None:
    """Add the rows of a sheet: single cells above a table as paragraphs, and its rows in parts with its header.

    Args:
        builder: Receives them.
        rows: In order, without empty ones.
        headers: Numbers of the rows that the file declares to be headers.
    """
    for table in _tables(rows, headers):
        first = next((at for at, row in enumerate(table) if len(row.cells) > 1), 0)
        for row in table[:first]:
            builder.rows([(row.place, next(iter(row.cells.values())))])
        _add_table(builder, table[first:], headers)


def repeat_merged(rows: Sequence[SheetRow], merged: Sequence[tuple[int, int, int]]) -> None:
    """Repeat the value of a cell that spans several rows in each of them, up to a number of repetitions in all.

    Args:
        rows: In order.
        merged: First row, last row and column of merged cells.
    """
    by_number = {row.number: row for row in rows}
    left = 2 * len(rows) + MAX_CELLS // 10
    for first, last, column in merged:
        top = by_number.get(first)
        value = top.cells.get(column) if top else None
        if value is None:
            continue
        for number in range(first + 1, min(last, first + left) + 1):
            left -= 1
            row = by_number.get(number)
            if row is not None and column not in row.cells:
                cells = {**row.cells, column: value[:_REPEATED_CHARACTERS]}
                row.cells.clear()
                row.cells.update(sorted(cells.items()))


def _tables(rows: Sequence[SheetRow], headers: Collection[int]) -> Iterator[Sequence[SheetRow]]:
    """Yield tables: rows without an empty one between, and of them, tables side by side in rows that differ."""
    starts = [at for at, row in enumerate(rows) if not at or not row.follows or row.number in headers]
    for start, end in pairwise([*starts, len(rows)]):
        block = rows[start:end]
        beside = [
            [row.within(columns) for row in block if columns & row.cells.keys()] for columns in _column_groups(block)
        ]
        extents = {(part[0].number, part[-1].number) for part in beside}
        if len(extents) == len(beside) and all(
            len(part) > 1 and max(len(r.cells) for r in part) > 1 for part in beside
        ):
            yield from beside
        else:
            yield block


def _column_groups(rows: Sequence[SheetRow]) -> list[set[int]]:
    """Return the columns that have values, in groups with an empty column between."""
    groups: list[set[int]] = []
    for column in sorted({column for row in rows for column in row.cells}):
        if groups and column - 1 in groups[-1]:
            groups[-1].add(column)
        else:
            groups.append({column})
    return groups


def _add_table(builder: TextBuilder, rows: Sequence[SheetRow], headers: Collection[int]) -> None:
    columns = sorted({column for row in rows for column in row.cells})
    is_sparse = len(columns) * len(rows) > _EMPTY_SHARE * sum(len(row.cells) for row in rows)
    lines = [(row.place, _line(row, () if is_sparse else columns)) for row in rows]
    names = len(rows) > 1 and (rows[0].number in headers or _is_header(rows))
    header = lines.pop(0) if names else None
    limit = max(_PART_CHARACTERS, len(header[1]) if header else 0)
    part: list[tuple[str, str]] = [header] if header else []
    size = 0
    for line in lines:
        if header and size and size + len(line[1]) > limit:
            builder.rows(part)
            part, size = [header], 0
        part.append(line)
        size += len(line[1])
    builder.rows(part)


def _line(row: SheetRow, columns: Sequence[int]) -> str:
    """Return the cells of a row, with empty ones between them if the columns are given."""
    last = next(reversed(row.cells))
    cells = (row.cells.get(column, "") for column in columns if column <= last) if columns else row.cells.values()
    return " | ".join(" ".join(cell.split()) for cell in cells)


def _is_header(rows: Sequence[SheetRow]) -> bool:
    """Return whether the first row of a table names its columns: short texts without figures, but for years.

    With two columns, the rows below have figures; with more, this is not needed.
    """
    names = rows[0].cells
    if len(names) < 2 or any(len(name) > _LONGEST_NAME or _has_figure(name) for name in names.values()):
        return False
    below = rows[1:]
    if len(names) > 2 and len(below) > 1:
        return all(max(row.cells) <= max(names) for row in below)
    return all(any(_has_figure(cell) for cell in row.cells.values()) for row in below)


def _has_figure(cell: str) -> bool:
    return any(c.isdigit() for c in cell) and not (len(cell) == 4 and cell.isdigit() and cell[:2] in ("19", "20"))
