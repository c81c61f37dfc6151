"""Text of OpenDocument files: headings, paragraphs, numbered lists, tables, text boxes, and notes at the end."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from corpus.documents import TextBuilder
from corpus.readers.docx.scripts import lowered, raised
from corpus.readers.html.elements import one_line
from corpus.readers.office.numbering import numeral
from corpus.readers.office.opendocument.package import Level, OpenDocument, name_of, value_of, whole_value

_BLANKS = re.compile(r"[ \t\r\n]+")
_MOST_SPACES = 100
_MOST_CELLS = 1000
"""Repetitions of a cell of a table in a text, or of a row."""

_REPEATED_CHARACTERS = 1000
"""Characters of a cell that are repeated in each further row that it spans, as in DOCX."""

_SKIPPED = {
    *(
        "tracked-changes",
        "forms",
        "table-of-content",
        "illustration-index",
        "table-index",
        "object-index",
        "user-index",
    ),
    *(
        "sequence-decls",
        "variable-decls",
        "user-field-decls",
        "dde-connection-decls",
        "alphabetical-index-auto-mark-file",
    ),
    *("event-listeners", "glue-point", "object", "image", "ruby-text", "note-citation", "script"),
    *("list-header-text", "settings", "calculation-settings", "content-validations", "named-expressions", "notes"),
}
"""Elements without words of the text: what was deleted, tables of contents, declarations."""

_FLOATING = {
    "frame",
    "text-box",
    "custom-shape",
    "rect",
    "ellipse",
    "circle",
    "line",
    "path",
    "polygon",
    "g",
    "connector",
}

_MOVED: Mapping[int, Callable[[str], str]] = {1: raised, -1: lowered}

_DRAWING_NAMES = "svg-compatible"
"""Part of the namespace of titles and descriptions of pictures; `title` of texts is a field."""


class TextReader:
    """Adds the text of elements to a builder.

    Args:
        builder: Receives it.
        document: The file.
    """

    def __init__(self, builder: TextBuilder, document: OpenDocument) -> None:
        self._builder = builder
        self._document = document
        self._notes: list[Any] = []
        self._floating: list[Any] = []
        self._counts: dict[str, dict[int, int]] = {}
        self._chapters: dict[int, int] = {}

    def blocks(self, parent: Any) -> None:  # noqa: ANN401 - lxml has no types
        """Add the blocks below an element, in order."""
        for element in parent:
            name = name_of(element)
            if not name or _is_skipped(element):
                continue
            if self._is_hidden(element):
                self._document.left_out["hidden texts"] += 1
            elif name == "h":
                self._heading(element)
            elif name == "p":
                self._builder.paragraph(self.inline(element))
            elif name == "list":
                self._list(element)
            elif name == "table":
                self._table(element)
            elif name in ("annotation", "annotation-end"):
                self._document.left_out["comments"] += name == "annotation"
            else:
                self.blocks(element)
            self._add_floating()

    def notes(self) -> None:
        """Add the footnotes and endnotes of what was read so far."""
        while self._notes:
            notes, self._notes = self._notes, []
            for note in notes:
                for body in note.iterfind("{*}note-body"):
                    self.blocks(body)

    def _is_hidden(self, element: Any) -> bool:  # noqa: ANN401
        if name_of(element) in ("hidden-text", "hidden-paragraph"):
            return value_of(element, "is-hidden") != "false"
        if name_of(element) == "section" and value_of(element, "display") == "none":
            return True
        return bool(self._document.style(element).hidden)

    def _heading(self, element: Any) -> None:  # noqa: ANN401
        level = whole_value(element, "outline-level", 1)
        number = ""
        if value_of(element, "is-list-header") != "true":
            number = self._number(self._chapters, self._document.outline, level)
        self._builder.heading(f"{number} {self.inline(element)}", level)

    def inline(self, element: Any) -> str:  # noqa: ANN401
        """Return the text of a paragraph. Its notes and text boxes are kept for later."""
        return "".join(self._pieces(element))

    def _pieces(self, element: Any) -> Iterator[str]:  # noqa: ANN401
        yield _BLANKS.sub(" ", element.text or "")
        for child in element:
            name = name_of(child)
            if name == "s":
                yield " " * min(whole_value(child, "c", 1), _MOST_SPACES)
            elif name == "tab":
                yield "\t"
            elif name == "line-break":
                yield "\n"
            elif name == "note":
                self._notes.append(child)
            elif name == "annotation":
                self._document.left_out["comments"] += 1
            elif name == "frame" and (formula := self._formula(child)):
                yield formula
            elif name in _FLOATING:
                self._floating.append(child)
            elif name and not _is_skipped(child):
                yield from self._span(child)
            yield _BLANKS.sub(" ", child.tail or "")

    def _span(self, element: Any) -> Iterator[str]:  # noqa: ANN401
        if self._is_hidden(element):
            self._document.left_out["hidden texts"] += 1
        elif move := _MOVED.get(self._document.style(element).position or 0):
            yield move(self.inline(element))
        else:
            yield from self._pieces(element)

    def _formula(self, frame: Any) -> str:  # noqa: ANN401
        """Return the text of a formula that a frame shows; empty if it shows something else. Each is read once.

        A space is before it where its first figure would become a part of the number before it.
        """
        shown = frame.find("{*}object")
        if shown is None:
            return ""
        if len(shown) and name_of(shown[0]) == "math":
            text = one_line(shown[0])
        else:
            text = self._document.formulas.pop(value_of(shown, "href").removeprefix("./").rstrip("/"), "")
        before = frame.getparent().text if frame.getprevious() is None else frame.getprevious().tail
        return f" {text}" if text[:1].isdecimal() and (before or "")[-1:].isdecimal() else text

    def _add_floating(self) -> None:
        """Add the text boxes that are anchored in the paragraphs before."""
        while self._floating:
            floating, self._floating = self._floating, []
            for element in floating:
                self.blocks(element)

    # Lists

    def _list(self, element: Any) -> None:  # noqa: ANN401
        style = value_of(element, "style-name")
        if value_of(element, "continue-numbering") != "true" and not value_of(element, "continue-list"):
            self._counts.pop(style, None)
        lines: list[str] = []
        self._items(element, style, 1, lines)
        self._builder.paragraph("\n".join(lines))

    def _items(self, element: Any, style: str, level: int, lines: list[str]) -> None:  # noqa: ANN401
        """Collect the lines of a list; a heading in it ends the lines before."""
        counts = self._counts.setdefault(style, {})
        levels = self._document.lists.get(style, {})
        for item in element:
            number = ""
            if name_of(item) == "list-item":
                if (start := whole_value(item, "start-value", 0)) > 0:
                    counts[level] = start - 1
                number = self._number(counts, levels, level)
            for block in item:
                name = name_of(block)
                if name == "list":
                    self._inner(block, style, level + 1, lines)
                elif name == "h":
                    self._builder.paragraph("\n".join(lines))
                    lines.clear()
                    self._builder.heading(f"{number} {self.inline(block)}", whole_value(block, "outline-level", 1))
                elif name == "p" and not self._is_hidden(block):
                    lines.append(f"{number} {self.inline(block)}")
                elif name == "table":
                    lines.extend(self._rows(block))
                else:
                    continue
                number = ""

    def _inner(self, element: Any, style: str, level: int, lines: list[str]) -> None:  # noqa: ANN401
        """Collect the lines of a list in an item. If it has a style of its own, it is counted from the beginning."""
        own = value_of(element, "style-name") or style
        if own != style and value_of(element, "continue-numbering") != "true":
            self._counts.pop(own, None)
        self._items(element, own, level, lines)

    def _number(self, counts: dict[int, int], levels: dict[int, Level], level: int) -> str:
        """Count an item or a heading, and return its number as it is shown."""
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        about = levels.get(level)
        counts[level] = counts.get(level, (about.start if about else 1) - 1) + 1
        if about is None:
            return ""
        shown = [at for at in range(max(1, level - min(about.levels, 10) + 1), level + 1) if at in levels]
        numbers = (numeral(counts.get(at, levels[at].start), levels[at].style) for at in shown)
        return f"{about.prefix}{'.'.join(numbers)}{about.suffix}"

    # Tables

    def _table(self, element: Any) -> None:  # noqa: ANN401
        self._builder.paragraph("\n".join(self._rows(element)))

    def _rows(self, table: Any) -> Iterator[str]:  # noqa: ANN401
        """Yield the rows of a table as lines. A cell that spans rows is in each of them."""
        above: dict[int, tuple[str, int]] = {}
        for row in rows_of(table):
            cells: list[str] = []
            spanning: dict[int, tuple[str, int]] = {}
            for cell in row:
                name = name_of(cell)
                if name not in ("table-cell", "covered-table-cell"):
                    continue
                for _ in range(min(whole_value(cell, "number-columns-repeated", 1), _MOST_CELLS - len(cells))):
                    text, left = above.get(len(cells), ("", 0))
                    if name == "table-cell":
                        text = " ".join(line for block in cell for line in self.cell_lines(block))
                        left = whole_value(cell, "number-rows-spanned", 1)
                    elif not left:
                        text = ""
                    if left > 1:
                        spanning[len(cells)] = text[:_REPEATED_CHARACTERS], left - 1
                    cells.append(text)
            above = spanning
            while cells and not cells[-1].strip():
                cells.pop()
            yield " | ".join(" ".join(cell.split()) for cell in cells)

    def cell_lines(self, block: Any) -> Iterator[str]:  # noqa: ANN401
        """Yield the lines of a block in a cell."""
        name = name_of(block)
        if name == "annotation":
            self._document.left_out["comments"] += 1
        elif name in ("p", "h"):
            if not self._is_hidden(block):
                yield self.inline(block)
        elif name == "list":
            lines: list[str] = []
            style = value_of(block, "style-name")
            self._counts.pop(style, None)
            self._items(block, style, 1, lines)
            yield from lines
        elif name == "table":
            yield from self._rows(block)
        elif name and not _is_skipped(block):
            for child in block:
                yield from self.cell_lines(child)


def _is_skipped(element: Any) -> bool:  # noqa: ANN401
    return name_of(element) in _SKIPPED or _DRAWING_NAMES in element.tag


def rows_of(table: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the rows of a table, inside groups and headers too."""
    for element in table:
        name = name_of(element)
        if name == "table-row":
            yield element
        elif name in ("table-rows", "table-row-group", "table-header-rows"):
            yield from rows_of(element)
