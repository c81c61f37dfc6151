"""Tables: their rows as lines, and those that only lay out a page."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from corpus.readers.html.numbers import is_line_number
from corpus.readers.html.unseen import name_of

_CELLS = frozenset({"td", "th"})
_OF_PAGES = ("article", "h1", "h2", "h3", "h4", "h5", "h6", "main", "pre", "section", "table")
_PARAGRAPHS = ("p", "div", "blockquote", "ul", "ol", "dl")
_LONG_CELL = 300
"""Characters of a cell with several paragraphs above which it is a part of a page."""

_REPEATED_CHARACTERS = 200
"""Characters of cells that are repeated in each further row that they span, as the subject of the other cells."""

_MOST_ROWS = 5
"""Digits of a `rowspan`."""


def rows_of(table: Any, one_line: Callable[[Any], str]) -> Iterator[str]:  # noqa: ANN401 - lxml has no types
    """Yield the caption and each row of a table, with ` | ` between cells. An empty cell keeps its place.

    A cell at the beginning of a row appears in each row that it spans.

    Args:
        table: The table.
        one_line: Returns the words of an element on one line.
    """
    spanning: list[tuple[int, str]] = []  # rows left, and the text
    for part in _parts(table):
        if name_of(part) != "tr":
            if text := one_line(part):
                yield text
            continue
        cells = [child for child in part if not is_line_number(child)]
        texts = [one_line(cell) for cell in cells]
        first = [text for _, text in spanning]
        if line := " | ".join([*first, *texts] if any(texts) else []).rstrip(" |"):
            yield line
        spanning = list(
            _spanning_more([(left - 1, text) for left, text in spanning], zip(map(_rows, cells), texts, strict=True))
        )


def holds_blocks(table: Any) -> bool:  # noqa: ANN401
    """Return whether the cells of a table are parts of a page, with headings, paragraphs, tables or code in them."""
    if table.get("role") in {"presentation", "none"}:
        return True
    if next(table.iterdescendants("table", "pre"), None) is not None:
        return True
    rows = [part for part in _parts(table) if name_of(part) == "tr"]
    cells = [cell for row in rows for cell in row if name_of(cell) in _CELLS]
    if any(name_of(cell) == "th" for cell in cells) or next(table.iterdescendants("caption"), None) is not None:
        return False
    if next(table.iterdescendants(*_OF_PAGES), None) is not None:
        return True
    return len(cells) == 1 or any(map(_is_part_of_page, cells))


def _is_part_of_page(cell: Any) -> bool:  # noqa: ANN401
    blocks = sum(1 for child in cell if name_of(child) in _PARAGRAPHS)
    return blocks > 1 and sum(map(len, cell.itertext())) > _LONG_CELL


def _parts(element: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield rows, the caption, and whatever else stands in a table outside of its cells. The foot is the last part."""
    for child in sorted(element, key=lambda part: name_of(part) == "tfoot"):
        name = name_of(child)
        if name in {"thead", "tbody", "tfoot", "form"}:
            yield from _parts(child)
        elif name not in {"", "colgroup", "col"}:
            yield child


def _spanning_more(*cells: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the leading cells that span more rows, with the number of these."""
    characters = 0
    for left, text in chain(*cells):
        characters += len(text) + 1
        if left <= 0 or characters > _REPEATED_CHARACTERS:
            return
        yield left, text


def _rows(cell: Any) -> int:  # noqa: ANN401
    """Return the number of further rows that a cell spans."""
    rows = cell.get("rowspan") or ""
    return int(rows) - 1 if rows.isascii() and rows.isdecimal() and 0 < len(rows) <= _MOST_ROWS else 0
