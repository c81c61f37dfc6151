"""Paragraphs of a PDF page, from the positions of its lines, and across pages."""

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.readers.pdf.layout import Line, first_word_width, space_between
from corpus.readers.pdf.runs import PARTED

_GAP = 1.35
"""Distance to the previous line, relative to the median, above which a line begins a paragraph."""

_WIDE_GAP = 2.2
"""The same relative to the line's height, for pages with few lines."""

_LINES_OF_A_HEIGHT = 4
"""Lines from which the distance of lines of one height is measured."""

_OTHER_SIZE = 0.12
"""Difference in height, relative to the larger, with which a line begins a paragraph."""

_INDENT = 0.6
"""Indent of a first line, relative to its height."""

_LONG_LINE = 30
"""Characters from which a line that fills its column continues in the next one. Lines of title pages have fewer."""

_JUSTIFIED = 3
"""Lines from which a block of shorter lines is prose if they, and at least half of its lines, end at the same edge."""

_EDGE = 1.0
"""Difference of such edges, in points."""

_FULL = 0.5
"""Share of the lines of a block that fill it, from which it is prose. Of lists and verse, only the longest lines do."""

_UNFILLED = 0.2
"""Share of the block's width that a line leaves free at most if its sentence goes on in lower case in the next one."""

_ENDED = re.compile(r"[.!?:…。！？؟।][\"'”’»)\]⁰¹²³⁴-⁹]*$")
"""End of a sentence, or of the introduction of a list."""

_BULLET = re.compile(r"(?:[•‣▪●○◦·*–—-]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s")
"""Beginning of an item of a list."""


@dataclass(slots=True)
class Paragraph:
    """Lines that were joined.

    Args:
        text: The words; line ends that the layout means are kept.
        first, last: Its first and last line.
        count: Number of its lines.
        is_open: Whether its last line fills the column.
    """

    text: str
    first: Line
    last: Line
    count: int
    is_open: bool = False


def paragraphs_of(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """Yield the paragraphs of a page. What a column leaves open is joined to the next column."""
    parts: list[Paragraph] = []
    for paragraph in _by_gaps(lines):
        if parts and not (_is_jump(parts[-1].last, paragraph.first) and goes_on(parts[-1], paragraph)):
            yield _whole(parts)
            parts = []
        parts.append(paragraph)
    if parts:
        yield _whole(parts)


def _whole(parts: Sequence[Paragraph]) -> Paragraph:
    """Return the parts of a paragraph as one."""
    if len(parts) == 1:
        return parts[0]
    texts = [parts[0].text]
    for part, after in pairwise(parts):
        texts += [space_between(part.text, after.text), after.text]
    last = parts[-1]
    return Paragraph("".join(texts), parts[0].first, last.last, sum(part.count for part in parts), last.is_open)


def goes_on(paragraph: Paragraph, after: Paragraph) -> bool:
    """Return whether a paragraph at the end of a column or page goes on in the first one of the next."""
    text, following = paragraph.text, after.text
    last, first = paragraph.last, after.first
    if last.is_row or first.is_row or not _same_size(last, first) or _BULLET.match(following):
        return False
    if text.endswith(PARTED):
        return following[:1].isalnum()
    if _ENDED.search(text[-10:]):
        return False
    if following[:1].islower():
        return len(last.text) >= _LONG_LINE or text[-1:] in ",;" or paragraph.count > 1
    is_prose = after.count > 1 and len(following) >= 2 * _LONG_LINE
    return paragraph.is_open and is_prose and following[:1].isalnum() and (text[-1:].isalnum() or text[-1:] == ",")


def _is_jump(line: Line, after: Line) -> bool:
    return after.begins_block or after.bottom > line.bottom


def _same_size(line: Line, after: Line) -> bool:
    return abs(line.height - after.height) <= _OTHER_SIZE * max(line.height, after.height)


def _by_gaps(lines: Sequence[Line]) -> Iterator[Paragraph]:
    drops = [above.bottom - below.bottom for above, below in pairwise(lines)]
    usual = _usual_drops(lines, drops)
    block: list[Line] = []
    for at, line in enumerate(lines):
        if block:
            limit = min(usual[round(line.height)] * _GAP, line.height * _WIDE_GAP)
            is_next = 0 <= drops[at - 1] <= (line.height * _WIDE_GAP if line.is_row else limit)
            if not is_next or line.begins_block or line.is_row != block[-1].is_row or not _same_size(block[-1], line):
                yield from _by_indents(block)
                block = []
        block.append(line)
    if block:
        yield from _by_indents(block)


def _usual_drops(lines: Sequence[Line], drops: Sequence[float]) -> dict[int, float]:
    """Return the usual distance to the line above for each height of lines, in points: that of the page or more."""
    found: dict[int, list[float]] = {round(line.height): [] for line in lines}
    for line, drop in zip(lines[1:], drops, strict=True):
        if drop > 0:
            found[round(line.height)].append(drop)
    of_page = statistics.median_low([drop for drop in drops if drop > 0] or [0])
    return {
        height: max(statistics.median_low(each), of_page) if len(each) >= _LINES_OF_A_HEIGHT else max(of_page, height)
        for height, each in found.items()
    }


def _by_indents(block: Sequence[Line]) -> Iterator[Paragraph]:
    """Yield a block's paragraphs, which may begin with an indent only."""
    if block[0].is_row:
        yield Paragraph("\n".join(line.text for line in block), block[0], block[-1], len(block))
        return
    right = max(line.right for line in block)
    fits = [line.right + first_word_width(after) <= right for line, after in pairwise(block)]
    full = right - _UNFILLED * (right - min(line.left for line in block))
    is_prose = len(block) > 1 and fits.count(False) >= _FULL * len(fits)
    left = statistics.mode([round(line.left) for line in block])
    edged = [right - line.right <= _EDGE and line.text.count(" ") > 1 for line in block]
    is_justified = edged.count(True) >= max(_JUSTIFIED, len(block) / 2)
    texts, first = [block[0].text], 0
    for at, line in enumerate(block[1:], start=1):
        above = block[at - 1]
        is_long = len(above.text) >= _LONG_LINE or (is_justified and edged[at - 1])
        is_full = _continues(
            above, line, is_prose=is_prose, is_long=is_long, fits=fits[at - 1], fills=above.right >= full
        )
        is_indented = _INDENT * line.height < line.left - left < 4 * line.height and abs(above.left - left) < 2
        if is_indented and is_prose and len(block) > 2 and (not is_full or _ENDED.search(above.text[-10:])):
            yield Paragraph("".join(texts), block[first], above, at - first, is_full)
            texts, first = [line.text], at
        else:
            texts += [space_between(above.text, line.text) if is_full else "\n", line.text]
    last = block[-1]
    is_full = len(last.text) >= _LONG_LINE and last.right >= right - 3 * last.height
    yield Paragraph("".join(texts), block[first], last, len(block) - first, is_full)


def _continues(line: Line, after: Line, *, is_prose: bool, is_long: bool, fits: bool, fills: bool) -> bool:
    if _BULLET.match(after.text):
        return False
    if line.text.endswith(PARTED):
        return after.text[:1].isalnum()
    if after.text[:1].islower() and not _ENDED.search(line.text[-10:]):
        return is_prose or (is_long and fills)
    return not fits and is_prose and is_long
