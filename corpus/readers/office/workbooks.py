"""XLSX: a section for each sheet, a line for each row, with the values as the program shows them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.documents import Content, ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.docx.scripts import lowered, raised
from corpus.readers.office.drawings import add_chart, paragraphs_of
from corpus.readers.office.left_out import check_some_is_left
from corpus.readers.office.number_formats import BUILT_IN, shown, shown_text
from corpus.readers.office.packages import Package, is_package, unescaped
from corpus.readers.office.sheets import MAX_CELLS, TOO_MANY_CELLS, SheetRow, add_rows, repeat_merged

_MAIN = re.compile(rb"(?:spreadsheetml|ms-excel)\.(?:sheet|template)(?:\.macroEnabled)?\.main\+xml")
_USUAL = "xl/workbook.xml"
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_HIDDEN_STATES = ("hidden", "veryHidden")
_MOST_COLUMNS = 16384
_TRUE = ("1", "true")


@dataclass(slots=True)
class _Workbook:
    """What the sheets share.

    Args:
        package: The file.
        strings: Texts of cells, by number.
        formats: Number format of each style of cells.
        since_1904: Whether days are counted from 1904.
        cells: Cells with a value so far.
    """

    package: Package
    strings: Sequence[str]
    formats: Sequence[str]
    since_1904: bool
    cells: int = 0


def read_workbook(data: bytes, options: ReadOptions) -> Content:
    """Return the visible sheets of a workbook, in the order of their tabs.

    Raises:
        SourceError: It is damaged, encrypted, too large, or has no visible text.
    """
    package = Package(data)
    main = package.main_part(_USUAL)
    root = package.part(main)
    if root is None:
        raise SourceError("it is a workbook without its list of sheets; get a new copy, or save it again")
    related = package.related(main)
    about = root.find("{*}workbookPr")
    strings = list(_strings(package, next(package.of_kind(related, "sharedStrings"), "")))
    formats = _formats(package.part(next(package.of_kind(related, "styles"), "")))
    book = _Workbook(package, strings, formats, about is not None and about.get("date1904") in _TRUE)
    builder = TextBuilder()
    for sheet in root.iterfind("{*}sheets/{*}sheet"):
        kind, part = related.get(_relation(sheet), ("", ""))
        if sheet.get("state") in _HIDDEN_STATES:
            package.left_out["hidden sheets"] += 1
        elif kind in ("worksheet", "chartsheet"):
            _add_sheet(builder, book, part, sheet.get("name", ""))
    content = builder.content(package.found())
    check_some_is_left(content.text, content.found.notes)
    return content


def _relation(element: Any) -> str:  # noqa: ANN401 - lxml has no types
    return next((value for name, value in element.attrib.items() if name.endswith("}id")), "")


def _strings(package: Package, part: str) -> Iterator[str]:
    """Yield the texts that cells refer to. Pronunciation guides are left out."""
    for item in package.elements(part, "si"):
        yield _rich_text(item)


_MOVED: Mapping[str, Callable[[str], str]] = {"superscript": raised, "subscript": lowered}


def _rich_text(item: Any) -> str:  # noqa: ANN401
    """Return a text with its runs. Raised and lowered figures have characters of their own."""
    pieces = [each.text or "" for each in item.iterfind("{*}t")]
    for run in item.iterfind("{*}r"):
        text = "".join(each.text or "" for each in run.iterfind("{*}t"))
        place = run.find("{*}rPr/{*}vertAlign")
        move = None if place is None else _MOVED.get(place.get("val", ""))
        pieces.append(text if move is None else move(text))
    return unescaped("".join(pieces))


def _formats(styles: Any) -> Sequence[str]:  # noqa: ANN401
    if styles is None:
        return ()
    codes = dict(BUILT_IN)
    for each in styles.iterfind("{*}numFmts/{*}numFmt"):
        codes[_whole(each.get("numFmtId"), -1)] = each.get("formatCode", "")
    used = styles.iterfind("{*}cellXfs/{*}xf")
    return [codes.get(_whole(each.get("numFmtId"), 0), "General") for each in used]


def _whole(value: str | None, default: int) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 8 else default


def _add_sheet(builder: TextBuilder, book: _Workbook, part: str, name: str) -> None:
    package = book.package
    related = package.related(part)
    sheet = _Sheet(book)
    sheet.read(part)
    for table in package.of_kind(related, "table"):
        about = package.part(table)
        if about is not None and about.get("headerRowCount", "1") != "0":
            sheet.headers.add(_first_row(about.get("ref", "")))
    repeat_merged(sheet.rows, sheet.merged)
    drawings = list(package.of_kind(related, "drawing"))
    if sheet.rows or drawings:
        builder.heading(name, 1)
    add_rows(builder, sheet.rows, sheet.headers)
    for drawing in drawings:
        _add_drawing(builder, package, drawing)
    if any(package.of_kind(related, "comments")):
        package.left_out["comments on cells of sheets"] += 1


def _add_drawing(builder: TextBuilder, package: Package, drawing: str) -> None:
    """Add the text boxes and charts on a sheet."""
    root = package.part(drawing)
    for body in () if root is None else root.iter("{*}txBody"):
        for text, _ in paragraphs_of(body):
            builder.paragraph(text)
    for chart in dict.fromkeys(package.of_kind(package.related(drawing), "chart")):
        about = package.part(chart)
        if about is not None:
            add_chart(builder, about)


def _first_row(area: str) -> int:
    """Return the number of the first row of an area such as `A3:F90`; 0 if it is none."""
    found = _REFERENCE.match(area)
    return int(found[2]) if found else 0


def _column(letters: str) -> int:
    """Return the number of a column from 0."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


class _Sheet:
    """Collects the rows of a sheet."""

    def __init__(self, book: _Workbook) -> None:
        self.rows: list[SheetRow] = []
        self.merged: list[tuple[int, int, int]] = []
        self.headers: set[int] = set()
        self._book = book
        self._hidden: set[int] = set()
        self._used: set[int] = set()
        """Hidden columns with a value."""
        self._number = 0
        self._end = 0
        """The last row of the table so far, hidden ones included."""

    def read(self, part: str) -> None:
        """Read a sheet, element by element."""
        for element in self._book.package.elements(part, "col", "pane", "row", "autoFilter", "mergeCell"):
            name = element.tag.rpartition("}")[2]
            if name == "row":
                self._row(element)
            elif name == "col" and element.get("hidden") in _TRUE:
                first, last = _whole(element.get("min"), 0), _whole(element.get("max"), 0)
                self._hidden.update(range(first - 1, min(last, _MOST_COLUMNS)))
            elif name == "pane" and element.get("state", "").startswith("frozen"):
                self.headers.add(_whole(element.get("ySplit"), 0))
            elif name == "autoFilter":
                self.headers.add(_first_row(element.get("ref", "")))
            elif name == "mergeCell":
                self._merge(element.get("ref", ""))

    def _merge(self, area: str) -> None:
        first, _, last = area.partition(":")
        start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
        if start and end and int(start[2]) < int(end[2]):
            self.merged.append((int(start[2]), int(end[2]), _column(start[1])))

    def _row(self, row: Any) -> None:  # noqa: ANN401
        self._number = _whole(row.get("r"), self._number + 1)
        cells: dict[int, str] = {}
        column = -1
        for cell in row.iterchildren("{*}c"):
            found = _REFERENCE.fullmatch(cell.get("r", ""))
            column = _column(found[1]) if found else column + 1
            text = self._value(cell)
            if text.strip():
                cells[column] = text
        self._book.cells += len(cells)
        if self._book.cells > MAX_CELLS:
            raise SourceError(TOO_MANY_CELLS)
        left_out = self._book.package.left_out
        follows = self._number == self._end + 1
        if row.get("hidden") in _TRUE:
            left_out["hidden rows"] += bool(cells)
            self._end += follows
            return
        left_out["hidden columns"] += len(self._hidden & cells.keys() - self._used)
        self._used |= self._hidden & cells.keys()
        cells = {column: text for column, text in sorted(cells.items()) if column not in self._hidden}
        if cells:
            self.rows.append(SheetRow(self._number, cells, follows=follows))
            self._end = self._number

    def _value(self, cell: Any) -> str:  # noqa: ANN401
        """Return what a cell shows."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(_rich_text(item) for item in cell.iterfind("{*}is"))
        value: str | None = cell.findtext("{*}v")
        if value is None:
            self._book.package.left_out["formulas without a stored result"] += cell.find("{*}f") is not None
            return ""
        if kind == "b":
            return "TRUE" if value.strip() == "1" else "FALSE"
        if kind == "e":
            return value
        if kind == "d":
            return value.removesuffix("T00:00:00")
        style = _whole(cell.get("s"), 0)
        code = self._book.formats[style] if style < len(self._book.formats) else "General"
        if kind == "n":
            return shown(value, code, since_1904=self._book.since_1904)
        if kind == "str":
            value = unescaped(value)
        elif kind == "s":
            number = _whole(value, len(self._book.strings))
            value = self._book.strings[number] if number < len(self._book.strings) else ""
        return shown_text(value, code)


XLSX = ConvertedFormat(
    "XLSX",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    (".xlsx", ".xlsm", ".xltx", ".xltm"),
    has_signature=True,
    sniff=lambda data, suffix: is_package(data, _USUAL, _MAIN),
    convert=read_workbook,
    version=2,
)
