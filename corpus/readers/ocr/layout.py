"""Reading order of the words on a recognised page: columns, rows of tables, paragraphs."""

import bisect
import re
import statistics
from collections.abc import Container, Iterator, Sequence
from itertools import pairwise

from corpus.readers.ocr.engine import Words

CELLS = " | "
"""Separates the cells of a row."""

_GUTTER = 0.3
"""Minimum space between columns, relative to the height of the lines."""

_NEAR = 3.0
"""Distance to the lines above, relative to the height, up to which columns go on."""

_PROSE = 20
"""Minimum median length, in characters, of the lines of a column. Cells of tables are shorter."""

_GAP = 1.35
"""Distance to the previous row, relative to the median, above which a row begins a paragraph."""

_FULL = 0.85
"""Share of the width at which a row continues in the next one, if it has `_LONG` characters."""

_LONG = 30

_COMPOUND = re.compile(r"(?<![^\W\d_])[^\W\d_]++-[^\W\d_]+")
_DIVIDED = re.compile(r"([^\W\d_]{1,40})[-\u2010]$")
_WORD = re.compile(r"[^\W\d_]+")
_ENDED = re.compile(r"[.!?:…][\"'”’»)\]]*$")

_Row = list[Words]


def paragraphs_of(words: Sequence[Words]) -> list[str]:
    """Return the paragraphs of a page. Columns are read one after the other, a table row by row, sideways words last.

    Lines of a paragraph are joined by a space, or by a line end where the line before it is not full.
    """
    upright = [each for each in words if not each.is_sideways]
    sideways = sorted((each for each in words if each.is_sideways), key=lambda each: -each.bottom)
    compounds = {match.lower() for each in words for match in _COMPOUND.findall(each.text)}
    height = statistics.median([each.bottom - each.top for each in upright] or [0])
    paragraphs: list[str] = []
    for block in _blocks(sorted(upright, key=lambda each: each.top), height):
        for paragraph in _paragraphs(_rows(block), compounds):
            if paragraphs and _goes_on(paragraphs[-1], paragraph):
                paragraphs[-1] = _joined(paragraphs[-1], paragraph, " ", compounds)
            else:
                paragraphs.append(paragraph)
    return [*paragraphs, *([" ".join(each.text for each in sideways)] if sideways else [])]


def _blocks(words: list[Words], height: float) -> Iterator[list[Words]]:
    """Yield the columns, and what stands between them, in reading order.

    Args:
        words: By their top.
        height: Median height of a line.
    """
    start = 0
    plain: list[Words] = []
    while start < len(words):
        end, edges = _band(words, start, height)
        parts: list[list[Words]] = [[] for _ in range(len(edges) + 1)]
        for each in words[start:end]:
            parts[bisect.bisect_right(edges, each.left)].append(each)
        columns = _columns(parts)
        if len(columns) > 1:
            if plain:
                yield plain
            plain = []
            yield from columns
        else:
            plain += words[start:end]
        start = end
    if plain:
        yield plain


def _band(words: Sequence[Words], start: int, height: float) -> tuple[int, list[float]]:
    """Return the end of the lines from `start` on that leave the same space between columns.

    Also return the left edges of all columns but the first.
    """
    columns: list[tuple[float, float]] = []
    bottom = words[start].bottom
    gap = _GUTTER * height
    end = start
    while end < len(words) and words[end].top - bottom <= _NEAR * height:
        each = words[end]
        first = bisect.bisect_right(columns, each.left - gap, key=lambda column: column[1])
        last = bisect.bisect_left(columns, each.right + gap, key=lambda column: column[0])
        count = len(columns) - max(0, last - first) + 1
        is_below = each.top > (words[start].top + words[start].bottom) / 2
        if (len(columns) == 1 and is_below) or (len(columns) > 1 and count == 1):
            break
        merged = [(each.left, each.right), *columns[first:last]]
        columns[first:last] = [(min(left for left, _ in merged), max(right for _, right in merged))]
        bottom = max(bottom, each.bottom)
        end += 1
    return max(end, start + 1), [left for left, _ in columns[1:]]


def _columns(parts: Sequence[list[Words]]) -> list[list[Words]]:
    """Return the columns of prose. What is none, such as numbers in the margin, belongs to the column beside it."""
    columns: list[list[Words]] = []
    beside: list[Words] = []
    for part in parts:
        if _is_prose(part):
            columns.append(beside + part)
            beside = []
        else:
            beside += part
    if columns:
        columns[-1] += beside
    return columns


def _is_prose(column: Sequence[Words]) -> bool:
    return len(column) > 1 and statistics.median(len(each.text) for each in column) >= _PROSE


def _rows(words: Sequence[Words]) -> list[_Row]:
    """Return the words in rows, from left to right. Words whose middle is beside those of a row belong to it."""
    rows: list[_Row] = []
    for each in sorted(words, key=lambda each: each.top + each.bottom):
        first = rows[-1][0] if rows else None
        if first is not None and (each.top + each.bottom) / 2 <= first.top + 0.75 * (first.bottom - first.top):
            rows[-1].append(each)
        else:
            rows.append([each])
    return [sorted(row, key=lambda each: each.left) for row in rows]


def _paragraphs(rows: Sequence[_Row], compounds: Container[str]) -> Iterator[str]:
    middles = [statistics.fmean((each.top + each.bottom) / 2 for each in row) for row in rows]
    drops = [below - above for above, below in pairwise(middles)]
    usual = statistics.median_low(drops or [0])
    left, right = min(row[0].left for row in rows), max(row[-1].right for row in rows)
    is_table = sum(map(_has_cells, rows)) > 1
    texts = [(CELLS if is_table and _has_cells(row) else " ").join(each.text for each in row) for row in rows]
    paragraph = texts[0]
    for at, row in enumerate(rows[1:], start=1):
        above, text = rows[at - 1], texts[at]
        if drops[at - 1] > _GAP * usual:
            yield paragraph
            paragraph = text
            continue
        is_full = above[-1].right - left >= _FULL * (right - left)
        is_broken = CELLS in texts[at - 1] or CELLS in text
        continues = not is_broken and len(texts[at - 1]) >= _LONG and (is_full or row[0].text[:1].islower())
        paragraph = _joined(paragraph, text, " " if continues else "\n", compounds)
    yield paragraph


def _has_cells(row: _Row) -> bool:
    return any(after.left - each.right > 1.5 * (each.bottom - each.top) for each, after in pairwise(row))


def _goes_on(text: str, after: str) -> bool:
    """Return whether the last paragraph of a column goes on at the top of the next one."""
    is_prose = len(text) >= _LONG and CELLS not in text + after
    return is_prose and after[:1].islower() and not _ENDED.search(text[-10:])


def _joined(text: str, after: str, between: str, compounds: Container[str]) -> str:
    """Return two lines as one text. A word that was divided at the line end is put together.

    Its hyphen is kept if the word has one elsewhere on the page.
    """
    divided = _DIVIDED.search(text[-40:])
    if divided is None or not after[:1].islower():
        return text + between + after
    rest = _WORD.match(after)
    is_compound = rest is not None and f"{divided[1]}-{rest[0]}".lower() in compounds
    return (text if is_compound else text[:-1]) + after
