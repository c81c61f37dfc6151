"""Segments of a passage: paragraphs of prose, and lines that stand for themselves."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

WRAPPED_WIDTH = 40
"""Fewest characters of the longest line of hard-wrapped prose; of fewer than four lines, `FEW_WRAPPED_WIDTH`."""

FEW_WRAPPED_WIDTH = 56

LONGEST_FIRST_WORD = 15
"""Characters of a line's first word that count. Scripts without spaces have one word in a line."""


class Role(IntEnum):
    """Role of a segment in its paragraph."""

    PROSE = 0
    LINE = 1
    """One of several lines without a mark."""
    LABELLED = 2
    """A line `label: value` among others."""
    ITEM = 3
    ROW = 4


@dataclass(frozen=True, slots=True)
class Segment:
    """Part of a passage within which only the ends of sentences are boundaries.

    Args:
        start: In code points, without outer white space.
        end: In code points, without outer white space.
        role: Role in its paragraph.
        paragraph: Number of its paragraph.
    """

    start: int
    end: int
    role: Role
    paragraph: int


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str
    indented: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)


UNDERLINE = re.compile(r"=+|-+")
_MARK = re.compile(r"(?:[-+*•·–—‣▪◦●○■□]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])[ \t]")
_LABEL = re.compile(r"(?:[*_]{0,3}[^\s:|][^:|\n]{0,40}:[*_]{0,3}[ \t]|[^\s：|][^：|\n]{0,20}：)\S")
_COLUMNS = re.compile(r"\t| {3,}|(?<=\S) \|(?= |$)")


def segments(text: str) -> list[Segment]:
    """Return the segments of a passage, in order.

    A row of a table, an item of a list, a line `label: value` and a line of verse are segments of their own. Lines of
    hard-wrapped prose are one segment.
    """
    found: list[Segment] = []
    for number, lines in enumerate(_paragraphs(text)):
        if len(lines) == 1:
            [line] = lines
            row = line.text.startswith("|") and line.text.count("|") > 1
            role = Role.ROW if row else Role.ITEM if _MARK.match(line.text) else Role.PROSE
            found.append(Segment(line.start, line.end, role, number))
        else:
            roles = _roles(lines)
            starts = [at for at, role in enumerate(roles) if role is not None]
            for first, after in pairwise([*starts, len(lines)]):
                start, end = lines[first].start, lines[after - 1].end
                found.append(Segment(start, end, roles[first] or Role.PROSE, number))
    return found


def _paragraphs(text: str) -> Iterator[list[_Line]]:
    paragraph: list[_Line] = []
    at = 0
    for line in text.split("\n"):
        stripped = line.strip()
        is_underline = UNDERLINE.fullmatch(stripped) is not None
        if paragraph and (is_underline or not stripped):
            yield paragraph
            paragraph = []
        if stripped:
            lead = line.index(stripped[0])
            paragraph.append(_Line(at + lead, stripped, lead > 0))
        if is_underline:
            yield paragraph
            paragraph = []
        at += len(line) + 1
    if paragraph:
        yield paragraph


def _roles(lines: Sequence[_Line]) -> list[Role | None]:
    """Return the role of each line of a paragraph, and None for lines that continue the line above."""
    rows = [_COLUMNS.search(line.text) is not None for line in lines]
    if sum(rows) > 1 or lines[0].text.startswith("|"):
        first = rows.index(True) if any(rows) else 0
        return [Role.ROW if at >= first else Role.LINE for at in range(len(lines))]
    if any(_MARK.match(line.text) for line in lines):
        return list(_list_roles(lines))
    labels = [_LABEL.match(line.text) is not None for line in lines]
    if sum(labels) > 1 and 2 * sum(labels) >= len(lines):
        return [Role.LABELLED if label or not at else _continued(lines, at) for at, label in enumerate(labels)]
    if len(lines) > 2 and not _goes_on(lines[0], lines[1]) and _is_first_short(lines) and _is_wrapped(lines[1:]):
        return [Role.LINE, Role.PROSE, *[None] * (len(lines) - 2)]
    if _is_wrapped(lines):
        return [Role.PROSE, *[None] * (len(lines) - 1)]
    return [Role.LINE, *(_continued(lines, at) for at in range(1, len(lines)))]


def _list_roles(lines: Sequence[_Line]) -> Iterator[Role | None]:
    above: list[_Line] = []
    for at, line in enumerate(lines):
        if _MARK.match(line.text):
            yield Role.ITEM
            above.append(line)
        elif above or (at and not lines[at - 1].text.endswith((":", "：")) and _goes_on(lines[at - 1], line)):
            yield None
        else:
            yield Role.LINE


def _continued(lines: Sequence[_Line], at: int) -> Role | None:
    return None if _goes_on(lines[at - 1], lines[at]) else Role.LINE


def _goes_on(above: _Line, line: _Line) -> bool:
    """Return whether a line continues the one above, outside of text that is wrapped at one width."""
    first = line.text.lstrip("*_\"'“‘(>[ ")[:1]
    inside = len(above.text) >= WRAPPED_WIDTH and above.text[-1] not in ".!?:;。"
    return line.indented or (inside and (first.islower() or first.isdigit()))


def _is_first_short(lines: Sequence[_Line]) -> bool:
    """Return whether the first line ends early, as a heading above wrapped prose does."""
    first, rest = lines[0].text, lines[1:]
    return not rest[0].text[:1].islower() and len(first) + LONGEST_FIRST_WORD < max(len(line.text) for line in rest)


def _is_wrapped(lines: Sequence[_Line]) -> bool:
    """Return whether each line is as long as it can be: the next line's first word would make it the longest.

    The first line of a passage may begin inside a line of the document.
    """
    width = max(len(line.text) for line in lines)
    few = len(lines) < 4
    if width < (FEW_WRAPPED_WIDTH if few else WRAPPED_WIDTH):
        return False
    short = sum(
        len(above.text) + 1 + min(len(line.text.split(maxsplit=1)[0]), LONGEST_FIRST_WORD) <= width
        for above, line in pairwise(lines)
    )
    return short <= (0 if few else len(lines) // 4)
