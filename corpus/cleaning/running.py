"""Running heads and feet of pages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corpus.documents import RemovedSpan

RUNNING = "running head or foot"
"""The reason of the spans. Readers that know positions on a page find such lines too."""

MIN_PAGES = 3
"""Minimum pages with the same line; they must also be half of all."""

EDGE_LINES = 2
"""Lines at the top and at the bottom of a page that are compared."""

MAX_CHARACTERS = 120
"""Maximum length of a running line."""

_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)


def running_lines(text: str, pages: Sequence[int]) -> list[RemovedSpan]:
    """Return lines at the edges of pages that are the same, except for numbers, on at least half of the pages.

    Args:
        text: A canonical text.
        pages: Start of each page, in code points.
    """
    if len(pages) < MIN_PAGES:
        return []
    edges = [list(_edges(text, start, end)) for start, end in pairwise([*pages, len(text)])]
    seen = Counter(key for page in edges for key in {(edge, line) for edge, line, _, _ in page})
    needed = max(MIN_PAGES, (len(pages) + 1) // 2)
    return [
        RemovedSpan(start, end, RUNNING)
        for page in edges
        for edge, line, start, end in sorted(page, key=lambda found: found[2])
        if seen[edge, line] >= needed
    ]


def _edges(text: str, start: int, end: int) -> Iterator[tuple[str, str, int, int]]:
    """Yield the first and last lines of a page: the edge, the text without numbers, the span."""
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
