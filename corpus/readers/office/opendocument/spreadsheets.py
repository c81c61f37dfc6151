"""ODS: a section for each sheet, a line for each row, with the values as the file shows them."""

from collections.abc import Iterator
from typing import Any

from corpus.documents import Content, ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.office.left_out import check_some_is_left
from corpus.readers.office.number_formats import shown
from corpus.readers.office.opendocument.package import (
    OpenDocument,
    is_opendocument,
    name_of,
    open_document,
    value_of,
    whole_value,
)
from corpus.readers.office.opendocument.text import TextReader, rows_of
from corpus.readers.office.sheets import MAX_CELLS, TOO_MANY_CELLS, SheetRow, add_rows, repeat_merged

_MOST_COLUMNS = 16384
_HIDDEN = ("collapse", "filter")


def read_spreadsheet(data: bytes, options: ReadOptions) -> Content:
    """Return the visible sheets of an OpenDocument spreadsheet, in order.

    Raises:
        SourceError: It is damaged, encrypted, too large, or has no visible text.
    """
    document = open_document(data)
    builder = TextBuilder()
    reader = TextReader(builder, document)
    cells = 0
    for table in document.body.iterfind("{*}table"):
        if document.style(table).hidden:
            document.left_out["hidden sheets"] += 1
            continue
        sheet = _Sheet(document, reader, cells)
        sheet.read(table)
        cells = sheet.cells_read
        repeat_merged(sheet.rows, sheet.merged)
        shapes = list(table.iterfind("{*}shapes"))
        if sheet.rows or shapes:
            builder.heading(value_of(table, "name"), 1)
        add_rows(builder, sheet.rows, sheet.headers)
        for shape in shapes:
            reader.blocks(shape)
    content = builder.content(document.found())
    check_some_is_left(content.text, content.found.notes)
    return content


class _Sheet:
    """Collects the rows of a sheet."""

    def __init__(self, document: OpenDocument, reader: TextReader, cells_read: int) -> None:
        self.rows: list[SheetRow] = []
        self.merged: list[tuple[int, int, int]] = []
        self.headers: set[int] = set()
        self.cells_read = cells_read
        self._left_out = document.left_out
        self._reader = reader
        self._used: set[int] = set()
        """Hidden columns with a value."""

    def read(self, table: Any) -> None:  # noqa: ANN401 - lxml has no types
        """Read the rows of a sheet."""
        hidden = set(_hidden_columns(table))
        number, end = 0, 0
        for row in rows_of(table):
            cells = dict(self._cells(row, number + 1))
            repeated = whole_value(row, "number-rows-repeated", 1)
            if name_of(row.getparent()) == "table-header-rows" and cells:
                self.headers.add(number + 1)
            for _ in range(repeated if cells else 0):
                number += 1
                self.cells_read += len(cells)
                if self.cells_read > MAX_CELLS:
                    raise SourceError(TOO_MANY_CELLS)
                follows = number == end + 1
                if value_of(row, "visibility") in _HIDDEN:
                    self._left_out["hidden rows"] += 1
                    end += follows
                    continue
                self._left_out["hidden columns"] += len(hidden & cells.keys() - self._used)
                self._used |= hidden & cells.keys()
                visible = {column: text for column, text in cells.items() if column not in hidden}
                if visible:
                    self.rows.append(SheetRow(number, visible, follows=follows))
                    end = number
            number += 0 if cells else repeated

    def _cells(self, row: Any, number: int) -> Iterator[tuple[int, str]]:  # noqa: ANN401
        column = 0
        for cell in row:
            if name_of(cell) not in ("table-cell", "covered-table-cell"):
                continue
            repeated = whole_value(cell, "number-columns-repeated", 1)
            text = "" if name_of(cell)[0] == "c" else " ".join(self._lines(cell)).strip() or _value(cell)
            if text:
                rows = whole_value(cell, "number-rows-spanned", 1)
                if rows > 1:
                    self.merged.append((number, number + rows - 1, column))
                yield from ((at, text) for at in range(column, min(column + repeated, _MOST_COLUMNS)))
            column += repeated

    def _lines(self, cell: Any) -> Iterator[str]:  # noqa: ANN401
        for block in cell:
            yield from self._reader.cell_lines(block)


def _value(cell: Any) -> str:  # noqa: ANN401
    """Return the value of a cell without an element of text, as some programs write them; an empty text hides it."""
    if len(cell):
        return ""
    kind, value = value_of(cell, "value-type"), value_of(cell, "value")
    if kind == "percentage":
        return shown(value, "0.##########%").replace(".%", "%")
    if kind == "boolean":
        return value_of(cell, "boolean-value").upper()
    names = {"date": "date-value", "time": "time-value", "string": "string-value"}
    return value_of(cell, names[kind]) if kind in names else f"{value} {value_of(cell, 'currency')}".strip()


def _hidden_columns(table: Any) -> Iterator[int]:  # noqa: ANN401
    column = 0
    for each in table.iter("{*}table-column", "{*}table-row"):
        if name_of(each) == "table-row":
            return
        repeated = whole_value(each, "number-columns-repeated", 1)
        if value_of(each, "visibility") in _HIDDEN:
            yield from range(column, min(column + repeated, _MOST_COLUMNS))
        column += repeated


ODS = ConvertedFormat(
    "ODS",
    "application/vnd.oasis.opendocument.spreadsheet",
    (".ods", ".ots", ".fods"),
    has_signature=True,
    sniff=lambda data, suffix: is_opendocument(data, "spreadsheet"),
    convert=read_spreadsheet,
    version=2,
)
