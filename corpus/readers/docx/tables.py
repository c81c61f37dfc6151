"""Tables of Word documents: the cells of each row, whatever spans what."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.readers.docx.names import is_on, number_of, value_of, w

_REPEATED_CHARACTERS = 1000
"""Characters of a cell that are repeated in each further row that it spans, as the subject of the other cells."""

_COLUMNS = 63
"""Most columns of a table in Word."""

_WRAPPERS = frozenset(w(name) for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"))
_ENDS = (".", "!", "?", ":", ";", ",", "…", "。", "！", "？", "：", "；", "，")

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading or a table.

    Args:
        text: Its text, with rows as lines and ` | ` between cells.
        level: Level of a heading, from 1; 0 for other text.
        rows: The cells of a table.
    """

    text: str
    level: int = 0
    rows: Sequence[Row] = ()


def table_blocks(table: Any, read: Callable[[Any], list[Block]]) -> list[Block]:  # noqa: ANN401 - lxml has no types
    """Return a table as one block, or the blocks of its cells if it only arranges text on the page.

    A cell appears once if it spans several columns, and in each row that it spans. An empty cell keeps its place.

    Args:
        table: The table.
        read: Returns the blocks of a cell.
    """
    rows: list[Row] = []
    cells: list[list[Block]] = []
    above: dict[int, tuple[int, str]] = {}
    for row in _parts(table, w("tr")):
        properties = row.find(w("trPr"))
        if is_on(properties, "hidden") or (properties is not None and properties.find(w("del")) is not None):
            continue
        before = min(number_of(value_of(properties, "gridBefore")) or 0, _COLUMNS)
        here: dict[int, tuple[int, str]] = {column: (-1 - column, "") for column in range(before)}
        column = before
        for cell in _parts(row, w("tc"), w("p")):
            about = cell.find(w("tcPr"))
            if _goes_on(about, "vMerge") and column in above:
                here[column] = above[column]
            elif about is None or about.find(w("cellDel")) is None:
                cells.append(read(cell))
                text = _cell_text(cells[-1])
                if text or not _goes_on(about, "hMerge"):
                    here[column] = len(cells), text
            column += number_of(value_of(about, "gridSpan")) or 1
        rows.append(tuple(dict(here.values()).values()))
        above = {column: (number, _beginning(text)) for column, (number, text) in here.items()}
    if len(cells) == 1 or any(len(cell) > 1 and any(block.level for block in cell) for cell in cells):
        return [block for cell in cells for block in cell]
    rows = [row for row in map(_trimmed, rows) if row]
    return [Block("\n".join(" | ".join(row) for row in rows), rows=rows)] if rows else []


def _parts(element: Any, *names: str) -> Iterator[Any]:  # noqa: ANN401
    """Yield the rows of a table or the cells of a row, also those within content controls."""
    for child in element:
        if child.tag in names:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _parts(child, *names)


def _goes_on(properties: Any, name: str) -> bool:  # noqa: ANN401
    """Return whether a cell continues the one above (`vMerge`) or to the left (`hMerge`)."""
    merge = None if properties is None else properties.find(w(name))
    return merge is not None and merge.get(w("val"), "continue") == "continue"


def _cell_text(blocks: list[Block]) -> str:
    """Return the blocks of a cell in one line, with a semicolon between them where nothing else is."""
    pieces: list[str] = []
    for block in blocks:
        lines = [", ".join(cell for cell in row if cell) for row in block.rows] or [" ".join(block.text.split())]
        for line in lines:
            if pieces:
                pieces.append(" " if pieces[-1].endswith(_ENDS) else "; ")
            pieces.append(line)
    return "".join(pieces)


def _beginning(text: str) -> str:
    """Return whole words from the beginning of a cell."""
    cut = text[:_REPEATED_CHARACTERS]
    return cut if cut == text else cut.rpartition(" ")[0]


def _trimmed(row: Row) -> Row:
    last = max((at for at, text in enumerate(row) if text), default=-1)
    return row[: last + 1]
