"""Heads and feet that repeat from page to page."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corpus.documents import RemovedSpan

__all__ = ["running_lines"]

MIN_PAGES = 3
"""A line repeats on so many pages at least, and on at least half of them."""

EDGE_LINES = 2
"""So many lines at the top and at the bottom of a page may be running ones."""

MAX_CHARACTERS = 120

_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)


def running_lines(text: str, pages: Sequence[int]) -> list[RemovedSpan]:
    """Lines at the edges of pages that say the same, numbers aside, on at least half of the pages.

    Args:
        text: A canonical text.
        pages: Where each page begins, in code points.
    """
    if len(pages) < MIN_PAGES:
        return []
    edges = [list(_edges(text, start, end)) for start, end in pairwise([*pages, len(text)])]
    seen = Counter(key for page in edges for key in {(place, said) for place, said, _, _ in page})
    needed = max(MIN_PAGES, (len(pages) + 1) // 2)
    return [
        RemovedSpan(start, end, "running head or foot")
        for page in edges
        for place, said, start, end in sorted(page, key=lambda line: line[2])
        if seen[place, said] >= needed
    ]


def _edges(text: str, start: int, end: int) -> Iterator[tuple[str, str, int, int]]:
    """The first and the last lines of a page: which edge, what it says without numbers, and its span."""
    lines = []
    at = start
    for line in text[start:end].split("\n"):
        stripped = line.strip()
        if stripped:
            begin = at + line.index(stripped)
            lines.append((begin, begin + len(stripped)))
        at += len(line) + 1
    if len(lines) <= 2 * EDGE_LINES:
        return
    for place, edge in (("head", lines[:EDGE_LINES]), ("foot", lines[-EDGE_LINES:])):
        for begin, stop in edge:
            if stop - begin <= MAX_CHARACTERS:
                yield place, _NUMBER.sub("#", text[begin:stop]).casefold(), begin, stop
