"""Styles: what a paragraph or a run inherits from the style that it names."""

import re
from dataclasses import dataclass, fields
from typing import Any

from corpus.readers.docx.names import is_on, number_of, value_of, w

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_BODY_TEXT = 9
"""The outline level that says that a paragraph is no heading."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says, with what it inherits. None: it says nothing.

    Args:
        level: Level of a heading, from 1; 0 for body text.
        hidden: Whether its words are hidden.
        position: "superscript", "subscript" or "baseline".
        list_id: Identifier of the list (`w:num`) that numbers its paragraphs.
        list_level: Level in that list, from 0.
        list_style: Identifier of the style that names the list, to which a level of the list may belong.
    """

    level: int | None = None
    hidden: bool | None = None
    position: str | None = None
    list_id: str | None = None
    list_level: int | None = None
    list_style: str | None = None


_PLAIN = Style()


class Styles:
    """The styles of a document.

    Args:
        root: The part with the styles; None if there is none.
    """

    def __init__(self, root: Any) -> None:  # noqa: ANN401 - lxml has no types
        self._elements: dict[tuple[str, str | None], Any] = {}
        self._known: dict[tuple[str, str | None], Style] = {}
        for element in () if root is None else root.iterchildren(w("style")):
            kind = element.get(w("type"), "paragraph")
            self._elements.setdefault((kind, element.get(w("styleId"), "")), element)
            if element.get(w("default")) in ("1", "true", "on"):
                self._elements.setdefault((kind, None), element)

    def paragraph(self, name: str | None) -> Style:
        """Return a paragraph style by its identifier; the default one for None and for unknown names."""
        return self._style("paragraph", name if ("paragraph", name) in self._elements else None)

    def character(self, name: str | None) -> Style:
        """Return a character style by its identifier; an empty one for None and for unknown names."""
        return _PLAIN if name is None else self._style("character", name)

    def list_id(self, name: str) -> str | None:
        """Return the list that a numbering style names."""
        return self._style("numbering", name).list_id

    def _style(self, kind: str, name: str | None) -> Style:
        """Return a style with what it inherits. A style in a circle inherits nothing from it."""
        chain: list[tuple[str, str | None]] = []
        seen: set[tuple[str, str | None]] = set()
        key = (kind, name)
        while key in self._elements and key not in self._known and key not in seen:
            chain.append(key)
            seen.add(key)
            key = (kind, value_of(self._elements[key], "basedOn") or "")
        style = self._known.get(key, _PLAIN)
        for key in reversed(chain):
            style = _inherited(_own(self._elements[key]), style)
            self._known[key] = style
        return style


def outline_level(properties: Any) -> int | None:  # noqa: ANN401
    """Return the level of a heading, from 1, that a paragraph's properties give; 0 for body text, None for nothing."""
    level = number_of(value_of(properties, "outlineLvl"))
    return None if level is None else level + 1 if level < _BODY_TEXT else 0


def _own(element: Any) -> Style:  # noqa: ANN401
    paragraph, run = element.find(w("pPr")), element.find(w("rPr"))
    numbers = None if paragraph is None else paragraph.find(w("numPr"))
    list_id = value_of(numbers, "numId")
    level = outline_level(paragraph)
    return Style(
        level=_named_level(value_of(element, "name") or "") if level is None else level,
        hidden=is_on(run, "vanish"),
        position=value_of(run, "vertAlign"),
        list_id=list_id,
        list_level=number_of(value_of(numbers, "ilvl")),
        list_style=None if list_id is None else element.get(w("styleId")),
    )


def _named_level(name: str) -> int | None:
    heading = _HEADING.fullmatch(name)
    return int(heading[1]) if heading else 1 if name.lower() == "title" else None


def _inherited(own: Style, base: Style) -> Style:
    values = ((field.name, getattr(own, field.name), getattr(base, field.name)) for field in fields(Style))
    return Style(**{name: inherited if value is None else value for name, value, inherited in values})
