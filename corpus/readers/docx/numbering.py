"""The numbers of lists, headings and clauses, which Word counts and does not store in the text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.readers.docx.names import is_on, number_of, value_of, w
from corpus.readers.docx.numerals import numeral
from corpus.readers.docx.styles import Styles
from corpus.readers.docx.symbols import symbols

_LEVELS = 9
_LONGEST_LABEL = 100
"""Most characters of a label's pattern."""

_PLACE = re.compile(r"%([1-9])")
_BULLET = "•"


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level of a list is numbered.

    Args:
        pattern: Text of a label, with `%1` for the number of the first level.
        form: Format of its number.
        start: Its first number.
        restart: It restarts after a paragraph of one of this number of upper levels; 0 for never.
        decimal: Whether all numbers in its label are written in digits.
        joined: Whether neither tab nor space follows the label.
        style: Identifier of the paragraph style that belongs to it.
    """

    pattern: str
    form: str
    start: int
    restart: int
    decimal: bool
    joined: bool
    style: str | None


@dataclass(slots=True)
class _Series:
    """Numbers that several lists share: a list continues another one that has the same levels."""

    numbers: dict[int, int] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _List:
    levels: Mapping[int, _Level]
    starts: Mapping[int, int]
    series: _Series


class Numbering:
    """Counts the numbered paragraphs of a document, in its order.

    Args:
        root: The part with the lists; None if there is none.
        styles: The styles of the document.
    """

    def __init__(self, root: Any, styles: Styles) -> None:  # noqa: ANN401 - lxml has no types
        self._styles = styles
        self._nums: dict[str | None, Any] = {}
        self._kinds: dict[str | None, Any] = {}
        self._series: dict[str | None, _Series] = {}
        self._lists: dict[str, _List | None] = {}
        for element in () if root is None else root.iterchildren(w("num")):
            self._nums.setdefault(element.get(w("numId")), element)
        for element in () if root is None else root.iterchildren(w("abstractNum")):
            self._kinds.setdefault(element.get(w("abstractNumId")), element)

    def label(self, list_id: str, level: int | None, style: str | None = None) -> str:
        """Count a paragraph and return its label as Word shows it, with a space after it; "" for none.

        Args:
            list_id: Identifier of its list (`w:num`).
            level: Its level, from 0. None: the level to which its style belongs, else the first.
            style: Identifier of the style that names the list.
        """
        if list_id not in self._lists:
            self._lists[list_id] = self._read(list_id)
        one = self._lists[list_id]
        if one is None:
            return ""
        if level is None:
            level = next((at for at, each in one.levels.items() if style and each.style == style), 0)
        if level not in one.levels:
            return ""
        _count(one, list_id, level)
        return _label(one, level)

    def _read(self, list_id: str) -> _List | None:
        """Return the list of an identifier, following the style that it names, once."""
        num = self._nums.get(list_id)
        if num is None:
            return None
        kind = self._kind(num)
        linked = value_of(kind, "numStyleLink")
        if linked is not None:
            kind = self._kind(self._nums.get(self._styles.list_id(linked)))
        if kind is None:
            return None
        levels = dict(_levels(kind))
        starts: dict[int, int] = {}
        for override in num.iterchildren(w("lvlOverride")):
            at = number_of(override.get(w("ilvl")))
            start = number_of(value_of(override, "startOverride"))
            if at is not None and start is not None:
                starts[at] = start
            levels.update(_levels(override))
        series = self._series.setdefault(kind.get(w("abstractNumId")), _Series())
        return _List(levels, starts, series)

    def _kind(self, num: Any) -> Any:  # noqa: ANN401
        return None if num is None else self._kinds.get(value_of(num, "abstractNumId"))


def _levels(parent: Any) -> Any:  # noqa: ANN401
    for element in parent.iterchildren(w("lvl")):
        at = number_of(element.get(w("ilvl")))
        if at is not None and at < _LEVELS:
            yield at, _level(element, at)


def _level(element: Any, at: int) -> _Level:  # noqa: ANN401
    form = next(element.iter(w("numFmt")), None)
    name = "decimal" if form is None else form.get(w("format")) or form.get(w("val"), "decimal")
    pattern = (value_of(element, "lvlText") or "")[:_LONGEST_LABEL]
    run = element.find(w("rPr"))
    if is_on(run, "vanish"):
        pattern = ""
    elif name == "bullet":
        fonts = None if run is None else run.find(w("rFonts"))
        pattern = _bullet(pattern, None if fonts is None else fonts.get(w("ascii")) or fonts.get(w("hAnsi")))
    start = number_of(value_of(element, "start"))
    restart = number_of(value_of(element, "lvlRestart"))
    return _Level(
        pattern,
        name,
        0 if start is None else start,
        at if restart is None else min(restart, at),
        bool(is_on(element, "isLgl")),
        value_of(element, "suff") == "nothing",
        value_of(element, "pStyle"),
    )


def _bullet(text: str, font: str | None) -> str:
    """Return the character of a bullet. Word's white bullet is the letter o of a typewriter."""
    shown = "◦" if text == "o" else symbols(text, font)
    return _BULLET if shown and "\ue000" <= shown[0] <= "\uf8ff" else shown


def _count(one: _List, list_id: str, level: int) -> None:
    numbers = one.series.numbers
    if list_id not in one.series.lists:
        one.series.lists.add(list_id)
        for at in one.starts:
            numbers.pop(at, None)
    numbers[level] = numbers[level] + 1 if level in numbers else _start(one, level)
    for at in [at for at in numbers if at > level]:
        if at in one.levels and level < one.levels[at].restart:
            del numbers[at]


def _start(one: _List, level: int) -> int:
    return one.starts.get(level, one.levels[level].start)


def _label(one: _List, level: int) -> str:
    about = one.levels[level]

    def number(place: re.Match[str]) -> str:
        at = int(place[1]) - 1
        if at not in one.levels:
            return ""
        form = "decimal" if about.decimal else one.levels[at].form
        return numeral(one.series.numbers.get(at, _start(one, at)), form)

    label = about.pattern if about.form == "bullet" else _PLACE.sub(number, about.pattern)
    if not label.strip():
        return ""
    return label if about.joined and not label[-1].isalnum() else f"{label} "
