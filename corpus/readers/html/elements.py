"""Conversion of a page's elements to headings, paragraphs, lines and code: the same for web pages and books."""

import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from corpus.documents import TextBuilder
from corpus.readers.html.marks import is_note_mark, note_mark, subscript, superscript
from corpus.readers.html.numbers import is_line_number, item_numbers
from corpus.readers.html.tables import holds_blocks, rows_of
from corpus.readers.html.unseen import NO_TEXT, name_of

_BLOCKS = (
    *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"),
    *("fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "legend", "li", "main", "nav"),
    *("optgroup", "p", "search", "section", "summary", "tbody", "tfoot", "th", "thead", "tr"),
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LONGEST_HEADING = 500
"""Characters above which a heading is a paragraph: its end tag is missing."""

_READINGS = ("rp", "rt", "rtc")
_TYPED = frozenset({"", "text", "number", "email", "tel", "url", "date", "time", "month", "week", "datetime-local"})
"""Types of an input whose value is shown as words."""

_SIGNS_OF_LINKS = frozenset("#¶§↩↑⏎^🔗")
_CODE_LINES = frozenset({"br", "div", "li", "p", "tr"})
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_QUOTES = (("“", "”"), ("‘", "’"))
_ENDS = ".,;:!?|"


def add_blocks(builder: TextBuilder, element: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Add everything below an element: headings, paragraphs, code, and lists and tables as lines."""
    walk = _Walk(builder)
    walk.block(element)


def one_line(element: Any) -> str:  # noqa: ANN401
    """Return the words of an element with blanks for line breaks, and semicolons between the items of a list."""
    walk = _Walk(None)
    walk.block(element)
    return walk.line()


def _part(element: Any) -> str:  # noqa: ANN401
    """Return a part of a formula on one line."""
    walk = _Walk(None)
    walk.inline(element)
    return walk.line()


class _Walk:
    """Collects text until a block ends.

    Args:
        builder: Receives the blocks; None to keep all words on one line.
    """

    def __init__(self, builder: TextBuilder | None) -> None:
        self._builder = builder
        self._pieces: list[str] = []
        self._items = 0  # items of lists around the present element, whose blocks are lines
        self._number = ""  # of an item that has no words yet
        self._apart = False  # whether something without words stands before the next ones
        self._quotes = 0

    def block(self, element: Any) -> None:  # noqa: ANN401
        """Add an element that begins and ends a line."""
        self._end()
        self._children(element)
        self._end()

    def inline(self, element: Any) -> None:  # noqa: ANN401
        """Add an element as what it is."""
        self._child(element)

    def line(self) -> str:
        """Return what was collected, on one line."""
        return " ".join("".join(self._pieces).split())

    def _end(self) -> None:
        if self._builder is None:
            self._pieces.append(" ")
        elif self._items:
            self._pieces.append("\n")
        else:
            self._flush()
        self._apart = False

    def _flush(self) -> None:
        if self._builder is None:
            self._pieces.append(" ")
            return
        self._builder.paragraph("".join(self._pieces))
        self._pieces.clear()

    def _add(self, text: str | None) -> None:
        if not text:
            return
        text = _BLANKS.sub(" ", text)
        if self._number and text != " ":
            self._pieces.append(self._number)
            self._number = ""
        if self._apart and self._before.isalnum() and text[0].isalnum():
            self._pieces.append(" ")
        self._apart = False
        self._pieces.append(text)

    @property
    def _before(self) -> str:
        """The character before the next one."""
        return self._pieces[-1][-1:] if self._pieces else ""

    def _children(self, element: Any) -> None:  # noqa: ANN401
        self._add(element.text)
        for child in element:
            self._child(child)
            self._add(child.tail)

    def _child(self, child: Any) -> None:  # noqa: ANN401
        name = name_of(child)
        handle = _HANDLERS.get(name)
        if handle is not None:
            handle(self, child)
        elif name not in NO_TEXT:
            self._children(child)

    def _nothing(self, element: Any) -> None:  # noqa: ANN401
        self._apart = True

    def _deleted(self, element: Any) -> None:  # noqa: ANN401
        pass

    def _break(self, element: Any) -> None:  # noqa: ANN401
        self._pieces.append(" " if self._builder is None else "\n")

    def _heading(self, element: Any) -> None:  # noqa: ANN401
        text = self._number + one_line(element)
        if self._builder is None or len(text) > _LONGEST_HEADING:
            self.block(element)
            return
        self._flush()
        self._number = ""
        self._builder.heading(text, int(name_of(element)[1]))

    def _code(self, element: Any) -> None:  # noqa: ANN401
        if self._builder is None:
            self.block(element)
            return
        self._flush()
        self._number = ""
        pieces: list[str] = []
        _add_code(pieces, element)
        self._builder.code("".join(pieces))

    # Lists

    def _list(self, element: Any) -> None:  # noqa: ANN401
        """Add a list as one paragraph with a line for each item, and lists in it as more lines."""
        self._end()
        self._items += 1
        numbers = item_numbers(element)
        self._add(element.text)
        first = True
        for child in element:
            if name_of(child) == "li":
                self._pieces.append(self._between(first=first))
                self._number = next(numbers)
                self._children(child)
                first = False
            else:
                self._child(child)
            self._add(child.tail)
        self._number = ""
        self._items -= 1
        self._end()

    def _between(self, *, first: bool) -> str:
        if self._builder is not None:
            return "\n"
        before = "".join(self._pieces[-3:]).rstrip()[-1:]
        return " " if first or before in _ENDS else "; "

    def _terms(self, element: Any) -> None:  # noqa: ANN401
        self._end()
        self._items += 1
        self._children(element)
        self._items -= 1
        self._end()

    def _term(self, element: Any) -> None:  # noqa: ANN401
        before = element.getprevious()
        is_first = before is None or name_of(before) != "dt"
        if self._items == 1 and is_first and name_of(element.getparent()) != "dt":
            self._flush()
        self.block(element)

    # Tables

    def _table(self, element: Any) -> None:  # noqa: ANN401
        if self._builder is None or holds_blocks(element):
            self.block(element)
            return
        self._flush()
        self._builder.paragraph("\n".join(rows_of(element, one_line)))

    def _cell(self, element: Any) -> None:  # noqa: ANN401
        if not is_line_number(element):
            self.block(element)

    # Inside a sentence

    def _raised(self, element: Any) -> None:  # noqa: ANN401
        text, begins = _words(element), not self._before.strip()
        self._add(note_mark(text) if is_note_mark(element, text, self._before) else superscript(text, self._before))
        self._apart = begins

    def _lowered(self, element: Any) -> None:  # noqa: ANN401
        self._add(subscript(_words(element), self._before, (element.tail or "")[:1]))

    def _link(self, element: Any) -> None:  # noqa: ANN401
        text = "".join(islice(element.itertext(), 4)).strip(" \n\ufe0e\ufe0f")
        if text in _SIGNS_OF_LINKS and "#" in element.get("href", ""):
            return
        if is_note_mark(element, text, self._before):
            self._add(note_mark(text))
        else:
            self._children(element)

    def _quote(self, element: Any) -> None:  # noqa: ANN401
        opening, closing = _QUOTES[self._quotes % 2]
        self._quotes += 1
        self._add(opening)
        self._children(element)
        self._add(closing)
        self._quotes -= 1

    def _ruby(self, element: Any) -> None:  # noqa: ANN401
        """Add the words, then how they are read, in parentheses."""
        readings = []
        self._add(element.text)
        for child in element:
            name = name_of(child)
            if name in {"rt", "rtc"}:
                readings.append(one_line(child))
            elif name != "rp":
                self._child(child)
            self._add((child.tail or "").strip() if name in _READINGS else child.tail)
        if any(readings):
            self._add(f"({' '.join(filter(None, readings))})")

    def _fraction(self, element: Any) -> None:  # noqa: ANN401
        self._apart = True
        self._add("/".join(_grouped(_part(child)) for child in element))
        self._apart = True

    def _root(self, element: Any) -> None:  # noqa: ANN401
        if name_of(element) == "msqrt":
            self._add(f"√{_grouped(one_line(element))}")
        else:
            base, *degree = [_part(child) for child in element] or [""]
            self._add(f"{superscript(''.join(degree), '')}√{_grouped(base)}")
        self._apart = True

    def _power(self, element: Any) -> None:  # noqa: ANN401
        """Add a base of MathML with what is below it and above it."""
        name = name_of(element)
        base, *marks = [_part(child) for child in element] or [""]
        self._apart = self._before.isdecimal() and base[:1].isdecimal()
        self._add(base)
        for mark, is_below in zip(marks, [name != "msup", False], strict=False):
            self._add(subscript(mark, self._before) if is_below else superscript(mark, self._before))

    # Forms

    def _button(self, element: Any) -> None:  # noqa: ANN401
        """Add a button that is part of a sentence or a heading, or that opens a text; no other one."""
        around = (element.getparent().text or "") + (element.tail or "")
        if self._builder is None or around.strip():
            self._children(element)
        elif element.get("aria-expanded") is not None or element.get("role") == "tab":
            self.block(element)
        else:
            self._apart = True

    def _input(self, element: Any) -> None:  # noqa: ANN401
        is_typed = element.get("type", "").lower() in _TYPED
        self._value(element.get("value", "") if is_typed else "")

    def _area(self, element: Any) -> None:  # noqa: ANN401
        self._value(element.text or "")

    def _select(self, element: Any) -> None:  # noqa: ANN401
        chosen = (one_line(option) for option in element.iter("option") if option.get("selected") is not None)
        self._value(", ".join(chosen))

    def _value(self, text: str) -> None:
        self._apart = True
        self._add(text)
        self._apart = True


_HANDLERS: Mapping[str, Callable[[_Walk, Any], None]] = {
    **dict.fromkeys(_BLOCKS, _Walk.block),
    **dict.fromkeys(_HEADINGS, _Walk._heading),
    **dict.fromkeys(("dir", "menu", "ol", "ul"), _Walk._list),
    **dict.fromkeys(("listing", "pre", "xmp"), _Walk._code),
    **dict.fromkeys(("img", "progress", "meter"), _Walk._nothing),
    **dict.fromkeys(("msub", "msubsup", "msup"), _Walk._power),
    "a": _Walk._link,
    "del": _Walk._deleted,
    "br": _Walk._break,
    "button": _Walk._button,
    "dl": _Walk._terms,
    "dt": _Walk._term,
    "input": _Walk._input,
    "mfrac": _Walk._fraction,
    **dict.fromkeys(("mroot", "msqrt"), _Walk._root),
    "q": _Walk._quote,
    "ruby": _Walk._ruby,
    "select": _Walk._select,
    "sub": _Walk._lowered,
    "sup": _Walk._raised,
    "table": _Walk._table,
    "td": _Walk._cell,
    "textarea": _Walk._area,
}


def _grouped(part: str) -> str:
    """Return a part of a formula in parentheses, unless it is a number or a word."""
    return part if part.isalnum() else f"({part})"


def _words(element: Any) -> str:  # noqa: ANN401
    return " ".join("".join(element.itertext()).split())


def _add_code(pieces: list[str], element: Any) -> None:  # noqa: ANN401
    """Add the text of an element as it is, with a line end for each line break and after each block."""
    if element.text:
        pieces.append(element.text)
    for child in element:
        name = name_of(child)
        if name not in NO_TEXT and not is_line_number(child):
            _add_code(pieces, child)
        if name == "br" or (name in _CODE_LINES and pieces and not pieces[-1].endswith("\n")):
            pieces.append("\n")
        if child.tail:
            pieces.append(child.tail)
