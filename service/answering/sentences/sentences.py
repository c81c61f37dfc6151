"""Sentences of a passage: what can be shown as its answer, with the kind of each and what heads it."""

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.passages import is_heading
from corpus.text import sentence_spans
from service.answering.answer import Span
from service.answering.sentences.kinds import (
    SHORT_WORDS,
    Kind,
    announces_text,
    ends_with_colon,
    is_caption,
    is_caption_number,
    is_question,
    is_short_line,
    kind_of_line,
    may_be_name,
    says_nothing,
)
from service.answering.sentences.segments import UNDERLINE, Role, Segment, segments
from service.answering.sentences.turns import SpokenTurn, turn_at

LONGEST_ITEM = 200
"""Characters of a list item that is not divided into sentences."""

TITLE_MARKUP = 12
"""Most characters of markup in a heading's line, beside its title."""

LONG_TITLE = 20
"""Fewest characters of a title that is known behind the words of a menu."""

LONGEST_MENU = 40
"""Most characters of a menu's words before a title."""

LONGEST_MARK = 8
"""Most characters of an item's mark."""

LABEL_WORDS = 5
"""Most words of a line that heads a short text, as a term heads its definition."""

LONGEST_MEMBER = 120
"""Characters of the longest member of a list that is compared with the others word by word."""

SHORT_ITEM = 80
"""Most characters of a paragraph that continues a list whose items are paragraphs without marks."""

OPENERS = (Kind.TABLE_HEADER, Kind.LEAD_IN, Kind.QUESTION)
"""Kinds of lines that head what follows directly, below a heading."""

LOOKED_AT = 500
"""Characters below a line that are looked at to find whether it heads them."""

CLOSING_MARKS = "*_\"'”’»)]"


@dataclass(frozen=True, slots=True)
class Passage:
    """Passage, and what its document says about it.

    Args:
        text: Verbatim.
        title: Title of the document.
        language: BCP 47 tag of the document; English if None.
        headings: Start in the text and title of each section that begins in the passage, in order.
        turns: Turns of a conversation that overlap the passage, in order, relative to its text. The first may begin
            before it, the last may end after it.
    """

    text: str
    title: str = ""
    language: str | None = None
    headings: tuple[tuple[int, str], ...] = ()
    turns: tuple[SpokenTurn, ...] = ()

    def turn_at(self, at: int) -> SpokenTurn | None:
        """Return the turn that is spoken at a position; None if it is in none."""
        return turn_at(self.turns, at)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Sentence, table row, list item or other part of a passage that can be shown by itself.

    Args:
        span: In the passage's text, without outer white space.
        kind: Kind of sentence.
        head: Index of the sentence that heads it: a heading, a table's header, a lead-in, a question. Its own index if
            there is none.
        group: Number of the table or list that it belongs to, None for prose.
        segment: Number of the stretch of running text that it belongs to, such as a paragraph or an item.
    """

    span: Span
    kind: Kind
    head: int
    group: int | None
    segment: int = 0


def split_sentences(passage: Passage) -> list[Sentence]:
    """Return the sentences of a passage, in order. They do not overlap."""
    text = passage.text
    parts = segments(text)
    kinds = _kinds(passage, parts)
    ends = {end for _, end in sentence_spans(text, passage.language or "en")}
    boundaries = sorted(ends.union(turn.start for turn in passage.turns if turn.start > 0))
    builder = _Builder()
    for at, (segment, kind) in enumerate(zip(parts, kinds, strict=True)):
        below = parts[at + 1] if at + 1 < len(parts) else None
        for span in _spans(passage, segment, kind, boundaries):
            sentence = text[span.start : span.end]
            announces = span.end == segment.end and below is not None and _announces(sentence, below)
            found = _in_turn(passage, span, kind or _kind(sentence, segment.role, announces=announces))
            builder.add(segment, at, span, found, is_listed=_is_listed(sentence, segment))
    return builder.sentences


def _in_turn(passage: Passage, span: Span, kind: Kind) -> Kind:
    """Return the kind of a sentence in a conversation."""
    turn = passage.turn_at(span.start)
    if turn is None:
        return kind
    if span.end <= turn.words:
        return Kind.SPEAKER
    return Kind.QUESTION if turn.asks and kind.answers else kind


def _spans(passage: Passage, segment: Segment, kind: Kind | None, boundaries: Sequence[int]) -> list[Span]:
    """Return the sentences of a segment; rows, short items and segments of a known kind are one."""
    start, end = segment.start, segment.end
    if kind is not None or segment.role is Role.ROW:
        return [Span(start, end)]
    if segment.role is Role.ITEM:
        if end - start <= LONGEST_ITEM:
            return [Span(start, end)]
        # sentencex does not divide the items of a list
        mark = passage.text.index(" ", start) + 1 if " " in passage.text[start : start + LONGEST_MARK] else start
        inner = sentence_spans(passage.text[mark:end], passage.language or "en")
        return _divided(passage.text, start, end, [mark + at for _, at in inner])
    inside = boundaries[bisect.bisect_right(boundaries, start) : bisect.bisect_left(boundaries, end)]
    return _divided(passage.text, start, end, inside)


def _divided(text: str, start: int, end: int, boundaries: Sequence[int]) -> list[Span]:
    """Divide a segment at boundaries. Marks that close a sentence stay with it."""
    spans: list[Span] = []
    for boundary in (*boundaries, end):
        at = _after_closing_marks(text, boundary, end)
        part = text[start:at]
        if part.strip():
            spans.append(Span(start + len(part) - len(part.lstrip()), start + len(part.rstrip())))
        start = max(start, at)
    return spans


def _after_closing_marks(text: str, boundary: int, end: int) -> int:
    """Return a boundary moved behind marks that close the sentence before it, which white space follows."""
    at = boundary
    while at < end and text[at] in CLOSING_MARKS:
        at += 1
    closes = not text[boundary - 1].isspace() and (at == end or text[at].isspace())
    return at if closes else boundary


def _announces(sentence: str, below: Segment) -> bool:
    """Return whether a sentence before a segment is the lead-in of a list, or the label of a value."""
    if not ends_with_colon(sentence):
        return False
    return below.role is not Role.PROSE or len(sentence.split(maxsplit=SHORT_WORDS)) <= SHORT_WORDS


def _is_listed(sentence: str, segment: Segment) -> bool:
    """Return whether a sentence is one of a table or list whose members can be told apart by their words."""
    if segment.role is Role.ROW:
        return True
    sentence_of_prose = segment.role is Role.LINE and sentence[-1] in ".!?;…。"
    return segment.role is not Role.PROSE and not sentence_of_prose and len(sentence) <= LONGEST_MEMBER


def _kind(sentence: str, role: Role, *, announces: bool) -> Kind:
    if says_nothing(sentence):
        return Kind.RULE
    if is_question(sentence):
        return Kind.QUESTION
    if is_caption_number(sentence):
        return Kind.CAPTION_NUMBER
    if announces:
        return Kind.LEAD_IN
    if announces_text(sentence):
        return Kind.POINTER
    return Kind.ROW if role is Role.ROW else Kind.STATEMENT if role in (Role.PROSE, Role.LINE) else Kind.ITEM


def _kinds(passage: Passage, parts: Sequence[Segment]) -> list[Kind | None]:
    """Return the kinds of the segments that are one sentence; None for others."""
    texts = [passage.text[part.start : part.end] for part in parts]
    labelled = {part.paragraph for part in parts if part.role is Role.LABELLED}
    alone = [_alone(parts, at) for at in range(len(parts))]
    kinds: list[Kind | None] = []
    for at, (part, line) in enumerate(zip(parts, texts, strict=True)):
        if part.role is Role.ROW:
            kinds.append(_row_kind(parts, texts, at))
        elif _opens_section(passage, part, line):
            kinds.append(Kind.HEADING)
        else:
            kinds.append(kind_of_line(line, alone=alone[at], beside_labels=part.paragraph in labelled))
    for at, line in enumerate(texts):
        if kinds[at] is None and alone[at] and Kind.DATE in kinds[max(0, at - 1) : at + 2] and may_be_name(line):
            kinds[at] = Kind.BYLINE
    return [kind or _heading(passage.text, parts, texts, at) for at, kind in enumerate(kinds)]


def _alone(parts: Sequence[Segment], at: int) -> bool:
    number = parts[at].paragraph
    before = at > 0 and parts[at - 1].paragraph == number
    return not before and not (at + 1 < len(parts) and parts[at + 1].paragraph == number)


def _opens_section(passage: Passage, part: Segment, line: str) -> bool:
    """Return whether a segment is the heading of a section, or repeats the title of the document."""
    at = bisect.bisect_left(passage.headings, (part.start,))
    if at < len(passage.headings) and passage.headings[at][0] < part.end:
        title = passage.headings[at][1]
        if title in line and len(line) <= len(title) + TITLE_MARKUP:
            return True
    plain, title = line.strip("#*_= \t\n").casefold(), passage.title.strip().casefold()
    if not plain or plain[-1] in ".!…。":
        return False
    after_menu = len(title) >= LONG_TITLE and plain.endswith(title) and len(plain) <= len(title) + LONGEST_MENU
    return plain == title or after_menu


def _row_kind(parts: Sequence[Segment], texts: Sequence[str], at: int) -> Kind | None:
    """Return the kind of a row that is no answer: a rule or a table's header."""
    if says_nothing(texts[at]):
        return Kind.RULE
    number = parts[at].paragraph
    if at and parts[at - 1].paragraph == number and parts[at - 1].role is Role.ROW:
        return None
    rows = [texts[n] for n in itertools.takewhile(lambda n: parts[n].paragraph == number, range(at, len(parts)))]
    return Kind.TABLE_HEADER if _is_header(rows) else None


def _is_header(rows: Sequence[str]) -> bool:
    """Return whether the first row of a table is its header.

    It is if a rule follows; if it has no figure but a year, and the rows below have one; or if it has three columns or
    more without a figure.
    """
    if len(rows) < 2:
        return False
    if says_nothing(rows[1]):
        return len(rows) > 2
    cells = _cells(rows[0])
    if any(_has_figure(cell) for cell in cells) or len(cells) < 2:
        return False
    below = [_cells(row) for row in rows[1:]]
    if all(any(_has_figure(cell) for cell in row) for row in below):
        return True
    return len(cells) > 2 and len(rows) > 2 and max(map(len, below)) <= len(cells)


def _cells(row: str) -> list[str]:
    split = row.strip("| ").split("|") if "|" in row else row.replace("   ", "\t").split("\t")
    return [cell.strip() for cell in split if cell.strip()]


def _has_figure(cell: str) -> bool:
    return any(c.isdigit() for c in cell) and not (len(cell) == 4 and cell.isdigit() and cell[:2] in ("19", "20"))


def _heading(text: str, parts: Sequence[Segment], texts: Sequence[str], at: int) -> Kind | None:
    """Return whether a segment without a revealing form is a caption, or the heading of what is below."""
    part, line = parts[at], texts[at]
    if part.role not in (Role.PROSE, Role.LINE):
        return None
    is_last = at + 1 == len(parts)
    if is_caption(line) and is_short_line(line.replace(": ", " ")) and (is_last or parts[at + 1].role is not Role.ROW):
        return Kind.CAPTION
    if is_last:
        return Kind.HEADING if line.startswith("#") and part.role is Role.PROSE else None
    return Kind.HEADING if _heads(text, parts, texts, at) else None


def _heads(text: str, parts: Sequence[Segment], texts: Sequence[str], at: int) -> bool:
    """Return whether a line is the heading of what is below."""
    part, line, below, under = parts[at], texts[at], parts[at + 1], texts[at + 1]
    if UNDERLINE.fullmatch(under) and below.start == part.end + 1:
        return at + 2 < len(parts) and line[-1] not in ".,;"
    if line.startswith("#"):
        return is_heading(line, under, opens_section=False)
    if below.role is Role.ROW and is_caption(line):
        return True
    inside = below.paragraph == part.paragraph
    if not is_short_line(line) or _is_member(parts, texts, at, inside=inside):
        return False
    if below.role in (Role.ROW, Role.ITEM, Role.LABELLED):
        return True
    paragraph = under if inside else text[below.start : below.start + LOOKED_AT].partition("\n\n")[0]
    if is_heading(line, paragraph, opens_section=False):
        return True
    prose = under[-1] in ".!…。" and not (inside and len(line.split()) > LABEL_WORDS)
    return prose and len(under) > len(line)


def _is_member(parts: Sequence[Segment], texts: Sequence[str], at: int, *, inside: bool) -> bool:
    """Return whether a short line is one of a list or of verse, or the value of a label."""
    if at and parts[at - 1].paragraph == parts[at].paragraph:
        if ends_with_colon(texts[at - 1]) or (inside and texts[at - 1][-1] not in ".!?…。"):
            return True
    return not inside and at > 1 and is_short_line(texts[at - 1]) and is_short_line(texts[at - 2])


class _Builder:
    """Collects sentences, and finds the head of each."""

    def __init__(self) -> None:
        self.sentences: list[Sentence] = []
        self._heading: int | None = None
        self._opener: int | None = None
        self._reach = 0  # last paragraph that the opener heads

    def add(self, segment: Segment, at: int, span: Span, kind: Kind, *, is_listed: bool) -> None:
        index, number = len(self.sentences), segment.paragraph
        if self._opener is not None and number > self._reach:
            self._opener = None
        opener = self._opener
        if kind is Kind.HEADING:
            directly_above = index > 0 and self.sentences[-1].kind is Kind.HEADING
            head, self._heading, self._opener = self._heading if directly_above else None, index, None
        elif kind in OPENERS:
            head, self._opener = self._heading, index
            self._reach = number + (kind is not Kind.TABLE_HEADER)
        else:
            head = self._heading if opener is None else opener
        group = number if is_listed else None
        self.sentences.append(Sentence(span, kind, index if head is None else head, group, at))
        listed = segment.role is not Role.PROSE or span.end - span.start <= SHORT_ITEM
        if opener is not None and (kind is Kind.SPEAKER or (listed and self.sentences[opener].kind is Kind.LEAD_IN)):
            self._reach = number + 1
