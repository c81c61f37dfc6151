"""Columns and tables of a PDF page, from the positions of its runs."""

import dataclasses
import re
import statistics
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.readers.pdf.runs import PARTED, WIDE, Run, with_mark

CELLS = " | "
"""Separates the cells of a row."""

_SAME_ROW = 0.5
"""Share of the smaller height by which runs on one row overlap."""

_NEAR = 2.5
"""Distance to the previous row, relative to the height, up to which columns and tables go on."""

_GUTTER = 0.5
"""Minimum width of the space between columns, relative to the height."""

_MARKER = re.compile(r"[•‣▪●○◦·*–—-]|\(?(?:\d{1,3}|[A-Za-z])[.)]")
"""The mark before an item of a list, which is no cell of a table."""

_MAX_COLUMNS, _MAX_ROWS = 100, 200
"""Maximum columns, and rows of a table or lines of columns. A page has room for fewer."""

_ALIGNED = 2.0
"""Difference of the edges of aligned runs, in points, up to double this."""

_EDGE = 1.0
"""Difference of the edges of justified lines, in points."""

_EVEN = 0.1
"""Difference of the spaces of a justified line, relative to the height."""

_STRETCHED = 3.0
"""Maximum space of a justified line of two words, relative to the height."""

_COLUMN_CHARACTERS = 20
"""Minimum median length of the lines of a column of prose."""

_COLUMN_FILLED = 0.6
"""Minimum share of the column's width that its median line fills."""

_LOWER_CASE = 0.25
"""Minimum share of the lines of a column of prose that begin in lower case, from the second one on."""


@dataclass(slots=True)
class Line:
    """A line of text, or a row of a table.

    Args:
        text: Its words. They end in `PARTED` instead of a hyphen that follows a letter.
        left, bottom, right, top, height: See `Run`.
        is_row: Whether it is a row of a table, or of a form.
        begins_block: Whether it does not follow the line before it: it begins a column, a table, or another block.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    height: float
    is_row: bool = False
    begins_block: bool = False


def rows_of(runs: Sequence[Run]) -> list[list[Run]]:
    """Return runs that stand beside each other, in the order of the file, as rows."""
    rows: list[list[Run]] = []
    for run in runs:
        if rows and len(rows[-1]) == 1 and _MARKER.fullmatch(rows[-1][0].text) and _are_beside(rows[-1][0], run):
            rows[-1] = [_with_marker(rows[-1][0], run)]
        elif rows and (whole := with_mark(rows[-1][-1], run)):
            rows[-1][-1] = whole
        elif rows and (_are_beside(rows[-1][-1], run) or (len(rows[-1]) > 1 and _are_beside(rows[-1][-2], run))):
            rows[-1].append(run)
        else:
            rows.append([run])
    return rows


def _with_marker(marker: Run, run: Run) -> Run:
    return dataclasses.replace(run, text=f"{marker.text} {run.text}", left=marker.left)


def lines_of(rows: Sequence[list[Run]]) -> Iterator[Line]:
    """Yield the lines of a page. Columns are read one after the other, and a table row by row."""
    at = 0
    rows = _whole_tables(_with_justified(rows))
    while at < len(rows):
        end, columns = _band(rows, at)
        if end - at < 2 or not _are_aligned(rows[at:end], columns):
            yield line_of(rows[at])
            at += 1
            continue
        band = rows[at:end]
        cells = _by_column((run for row in band for run in row), columns)
        if sum(map(_is_prose, cells)) > 1 and not _is_table_of_prose(band, columns):
            for column in cells:
                lines = [line_of(row) for row in rows_of(column)]
                lines[0].begins_block = True
                yield from lines
        else:
            yield from _table(band, columns)
        if end < len(rows):
            rows[end][0].begins_block = True
        at = end


def _with_justified(rows: Sequence[list[Run]]) -> list[list[Run]]:
    """Return rows in which a justified line is one run, however wide its spaces are.

    Such a line has even spaces, and begins and ends where the line above or below does, which has ordinary spaces.
    """
    whole: list[list[Run]] = []
    start = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or not _is_filled_as(rows[end - 1], rows[end]):
            block = rows[start:end]
            is_prose = any(len(row) == 1 and row[0].text.count(" ") > 1 for row in block)
            whole += [[_as_one(row)] if is_prose and _is_stretched(row) else row for row in block]
            start = end
    return whole


def _is_filled_as(row: Sequence[Run], after: Sequence[Run]) -> bool:
    """Return whether two rows that follow each other have the same edges. The first one may be indented."""
    height = after[0].height
    return (
        0 < row[0].bottom - after[0].bottom <= _NEAR * height
        and abs(row[-1].right - after[-1].right) <= _EDGE
        and -_EDGE <= row[0].left - after[0].left <= _NEAR * height
    )


def _is_stretched(row: Sequence[Run]) -> bool:
    gaps = [after.left - run.right for run, after in pairwise(row)]
    if not gaps or any(run.has_value for run in row):
        return False
    words = sum(any(letter.isalpha() for letter in run.text) for run in row)
    is_even = max(gaps) - min(gaps) <= _EVEN * row[0].height
    return is_even and 2 * words >= len(row) and (len(gaps) > 1 or gaps[0] <= _STRETCHED * row[0].height)


def _as_one(row: Sequence[Run]) -> Run:
    main = max(row, key=lambda run: len(run.text))
    text, begins_block = " ".join(run.text for run in row), row[0].begins_block
    return dataclasses.replace(main, text=text, left=row[0].left, right=row[-1].right, begins_block=begins_block)


def _are_beside(run: Run, after: Run) -> bool:
    overlap = min(run.top, after.top) - max(run.bottom, after.bottom)
    return after.left >= run.right - run.height / 2 and overlap >= _SAME_ROW * min(
        run.top - run.bottom, after.top - after.bottom
    )


def _band(rows: Sequence[list[Run]], start: int) -> tuple[int, list[float]]:
    """Return the end of the rows from `start` on with the same columns, and the left edges of these columns."""
    columns: list[tuple[float, float]] = []
    end = start
    while end < min(len(rows), start + _MAX_ROWS):
        row = rows[end]
        if end == start and len(row) == 1:
            break
        if end > start:
            drop = rows[end - 1][0].bottom - row[0].bottom
            if not 0 < drop <= _NEAR * rows[end - 1][0].height:
                break
        merged = _merged([*columns, *((run.left, run.right) for run in row)], _GUTTER * row[0].height)
        if not 2 <= len(merged) <= _MAX_COLUMNS or (len(row) > 1 and len(columns) > 2 * len(merged)):
            break
        columns = merged
        end += 1
    return end, [left for left, _ in columns]


def _are_aligned(band: Sequence[list[Run]], columns: Sequence[float]) -> bool:
    """Return whether the runs of a column have the same left edge, right edge or middle, in rows with several runs."""
    rows = [row for row in band if len(row) > 1]
    if len(rows) < 2:
        return False
    cells = _by_column((run for row in rows for run in row), columns)
    for runs in cells[1:]:
        edges = ([run.left for run in runs], [run.right for run in runs], [(run.left + run.right) / 2 for run in runs])
        for positions in edges:
            counts = Counter(round(position / _ALIGNED) for position in positions)
            if any(counts[at] + counts[at + 1] >= max(2, len(runs) / 2) for at in list(counts)):
                return True
    return False


def _by_column(runs: Iterable[Run], columns: Sequence[float]) -> list[list[Run]]:
    """Return the runs of each column.

    Args:
        runs: Runs of rows, in order.
        columns: Left edges of the columns.
    """
    cells: list[list[Run]] = [[] for _ in columns]
    for run in runs:
        cells[_column(run, columns)].append(run)
    return cells


def _column(run: Run, columns: Sequence[float]) -> int:
    return max(0, bisect_right(columns, run.left) - 1)


def _merged(spans: list[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for left, right in sorted(spans):
        if merged and left < merged[-1][1] + gap:
            merged[-1] = merged[-1][0], max(right, merged[-1][1])
        else:
            merged.append((left, right))
    return merged


def _is_prose(column: Sequence[Run]) -> bool:
    if len(column) < 2:
        return False
    width = max(run.right for run in column) - min(run.left for run in column)
    lower = sum(run.text[:1].islower() for run in column[1:])
    return (
        statistics.median(len(run.text) for run in column) >= _COLUMN_CHARACTERS
        and statistics.median(run.right - run.left for run in column) >= _COLUMN_FILLED * width
        and lower >= _LOWER_CASE * (len(column) - 1)
    )


def _is_table_of_prose(band: Sequence[list[Run]], columns: Sequence[float]) -> bool:
    """Return whether wider gaps divide the rows in all columns at once, and each part begins a sentence in each.

    A first row alone is their heads: below it, one part is a text in each column.
    """
    firsts = [0, *_after_gaps(band)]
    parts = len(firsts) - (firsts[1:2] == [1])
    return parts > 1 and all(
        len(band[at]) == len(columns) and not any(run.text[:1].islower() for run in band[at]) for at in firsts
    )


def _after_gaps(band: Sequence[list[Run]]) -> list[int]:
    drops = [above[0].bottom - below[0].bottom for above, below in pairwise(band)]
    usual = min(drops)
    return [at for at, drop in enumerate(drops, start=1) if drop > 1.2 * usual]


def _table(band: Sequence[list[Run]], columns: Sequence[float]) -> Iterator[Line]:
    """Yield the rows of a table. A row without a first cell whose words go on with those above is part of that row."""
    rights = [
        max((run.right for run in cell), default=0.0)
        for cell in _by_column((run for row in band for run in row), columns)
    ]
    cells: dict[int, Run] = {}
    is_first = True
    for row in band:
        found = {_column(run, columns): run for run in row}
        if (
            len(found) == len(row)
            and cells
            and 0 not in found
            and all(at in cells and _goes_on(cells[at], run, rights[at]) for at, run in found.items())
        ):
            for at, run in found.items():
                above = cells[at]
                cells[at] = Run(joined(above.text, run.text), above.left, run.bottom, run.right, above.top, run.height)
            continue
        if cells:
            yield _row_of_cells(cells, is_first)
            is_first = False
        if len(found) < len(row):
            yield _row(row, is_first)
            is_first, cells = False, {}
        else:
            cells = found
    if cells:
        yield _row_of_cells(cells, is_first)


def _goes_on(above: Run, run: Run, right: float) -> bool:
    """Return whether a run is the next line of the cell above it."""
    if not 0 < above.bottom - run.bottom <= 1.6 * run.height:
        return False
    return run.text[:1].islower() or above.right + first_word_width(run) > right


def first_word_width(run: Run | Line) -> float:
    """Return the approximate width of the first word of a run with the space before it."""
    return (run.right - run.left) * (len(run.text.split(" ", 1)[0]) + 1) / max(1, len(run.text))


def joined(text: str, after: str) -> str:
    """Return two lines of a paragraph as one. A parted word keeps its mark."""
    return f"{text}{space_between(text, after)}{after}"


def space_between(text: str, after: str) -> str:
    """Return what separates two lines of a paragraph: a space, or nothing in Chinese and Japanese.

    Nothing stands after a parted word, nor after a dash or slash that no space precedes.
    """
    end, start = text[-1:], after[:1]
    if end == PARTED or (end in "\u2013\u2014/" and text[-2:-1].strip()):
        return ""
    return "" if _has_no_spaces(end) and _has_no_spaces(start) else " "


def _has_no_spaces(character: str) -> bool:
    return "\u2e80" <= character <= "\ua4cf" or "\uff00" <= character <= "\uffef"


def _row_of_cells(cells: Mapping[int, Run], begins_block: bool) -> Line:
    """Return a row from its cells by column. An empty cell before others keeps its place."""
    line = _row(list(cells.values()), begins_block)
    line.text = CELLS.join(cells[at].text if at in cells else "" for at in range(max(cells) + 1))
    return line


def _row(cells: Sequence[Run], begins_block: bool) -> Line:
    line = line_of(cells, CELLS)
    line.is_row, line.begins_block = True, begins_block
    return line


def line_of(row: Sequence[Run], between: str = " ") -> Line:
    """Return the line of a row. Its position is that of the longest run."""
    has_value = any(run.has_value for run in row)
    main = max(row, key=lambda run: len(run.text))
    return Line(
        (CELLS if has_value else between).join(run.text for run in row),
        min(run.left for run in row),
        main.bottom,
        max(run.right for run in row),
        main.top,
        main.height,
        is_row=has_value,
        begins_block=row[0].begins_block,
    )


def _whole_tables(rows: Sequence[list[Run]]) -> list[list[Run]]:
    """Return rows in which a table that the file draws column by column is put together."""
    blocks: list[list[list[Run]]] = []
    for row in rows:
        if blocks and 0 < blocks[-1][-1][0].bottom - row[0].bottom <= _NEAR * 1.5 * row[0].height:
            blocks[-1].append(row)
        else:
            blocks.append([row])
    whole: list[list[list[Run]]] = []
    for block in blocks:
        if whole and _is_next_column(whole[-1], block):
            for row, beside in zip(whole[-1][-len(block) :], block, strict=True):
                row += beside
        else:
            whole.append(block)
    return [row for block in whole for row in block]


def _is_next_column(block: Sequence[list[Run]], after: Sequence[list[Run]]) -> bool:
    """Return whether each row of a block continues one of the last rows of the block before it, with a short cell."""
    if len(after) < 2 or len(block) < len(after):
        return False
    return all(
        _are_beside(row[-1], beside[0])
        and beside[0].left - row[-1].right > WIDE * row[-1].height
        and len(beside[0].text) <= _COLUMN_CHARACTERS
        for row, beside in zip(block[-len(after) :], after, strict=True)
    )
