"""Structure of a text: the spans that passages may use, and the paragraphs that are headings."""

import bisect
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corpus.documents import RemovedSpan, Section

HEADING_WORDS = 12
"""Most words of a heading without markup."""

PROSE_WORDS = 14
"""Fewest words of the paragraph below a heading without markup."""

TITLE_MARKUP = 12
"""Most characters of markup in a heading's line, beside its title."""

_MARKED = re.compile(r"#{1,6}[ \t]\S")
_UNDERLINE = re.compile(r"[ \t]*(?:=+|-+)[ \t]*")
_ITEM = re.compile(r"[-+•·|>]|\*\s|\d+[.)]\s")


def kept_spans(text: str, sections: Sequence[Section], removed: Sequence[RemovedSpan]) -> list[tuple[int, int]]:
    """Return the spans between removed spans and section boundaries.

    A section that is only a heading, directly above another one, joins the span of the next section.

    Returns:
        `(start, end)` in code points, in order. Spans of white space are left out.
    """
    titles = {section.start: section.title for section in sections}
    ends = [out.end for out in removed]
    spans: list[tuple[int, int]] = []
    lone = False
    for start, end in pairwise(sorted({0, len(text), *titles})):
        for first, last in _without(start, end, removed, bisect.bisect_right(ends, start)):
            if lone and spans[-1][1] == first:
                spans[-1] = (spans[-1][0], last)
            elif text[first:last].strip():
                spans.append((first, last))
            else:
                continue
            lone = first == start and start in titles and _is_lone(text[first:last], titles[start])
    return spans


def _without(start: int, end: int, removed: Sequence[RemovedSpan], at: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a span that are not removed; `at` is the index of the first removed span after its start."""
    while at < len(removed) and removed[at].start < end:
        if removed[at].start > start:
            yield start, removed[at].start
        start = removed[at].end
        at += 1
    if start < end:
        yield start, end


def _is_lone(section: str, title: str) -> bool:
    """Return whether a section is only a heading."""
    lines = section.strip().split("\n")
    if len(lines) == 2 and _UNDERLINE.fullmatch(lines[1]):
        lines.pop()
    line = " ".join(lines[0].split())
    marked = _MARKED.match(line) is not None
    return len(lines) == 1 and (marked or (title in line and len(line) <= len(title) + TITLE_MARKUP))


def is_heading(paragraph: str, below: str, *, opens_section: bool) -> bool:
    """Return whether a paragraph is the heading of the text below it.

    Args:
        paragraph: Verbatim.
        below: The paragraph after it.
        opens_section: Whether a section of the section map begins with it.
    """
    lines = paragraph.strip().split("\n")
    if len(lines) == 2 and _UNDERLINE.fullmatch(lines[1]):
        lines.pop()
    if len(lines) > 1 or not below.strip():
        return False
    line = lines[0]
    if opens_section or _MARKED.match(line):
        return True
    plain = line.strip("*_ \t")
    return (
        0 < len(line.split(maxsplit=HEADING_WORDS)) <= HEADING_WORDS
        and _ITEM.match(line) is None
        and plain[:1].isupper() | plain[:1].isdigit()
        and plain[-1:] not in ".,;:!?…。"
        and len(below.split(maxsplit=PROSE_WORDS)) >= PROSE_WORDS
    )
