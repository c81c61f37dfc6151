"""Runs of a PDF page: words that stand beside each other on a line, with their boxes."""

import ctypes
import dataclasses
import math
import re
import statistics
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

PARTED = "\ufffe"
"""Ends a run whose last word may go on in the next line. It stands for a hyphen."""

WIDE = 0.8
"""Gap between two words, relative to their height, that separates columns or cells."""

UNMAPPED = "\ufffd"
"""Stands for a glyph without a letter."""

_LINES = re.compile("[^\r\n\ufffe]+\ufffe?")
"""Lines as PDFium separates them. It joins two lines at a hyphen."""

_UNMAPPED = re.compile("[\0\x02\ufffe]")
"""Signs that PDFium gives for such a hyphen, and for a glyph without a letter."""

_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")

_HYPHENS = ("-", "\u2010", "\xad", PARTED)

_WORDS = re.compile(r"\S+")

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

_MARK = re.compile(r"(?=[,\u2212]*\d)[\d,\u2212]+")

_LONGEST_UNIT = 2
"""Maximum letters of a unit: `km²`."""

_LONGEST_MARK = 5
"""Maximum characters of a raised number that is a word."""

_RAISED = str.maketrans("0123456789\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")

_SMALLER = 0.85
"""Height of a raised digit, relative to the word's, up to which it is the mark of a note or an exponent."""

_LETTERS = 4
"""Letters in a row that are a spaced word if the spaces between them are not in the file."""

_COMBINING = "\u0300\u0301\u0308\u0302\u0303\u0304\u0306\u0307\u030a\u030b\u030c\u0327\u0328"

_ACCENTS = dict(zip("`´¨ˆ˜¯˘˙˚˝ˇ¸˛", _COMBINING, strict=True))
"""Accents that a font has apart, and the marks that combine with the letter before."""

_DOTTED = {"ı": "i", "ȷ": "j"}

_LONGEST_WORD = 60
"""Maximum letters of a word whose accents are drawn apart."""

_WORDS_BEFORE_ACCENT = 24
"""Words before an accent among which its letter is searched."""

_SAMPLES = 32
"""Sampled characters of a page."""

_Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Run:
    """Words that stand beside each other on a line, without a wide gap.

    Args:
        text: The words. It ends in `PARTED` instead of a hyphen that follows a letter.
        left, bottom, right, top: The box, in points, turned so that the text reads from left to right.
        height: Height of the longest word, in points.
        turned: Direction of the text in degrees, a multiple of 90; -1 for any other.
        has_value: Whether the value of a form field is among the words.
        begins_block: See `Line`.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    height: float
    turned: int = 0
    has_value: bool = False
    begins_block: bool = False


@dataclass(slots=True)
class _Word:
    text: str
    left: float
    bottom: float
    right: float
    top: float
    first: int
    is_apart: bool = False
    """Whether the space before it is not in the file."""

    @property
    def height(self) -> float:
        return self.top - self.bottom


def text_of(page: Any) -> str:  # noqa: ANN401 - pypdfium2 has no types
    """Return the text of a text page, one code point for each of PDFium's characters, which may be a surrogate."""
    from pypdfium2 import raw

    text: str = page.get_text_range()
    count = page.count_chars()
    if len(text) != count:
        codes = (raw.FPDFText_GetUnicode(page, at) for at in range(count))
        text = "".join(chr(code) if 0 < code <= 0x10FFFF else UNMAPPED for code in codes)
    return _UNMAPPED.sub(lambda sign: PARTED if raw.FPDFText_IsHyphen(page, sign.start()) == 1 else UNMAPPED, text)


def is_upright(page: Any) -> bool:  # noqa: ANN401
    """Return whether most of the text of a text page is drawn upright."""
    count = page.count_chars()
    sampled = range(0, count, max(1, count // _SAMPLES))
    return sum(_turned(page, at) == 0 for at in sampled) * 2 > len(sampled)


def runs_of(page: Any, text: str) -> list[Run]:  # noqa: ANN401
    """Return the runs of a page, in the order in which the file draws them.

    Args:
        page: A text page of pypdfium2's.
        text: Its text, from `text_of`.
    """
    box = boxes_of(page)
    lines: list[tuple[list[_Word], int]] = []
    for line in _LINES.finditer(text):
        if not line[0].isspace():
            turned = _turned(page, line.start() + len(line[0]) - len(line[0].lstrip()))
            words = list(_words(page, line[0], line.start(), box, is_upright=not turned))
            if turned:
                for word in words:
                    _turn(word, turned)
            lines.append((words, turned))
    if not _ACCENTS.keys().isdisjoint(text):
        lines = _with_accents(lines, box)
    runs: list[Run] = []
    for words, turned in lines:
        whole = _with_whole_words(words)  # of a slanted line, each word begins higher or lower than the one before
        runs += _of_words(_with_apart_marks(whole) if turned >= 0 else whole, turned)
    return runs


def _with_accents(lines: list[tuple[list[_Word], int]], box: Callable[[int], _Box]) -> list[tuple[list[_Word], int]]:
    """Return lines in which accents that are drawn apart are on their letters.

    PDFium gives such an accent after the letter, in the same line or as a line of its own.
    """
    seen: deque[_Word] = deque(maxlen=_WORDS_BEFORE_ACCENT)
    for words, turned in lines:
        kept = []
        for word in words:
            accent = _ACCENTS.get(word.text)
            if accent is None or turned or not any(_put(accent, word, each, box) for each in reversed(seen)):
                kept.append(word)
                seen.append(word)
        words[:] = kept
    return [(words, turned) for words, turned in lines if words]


def _put(accent: str, mark: _Word, word: _Word, box: Callable[[int], _Box]) -> bool:
    """Put an accent on the letter of a word that it is drawn over. Return whether there is one."""
    middle = (mark.left + mark.right) / 2
    if (
        len(word.text) > _LONGEST_WORD
        or not word.left <= middle <= word.right
        or not word.bottom - 1 <= mark.bottom <= word.top
    ):
        return False
    for at, letter in enumerate(word.text):
        left, _, right, _ = box(word.first + at)
        if letter.isalpha() and abs((left + right) / 2 - middle) <= 0.25 * (right - left):
            word.text = f"{word.text[:at]}{_DOTTED.get(letter, letter)}{accent}{word.text[at + 1 :]}"
            return True
    return False


def boxes_of(page: Any) -> Callable[[int], _Box]:  # noqa: ANN401
    """Return a function that returns the left, bottom, right and top of a character of a text page, in points."""
    from pypdfium2 import raw

    rectangle = raw.FS_RECTF()
    pointer, read, handle = ctypes.byref(rectangle), raw.FPDFText_GetLooseCharBox, page.raw

    def box(at: int) -> _Box:
        read(handle, at, pointer)
        return rectangle.left, rectangle.bottom, rectangle.right, rectangle.top

    return box


def _words(page: Any, line: str, start: int, box: Callable[[int], _Box], *, is_upright: bool) -> Iterator[_Word]:  # noqa: ANN401
    from pypdfium2 import raw

    is_generated, handle = raw.FPDFText_IsGenerated, page.raw
    for match in _WORDS.finditer(line):
        first, last = start + match.start(), start + match.end() - 1
        one = box(first)
        if first == last:
            is_apart = first > start and is_generated(handle, first - 1) == 1
            yield _Word(match[0], *one, first, is_apart)
            continue
        other = box(last)
        if not is_upright or _is_one_piece(len(match[0]), one, other):
            yield _word(match[0], first, one, other, box)
        else:
            yield from _pieces(match[0], first, box)


def _word(text: str, first: int, one: _Box, other: _Box, box: Callable[[int], _Box]) -> _Word:
    left, bottom = min(one[0], other[0]), min(one[1], other[1])
    right, top = max(one[2], other[2]), max(one[3], other[3])
    return _Word(_with_marks(text, first, one, other, box), left, bottom, right, top, first)


def _is_one_piece(length: int, one: _Box, other: _Box) -> bool:
    """Return whether the first and the last letter of a word are on one line, and not too far from each other."""
    height = max(one[3] - one[1], other[3] - other[1])
    return abs(one[1] - other[1]) < height / 2 and max(one[2], other[2]) - min(one[0], other[0]) <= length * height


def _pieces(text: str, first: int, box: Callable[[int], _Box]) -> Iterator[_Word]:
    """Yield the parts of what PDFium takes for one word: they are on several lines, or have wide gaps between them."""
    start = 0
    boxes = [box(first + at) for at in range(len(text))]
    for at in range(1, len(text) + 1):
        if at == len(text) or not _is_next(boxes[at - 1], boxes[at]):
            yield _word(text[start:at], first + start, boxes[start], boxes[at - 1], box)
            start = at


def _is_next(box: _Box, after: _Box) -> bool:
    height = max(box[3] - box[1], after[3] - after[1])
    return abs(after[1] - box[1]) < height / 2 and max(after[0] - box[2], box[0] - after[2]) < WIDE * height


def _with_marks(word: str, first: int, one: _Box, other: _Box, box: Callable[[int], _Box]) -> str:
    """Return a word with its raised digits set apart.

    `1904³` has a mark of a note, `10⁶` an exponent: neither may become part of the number. `km²` stays one word.
    """
    if not (word[-1].isdigit() or word[0].isdigit() or (len(word) > 2 and word[-2].isdigit())):
        return word
    if word[0].isdigit() and _is_raised(one, other):
        end = next((at for at in range(1, len(word)) if not _is_raised(box(first + at), other)), len(word))
        return f"{_raised(word[:end])} {word[end:]}" if end <= _LONGEST_MARK and _MARK.fullmatch(word[:end]) else word
    stop = len(word)
    while stop > 1 and not word[stop - 1].isalnum():
        stop -= 1
    if not word[stop - 1].isdigit():
        return word
    start = stop
    while start > 1 and _is_raised(box(first + start - 1), one):
        start -= 1
    if start == stop or stop - start > _LONGEST_MARK or not _MARK.fullmatch(word[start:stop]):
        return word
    is_unit = word[:start].isalpha() and start <= _LONGEST_UNIT
    return f"{word[:start]}{'' if is_unit else ' '}{_raised(word[start:stop])}{word[stop:]}"


def _with_apart_marks(words: list[_Word]) -> list[_Word]:
    """Return the words of a line; a raised number beside a word is shown as one."""
    marks = []
    for at, word in enumerate(words):
        if word.text[-1].isdigit() and len(word.text) <= _LONGEST_MARK and _MARK.fullmatch(word.text):
            box = word.left, word.bottom, word.right, word.top
            beside = [*words[max(0, at - 1) : at], *words[at + 1 : at + 2]]
            if any(_is_raised(box, (each.left, each.bottom, each.right, each.top)) for each in beside):
                word.text = _raised(word.text)
                marks.append(at)
    for at in reversed(marks):
        unit = words[at - 1]
        if (
            at
            and unit.text.isalpha()
            and len(unit.text) <= _LONGEST_UNIT
            and words[at].left - unit.right < unit.height / 5
        ):
            unit.text += words[at].text
            del words[at]
    return words


def with_mark(run: Run, mark: Run) -> Run | None:
    """Return a run with the raised number that the file draws after it apart; None if `mark` is none."""
    box, beside = (mark.left, mark.bottom, mark.right, mark.top), (run.left, run.bottom, run.right, run.top)
    gap = mark.left - run.right
    if (
        run.turned < 0
        or len(mark.text) > _LONGEST_MARK
        or not _MARK.fullmatch(mark.text)
        or not _is_raised(box, beside)
        or not -run.height / 5 < gap < run.height / 2
        or mark.bottom > run.top
    ):
        return None
    unit = run.text.rsplit(" ", 1)[-1]
    between = "" if unit.isalpha() and len(unit) <= _LONGEST_UNIT and gap < run.height / 5 else " "
    return dataclasses.replace(run, text=f"{run.text}{between}{_raised(mark.text)}", right=mark.right)


def _is_raised(box: _Box, beside: _Box) -> bool:
    """Return whether a box has smaller letters on a higher base line (a fifth of the height above the bottom)."""
    height, own = beside[3] - beside[1], box[3] - box[1]
    return own < _SMALLER * height and box[1] + own / 5 > beside[1] + height / 5 + 0.12 * height


def _raised(digits: str) -> str:
    return digits.translate(_RAISED)


def _turned(page: Any, at: int) -> int:  # noqa: ANN401
    from pypdfium2 import raw

    degrees = math.degrees(raw.FPDFText_GetCharAngle(page, at)) % 360
    turned = round(degrees / 90) * 90
    return turned % 360 if abs(degrees - turned) < 2 else -1


def _turn(word: _Word, turned: int) -> None:
    """Turn a box as the text must be turned to read from left to right."""
    left, bottom, right, top = word.left, word.bottom, word.right, word.top
    if turned == 90:
        word.left, word.bottom, word.right, word.top = -top, left, -bottom, right
    elif turned == 270:
        word.left, word.bottom, word.right, word.top = bottom, -right, top, -left
    elif turned == 180:
        word.left, word.bottom, word.right, word.top = -right, -top, -left, -bottom


def _with_whole_words(words: list[_Word]) -> list[_Word]:
    """Return the words of a line; letters that are spaced become one word.

    The spaces between them are not in the file, and the gaps between words are half as wide again.
    """
    if not any(word.is_apart for word in words):
        return words
    whole: list[_Word] = []
    at = 0
    while at < len(words):
        end = at + 1
        while end < len(words) and words[end].is_apart and len(words[at].text) == 1 and words[end].text.isalpha():
            end += 1
        letters = words[at:end]
        if len(letters) < _LETTERS or not letters[0].text.isalpha():
            whole.append(words[at])
            at += 1
            continue
        gaps = [after.left - before.right for before, after in pairwise(letters)]
        usual = max(statistics.median_low(gaps), 0.0)
        word = letters[0]
        for gap, letter in zip(gaps, letters[1:], strict=True):
            if gap > max(1.5 * usual, usual + 0.1 * letter.height) or gap > WIDE * letter.height:
                whole.append(word)
                word = letter
            else:
                word = _Word(word.text + letter.text, word.left, word.bottom, letter.right, word.top, word.first)
        whole.append(word)
        at = end
    return whole


def _of_words(words: list[_Word], turned: int) -> Iterator[Run]:
    """Yield the runs of a line. A wide gap, a step back, and a step up or down end a run."""
    start = 0
    for at in range(1, len(words)):
        last, word = words[at - 1], words[at]
        height = word.top - word.bottom
        gap = word.left - last.right
        is_split = gap > WIDE * height or gap < -height
        if is_split and any(_RIGHT_TO_LEFT.search(each.text) for each in (last, word)):
            is_split = False
        if is_split or not _are_level(words[start], last, word):
            yield _run(words[start:at], turned)
            start = at
    yield _run(words[start:], turned)


def _are_level(first: _Word, last: _Word, word: _Word) -> bool:
    """Return whether the middle of a word is at the height of the first or the last word of a run."""
    middle = (word.bottom + word.top) / 2
    return first.bottom <= middle <= first.top or last.bottom <= middle <= last.top


def _run(words: list[_Word], turned: int) -> Run:
    return Run(
        _with_parted_word(" ".join([word.text for word in words])),
        min([word.left for word in words]),
        min([word.bottom for word in words]),
        max([word.right for word in words]),
        max([word.top for word in words]),
        max(words, key=lambda word: len(word.text)).height,
        turned,
    )


def _with_parted_word(text: str) -> str:
    if not text.isascii() and _SURROGATES.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text[:-1] + PARTED if text.endswith(_HYPHENS) and text[-2:-1].isalnum() else text
