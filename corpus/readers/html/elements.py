"""Conversion of elements, of HTML and of trafilatura's XML, to headings and paragraphs."""

import re
from typing import Any

from corpus.documents import TextBuilder

_HEADING = re.compile(r"h([1-6])")
_SKIPPED = {"head", "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "nav", "form"}
_BREAKS = {"br", "lb"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"),
    *("fieldset", "figcaption", "figure", "footer", "header", "hr", "item", "li", "list", "main", "ol", "p", "pre"),
    *("quote", "section", "summary", "table", "tbody", "tfoot", "thead", "ul", "graphic"),
}
_LISTS = {"ul", "ol", "list"}
_ROWS = {"tr", "row"}
_CELLS = {"td", "th", "cell"}
_BLANKS = re.compile(r"[ \t\n\r\f]+")


def add_blocks(builder: TextBuilder, element: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Add everything below an element: headings, paragraphs, and lists and tables as lines."""
    _Walk(builder).block(element)


class _Walk:
    """Collects text until a block ends."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._pieces: list[str] = []

    def block(self, element: Any) -> None:  # noqa: ANN401
        self._end()
        self._children(element)
        self._end()

    def _end(self) -> None:
        self._builder.paragraph("".join(self._pieces))
        self._pieces.clear()

    def _children(self, element: Any) -> None:  # noqa: ANN401
        verbatim = element.tag == "pre"
        self._text(element.text, verbatim)
        for child in element:
            if isinstance(child.tag, str):
                self._child(child)
            self._text(child.tail, verbatim)

    def _text(self, text: str | None, verbatim: bool) -> None:
        self._pieces.append((text or "") if verbatim else _BLANKS.sub(" ", text or ""))

    def _child(self, child: Any) -> None:  # noqa: ANN401
        tag = child.tag.rpartition("}")[2].lower()
        rend = child.get("rend")
        level = _HEADING.fullmatch(rend or "h2" if tag == "head" and rend else tag)
        if level:
            self._end()
            self._builder.heading(" ".join("".join(child.itertext()).split()), int(level[1]))
        elif tag in _BREAKS:
            self._pieces.append("\n")
        elif tag in _LISTS or tag in _ROWS or tag == "table":
            self._lines(child, tag)
        elif tag in _BLOCKS:
            self.block(child)
        elif tag not in _SKIPPED:
            self._children(child)

    def _lines(self, element: Any, tag: str) -> None:  # noqa: ANN401
        """Add a list or table as one paragraph, with a line for each item or row."""
        if tag in _ROWS:
            cells = (
                " ".join("".join(cell.itertext()).split())
                for cell in element
                if isinstance(cell.tag, str) and cell.tag.rpartition("}")[2].lower() in _CELLS
            )
            self._pieces.append("\n" + " | ".join(cell for cell in cells if cell) + "\n")
        elif tag == "table":
            self._end()
            self._rows(element)
            self._end()
        else:
            self._end()
            for item in element:
                if isinstance(item.tag, str):
                    self._pieces.append("\n")
                    self._children(item)
            self._end()

    def _rows(self, table: Any) -> None:  # noqa: ANN401
        for child in table:
            if isinstance(child.tag, str):
                tag = child.tag.rpartition("}")[2].lower()
                if tag in _ROWS:
                    self._lines(child, tag)
                else:
                    self._pieces.append("\n")
                    self._rows(child) if tag in {"tbody", "thead", "tfoot"} else self._children(child)
