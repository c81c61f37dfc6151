"""The pages of a PDF as one text: what stands beside what, and what goes on over a page end."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from corpus.documents import Content, TextBuilder
from corpus.readers.pdf.annotations import Annotations
from corpus.readers.pdf.hyphens import Hyphens
from corpus.readers.pdf.layout import Line, line_of, lines_of, rows_of, space_between
from corpus.readers.pdf.margins import Margins
from corpus.readers.pdf.paragraphs import Paragraph, goes_on, paragraphs_of
from corpus.readers.pdf.runs import PARTED, Run

_RUNNING = "running head or foot"

_NOTE = 0.93
"""Height of a note's letters, relative to those of the text above it, up to which it is a note."""

_NEAR = 100
"""Maximum runs beside or above a form field that are looked at."""

_SHOWN = 0.4
"""Share of a page's characters that its box shows, if the box is right."""

_Box = tuple[float, float, float, float]


@dataclass(slots=True)
class ReadPage:
    """A page as it was read.

    Args:
        rows: Runs that stand beside each other, of the text in the page's main direction.
        lines: The rows as lines.
        bottom, top: Those of the page in that direction, in points.
        others: Lines in other directions.
        texts: Form values without a label, and comments.
    """

    rows: list[list[Run]]
    lines: list[Line]
    bottom: float
    top: float
    others: list[list[Line]]
    texts: list[str]


@dataclass(slots=True)
class LaidPage:
    """A page as paragraphs.

    Args:
        paragraphs: Its paragraphs, in reading order.
        heads, feet: Running heads and feet.
        others: Text in other directions, form values without a label, comments.
        last: Index of the last paragraph above the notes, which may go on on the next page.
    """

    paragraphs: list[Paragraph]
    heads: list[str] = field(default_factory=list)
    feet: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    last: int = 0


def read_page(runs: Sequence[Run], annotations: Annotations, box: _Box) -> ReadPage:
    """Return a page as rows.

    Args:
        runs: Its runs, in the order of the file.
        annotations: Words of its annotations.
        box: Left, bottom, right and top of the page.
    """
    directions: dict[int, list[Run]] = {}
    for run in _shown(runs, box):
        directions.setdefault(run.turned, []).append(run)
    ordered = sorted(directions, key=lambda each: -sum(len(run.text) for run in directions[each]))
    main = ordered[0] if ordered else 0
    rows = rows_of(directions.get(main, []))
    labels = _Labels([] if main else rows)
    texts = [text for text, field_box in annotations.values if not labels.take(text, field_box)]
    texts += [text for text, _ in annotations.texts]
    left, bottom, right, top = box
    ends = {90: (left, right), 180: (-top, -bottom), 270: (-right, -left)}.get(main, (bottom, top))
    others = [[line_of(row) for row in rows_of(directions[other])] for other in ordered[1:]]
    return ReadPage(rows, [line_of(row) for row in rows], *ends, others, texts)


def _shown(runs: Sequence[Run], box: _Box) -> Sequence[Run]:
    """Return the runs that the page shows; all of them if these are few, because then its box is wrong.

    Halves of a spread are pages that draw both, and show one.
    """
    shown = [run for run in runs if _is_in(run, box)]
    characters = sum(len(run.text) for run in shown)
    return shown if characters >= _SHOWN * sum(len(run.text) for run in runs) else runs


def _is_in(run: Run, box: _Box) -> bool:
    x, y = (run.left + run.right) / 2, (run.bottom + run.top) / 2
    if run.turned in (90, 270):
        x, y = (y, -x) if run.turned == 90 else (-y, x)
    elif run.turned == 180:
        x, y = -x, -y
    left, bottom, right, top = box
    return left - 1 <= x <= right + 1 and bottom - 1 <= y <= top + 1


def laid_page(page: ReadPage, margins: Margins) -> LaidPage:
    """Return a page as paragraphs, with its running head and foot apart."""
    running = {*margins.heads, *margins.feet}
    rows = [row for at, row in enumerate(page.rows) if at not in running]
    paragraphs = list(paragraphs_of(list(lines_of(rows))))
    others = [paragraph.text for lines in page.others for paragraph in paragraphs_of(lines)]
    return LaidPage(
        paragraphs,
        [page.lines[at].text for at in margins.heads],
        [page.lines[at].text for at in margins.feet],
        [*others, *page.texts],
        _last_above_notes(paragraphs),
    )


def joined_pages(pages: Sequence[LaidPage]) -> Content:
    """Return the text of all pages.

    A paragraph that goes on on the next page stays whole. What stands between its parts is put before it, or after it:
    notes and feet before, heads after.
    """
    hyphens = Hyphens(paragraph.text for page in pages for paragraph in page.paragraphs)
    builder = TextBuilder()
    waiting: list[LaidPage] = []
    open_paragraph: Paragraph | None = None
    for page, after in zip(pages, chain(pages[1:], [None]), strict=True):
        paragraphs = list(page.paragraphs)
        first = paragraphs[0] if paragraphs else None
        last = paragraphs[page.last] if paragraphs else None
        following = after.paragraphs[0] if after is not None and after.paragraphs else None
        is_open = last is not None and following is not None and goes_on(last, following)
        if open_paragraph is not None and first is not None:
            is_inside = is_open and first is last
            _continue(builder, hyphens, open_paragraph, first.text.removesuffix(PARTED) if is_inside else first.text)
            if is_inside:
                waiting.append(LaidPage(paragraphs[1:], page.heads, page.feet, page.others))
                open_paragraph = last
                continue
            paragraphs = paragraphs[1:]
            for each in waiting:
                _add(builder, hyphens, each)
            waiting = []
        else:
            builder.page()
        if is_open:
            paragraphs = [paragraph for paragraph in paragraphs if paragraph is not last]
        _add(builder, hyphens, LaidPage(paragraphs, page.heads, page.feet, page.others))
        if is_open and last is not None:
            builder.paragraph(hyphens.resolved(last.text.removesuffix(PARTED)))
        open_paragraph = last if is_open else None
    return builder.content()


def _add(builder: TextBuilder, hyphens: Hyphens, page: LaidPage) -> None:
    for head in page.heads:
        builder.removed(hyphens.resolved(head), _RUNNING)
    for paragraph in page.paragraphs:
        builder.paragraph(hyphens.resolved(paragraph.text))
    for foot in page.feet:
        builder.removed(hyphens.resolved(foot), _RUNNING)
    for text in page.others:
        builder.paragraph(hyphens.resolved(text))


def _continue(builder: TextBuilder, hyphens: Hyphens, paragraph: Paragraph, rest: str) -> None:
    between = space_between(paragraph.text, rest)
    if paragraph.text.endswith(PARTED):
        between = hyphens.between(paragraph.text, rest)
    builder.continued(hyphens.resolved(rest), between)


def _last_above_notes(paragraphs: Sequence[Paragraph]) -> int:
    """Return the index of the last paragraph whose letters are not smaller than those of the page."""
    if not paragraphs:
        return 0
    heights: dict[float, int] = {}
    for paragraph in paragraphs:
        height = round(paragraph.first.height, 1)
        heights[height] = heights.get(height, 0) + len(paragraph.text)
    usual = max(heights, key=lambda height: (heights[height], height))
    last = len(paragraphs) - 1
    while last > 0 and paragraphs[last].first.height < _NOTE * usual:
        last -= 1
    return last


class _Labels:
    """Finds the words to the left of a form field, or else those above it."""

    def __init__(self, rows: Sequence[list[Run]]) -> None:
        self._runs = sorted((run for row in rows for run in row), key=_middle)
        self._middles = [_middle(run) for run in self._runs]

    def take(self, text: str, box: _Box) -> bool:
        """Put a field's value behind its label. Return whether it has one."""
        left, bottom, right, top = box
        start, end = bisect_left(self._middles, bottom), bisect_right(self._middles, top)
        row = [run for run in self._runs[start : min(end, start + _NEAR)] if run.right <= left + run.height]
        label = max(row, key=lambda run: run.right, default=None)
        if label is None:
            above = self._runs[end : end + _NEAR]
            label = next(
                (run for run in above if run.bottom <= top + run.height and run.left < right and run.right > left), None
            )
        if label is None:
            return False
        label.text = f"{label.text} {' '.join(text.split())}"
        label.right = max(label.right, right)
        label.has_value = True
        return True


def _middle(run: Run) -> float:
    return (run.bottom + run.top) / 2
