"""Running heads, running feet and page numbers, from their positions on neighbouring pages."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol, TypeVar

from corpus.readers.pdf.layout import Line

MARGIN = 0.16
"""Share of the page at its top, and at its bottom, in which heads and feet are searched."""

_LINES = 4
"""Maximum lines of a head or foot. More are content that pages have in common."""

_NEIGHBOURS = 2
"""Pages before and after that are compared: left pages have other heads than right ones."""

_TOLERANCE = 4.0
"""Difference in the position of the same line on two pages, in points."""

_APART = 1.5
"""Distance from a head without a page number to the text below it, relative to the usual distance of lines."""

_CHARACTERS = 150
"""Maximum length of a running line."""

_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)

_PAGE_OF = re.compile(r"\W{,3}(?:page|p\.|seite|s\.|p[áa]gina|pág\.|side|sida) ?\d+(?: ?[^\d ]{1,4} ?\d+)?\W{,3}")
"""A page number that a single page shows to be one."""


@dataclass(slots=True)
class _Edge:
    """A line in a margin: its words without numbers, its numbers, its position, and whether it stands apart."""

    index: int
    text: str
    key: str
    numbers: Sequence[int]
    bottom: float
    height: float
    is_apart: bool


@dataclass(frozen=True, slots=True)
class _Edges:
    heads: Sequence[_Edge]
    feet: Sequence[_Edge]


@dataclass(frozen=True, slots=True)
class Margins:
    """Indexes of the lines of a page that are its running head and foot."""

    heads: Sequence[int] = ()
    feet: Sequence[int] = ()


class Page(Protocol):
    """A page as `with_margins` needs it."""

    @property
    def lines(self) -> Sequence[Line]:
        """Its lines, in any order."""

    @property
    def bottom(self) -> float:
        """Bottom of the page, in points."""

    @property
    def top(self) -> float:
        """Top of the page, in points."""


P = TypeVar("P", bound=Page)


def with_margins(pages: Iterable[P]) -> Iterator[tuple[P, Margins]]:
    """Yield each page with the lines that are its running head and foot.

    A line is one if a page near it has the same at the same height, in the margin. Numbers may differ if they count the
    pages. A line without such a number must stand apart from the text, and not be larger.

    Args:
        pages: The pages of a document, in order. Two of them are read ahead.
    """
    read: deque[tuple[P, _Edges]] = deque()
    at = 0  # of the page that is yielded next
    for page in pages:
        read.append((page, _Edges(_edges(page, is_head=True), _edges(page, is_head=False))))
        if len(read) - at > _NEIGHBOURS:
            yield read[at][0], _margins(read, at)
            at += 1
        if at > _NEIGHBOURS:
            read.popleft()
            at -= 1
    for place in range(at, len(read)):
        yield read[place][0], _margins(read, place)


def _margins(read: Sequence[tuple[P, _Edges]], at: int) -> Margins:
    near = [(place - at, read[place][1]) for place in range(len(read)) if 0 < abs(place - at) <= _NEIGHBOURS]
    own = read[at][1]
    return Margins(
        _running(own.heads, [(distance, edges.heads) for distance, edges in near]),
        _running(own.feet, [(distance, edges.feet) for distance, edges in near], may_be_alone=True),
    )


def _running(
    own: Sequence[_Edge], near: Sequence[tuple[int, Sequence[_Edge]]], *, may_be_alone: bool = False
) -> list[int]:
    common = [edge for edge in own if any(_is_same(edge, other) for _, others in near for other in others)]
    if len(common) > _LINES:
        return []
    found: list[_Edge] = []
    for _, row in groupby(own, key=lambda edge: round(edge.bottom / _TOLERANCE)):  # from the edge of the page inwards
        running = [edge for edge in row if _is_running(edge, near) or (may_be_alone and _is_page_number(edge))]
        if not running:
            break
        found += running
    return [edge.index for edge in found]


def _edges(page: Page, *, is_head: bool) -> list[_Edge]:
    """Return the lines in a margin, and one more than a head or foot has, from the edge inwards."""
    lines, bottom, top = page.lines, page.bottom, page.top
    order = sorted(range(len(lines)), key=lambda at: lines[at].bottom, reverse=is_head)[: _LINES + 2]
    heights = sorted(line.height for line in lines)
    usual = heights[len(heights) // 2] if heights else 0.0
    depth = MARGIN * (top - bottom)
    edges = []
    for place, at in enumerate(order):
        line = lines[at]
        if (line.bottom < top - depth) if is_head else (line.bottom > bottom + depth):
            break
        inwards = [abs(line.bottom - lines[other].bottom) for other in order[place + 1 :]]
        distance = next((drop for drop in inwards if drop > 0.6 * line.height), 0.0)
        edges.append(
            _Edge(
                at,
                line.text.casefold(),
                _NUMBER.sub("#", line.text).casefold(),
                [_value(number) for number in _NUMBER.findall(line.text)],
                line.bottom,
                line.height,
                is_apart=distance > _APART * 1.2 * usual and line.height <= 1.3 * usual,
            )
        )
    # a line is apart if it, or a running line further inwards, is
    apart = False
    for edge in reversed(edges):
        apart = edge.is_apart = edge.is_apart or (apart and edge.height <= 1.3 * usual)
    return [edge for edge in edges if len(edge.text) <= _CHARACTERS]


def _is_running(edge: _Edge, near: Sequence[tuple[int, Sequence[_Edge]]]) -> bool:
    return any(
        _is_same(edge, other) and ((edge.is_apart and edge.text == other.text) or _counts_pages(edge, other, distance))
        for distance, others in near
        for other in others
    )


def _counts_pages(edge: _Edge, other: _Edge, distance: int) -> bool:
    """Return whether one number of two lines counts the pages, and the others are equal."""
    if len(edge.numbers) != len(other.numbers):
        return False
    differences = [after - before for before, after in zip(edge.numbers, other.numbers, strict=True)]
    return distance in differences and set(differences) <= {0, distance}


def _is_same(edge: _Edge, other: _Edge) -> bool:
    return edge.key == other.key and abs(edge.bottom - other.bottom) <= _TOLERANCE


def _is_page_number(edge: _Edge) -> bool:
    return edge.is_apart and _PAGE_OF.fullmatch(edge.text) is not None


_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def _value(number: str) -> int:
    """Return the value of a number in Arabic or Roman digits."""
    if number.isdecimal():
        return int(number[:9])
    values = [_ROMAN[digit] for digit in number[:12].lower()]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))
