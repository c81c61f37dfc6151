"""How a text is laid out: what is left of its sections, and which of its paragraphs are headings."""

import bisect
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corpus.documents import RemovedSpan, Section

__all__ = ["is_heading", "kept_spans"]

HEADING_WORDS = 12
PROSE_WORDS = 14
"""A short line is a heading where a paragraph of at least so many words follows."""

TITLE_MARKUP = 12
"""A heading's line has so many characters of markup beside its title at most."""

_MARKED = re.compile(r"#{1,6}[ \t]\S")
_UNDERLINE = re.compile(r"[ \t]*(?:=+|-+)[ \t]*")
_ITEM = re.compile(r"[-+•·|>]|\*\s|\d+[.)]\s")


def kept_spans(text: str, sections: Sequence[Section], removed: Sequence[RemovedSpan]) -> list[tuple[int, int]]:
    """The spans between removed ones and the borders of sections.

    A section without text of its own, a heading directly above another one, belongs to the span of the next.

    Returns:
        `(start, end)` in code points, in order; none of white space alone.
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
    """What is left of a span; the first removed one that ends after its start has the index `at`."""
    while at < len(removed) and removed[at].start < end:
        if removed[at].start > start:
            yield start, removed[at].start
        start = removed[at].end
        at += 1
    if start < end:
        yield start, end


def _is_lone(section: str, title: str) -> bool:
    """Whether a section has nothing but its heading."""
    lines = section.strip().split("\n")
    if len(lines) == 2 and _UNDERLINE.fullmatch(lines[1]):
        lines.pop()
    line = " ".join(lines[0].split())
    marked = _MARKED.match(line) is not None
    return len(lines) == 1 and (marked or (title in line and len(line) <= len(title) + TITLE_MARKUP))


def is_heading(paragraph: str, below: str, *, opens_section: bool) -> bool:
    """Whether a paragraph is the heading of what follows it.

    Args:
        paragraph: As it stands in the text.
        below: The paragraph after it.
        opens_section: Whether the section map says that a section begins with it.
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
