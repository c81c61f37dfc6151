"""CSV: a row for each record. A row that cannot be read costs no other row."""

import csv
import re
from collections.abc import Iterator, Sequence

from corpus.documents import ReadOptions
from corpus.errors import SourceError
from corpus.readers.json_rows import Rows

DELIMITERS = (",", ";", "\t", "|")

_NAMED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "'|'"}
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[ \t]*')
"""The line in which Excel names the delimiter."""

_READ_TWICE = 4
"""How often the lines of a file may be read again after broken rows. Then each line is taken for a row."""

_COLUMNS_SHOWN = 8
_NAME_SHOWN = 60
"""Characters of a column's name in a message."""

_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")


def csv_rows(text: str, options: ReadOptions) -> Rows:
    """Yield the records of a CSV file, whose first row names the columns.

    A row with a stray quotation mark cannot be read, and takes no other row with it: reading goes on in the next line.

    Raises:
        SourceError: It has no column of texts, or two columns of one name.
    """
    lines = text.split("\n")
    first, delimiter = _opening(lines, options.text_field)
    csv.field_size_limit(len(text) + 1)
    table = _Table(lines, delimiter, first)
    header = [name.strip() for name in table.header()]
    if _column(header, options.text_field) is None:
        raise SourceError(_no_column(header, options, delimiter))
    if len(set(header)) < len(header):
        raise SourceError("two of its columns have the same name; rename one")
    for line, cells in table.rows(header):
        if isinstance(cells, SourceError):
            yield line, cells
        elif len(cells) == len(header):
            yield line, {name: cell for name, cell in zip(header, cells, strict=True) if cell.strip()}
        elif any(cell.strip() for cell in cells):
            count = f"{len(cells)} cells, not {len(header)}"
            yield line, SourceError(f"line {line:,} has {count}; put texts with the delimiter in quotes")


def _opening(lines: Sequence[str], text_field: str) -> tuple[int, str]:
    """Return the index of the first line with cells, and the delimiter."""
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    named = _SEPARATOR_LINE.fullmatch(lines[first])
    if named:
        return first + 1, named[1]
    line = lines[first]
    with_texts = [each for each in DELIMITERS if _column([name.strip() for name in line.split(each)], text_field)]
    return first, max(with_texts or DELIMITERS, key=line.count)


def _column(header: Sequence[str], name: str) -> str | None:
    """Return the column of this name, or the only one that differs from it in case."""
    plain = [column.strip('"').strip() for column in header]
    if name in plain:
        return name
    alike = [column for column in plain if column.casefold() == name.casefold()]
    return alike[0] if len(alike) == 1 else None


def _no_column(header: Sequence[str], options: ReadOptions, delimiter: str) -> str:
    shown = ", ".join(f"'{' '.join(name.split())[:_NAME_SHOWN]}'" for name in header[:_COLUMNS_SHOWN] if name)
    more = " …" if len(header) > _COLUMNS_SHOWN else ""
    found = (
        f"with {_NAMED.get(delimiter, repr(delimiter))} between them, its columns are {shown or 'without names'}{more}"
    )
    advice = (
        "name it with --text-field, or add a header line" if options.has_options else "rename one in its first line"
    )
    return f"it has no column '{options.text_field}' ({found}); {advice}"


class _Table:
    """The rows of a CSV file.

    Args:
        lines: Its lines.
        delimiter: Between cells.
        first: Index of the header.
    """

    def __init__(self, lines: Sequence[str], delimiter: str, first: int) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._at = first
        self._left = _READ_TWICE * len(lines)

    def header(self) -> list[str]:
        """Return the cells of the first row."""
        try:
            cells, self._at = self._row(self._at)
        except csv.Error:
            line = f"line {self._at + 1:,}"
            raise SourceError(f"{line}, which names its columns, is not valid CSV; check its quotes") from None
        return cells

    def rows(self, header: Sequence[str]) -> Iterator[tuple[int, list[str] | SourceError]]:
        """Yield the line and the cells, or the problem, of each later row."""
        ids = next((at for at, name in enumerate(header) if name.casefold() in ("_id", "id")), None)
        while self._at < len(self._lines):
            at = self._at
            try:
                cells, end = self._row(at)
            except csv.Error:
                self._at = at + 1
                yield at + 1, SourceError(f"line {at + 1:,} is not valid CSV; check its quotes")
                continue
            if end > at + 1 and self._swallows(at, end, cells, ids, len(header)):
                self._left -= end - at
                self._at = at + 1
                quotes = f"a quotation mark opens in line {at + 1:,} and closes in line {end:,}, around other rows"
                yield at + 1, SourceError(f"{quotes}; check its quotes")
                continue
            self._at = end
            yield at + 1, cells

    def _row(self, at: int) -> tuple[list[str], int]:
        """Return the cells of the row that begins in a line, and the index of the line after it.

        Raises:
            csv.Error: It is not valid.
        """
        stop = len(self._lines) if self._left > 0 else at + 1
        reader = csv.reader(self._joined(at, stop), delimiter=self._delimiter, strict=True)
        try:
            cells = next(reader, [])
        except csv.Error:
            self._left -= reader.line_num
            raise
        return cells, at + max(reader.line_num, 1)

    def _joined(self, at: int, stop: int) -> Iterator[str]:
        return (f"{self._lines[each]}\n" for each in range(at, stop))

    def _swallows(self, at: int, end: int, cells: Sequence[str], ids: int | None, columns: int) -> bool:
        """Return whether each line of a row looks like a row: as many cells, and an id of the same form.

        The first line may have more cells: its text may have the delimiter. Else it is a text of several lines.
        """
        if ids is None or len(cells) != columns or columns == 1:
            return False
        form = _form(cells[ids])
        if "0" not in form:
            return False
        first = self._lines[at].split(self._delimiter)
        if len(first) < columns or form not in (_form(first[ids]), _form(first[ids - columns])):
            return False
        for line in self._lines[at + 1 : end]:
            inner = line.split(self._delimiter)
            if len(inner) != columns or _form(inner[ids]) != form:
                return False
        return True


def _form(identifier: str) -> str:
    return _LETTERS.sub("a", _DIGITS.sub("0", identifier.strip().strip('"')))
