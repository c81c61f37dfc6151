"""Blocks of a plain text, and their shapes on web pages."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WRAPPED_CHARACTERS = 45
"""Minimum length of the lines of a wrapped paragraph."""

PROSE_WORDS = 14
"""Minimum words of a block of prose, which also ends like a sentence."""

HEADLINE_WORDS = 24
"""Maximum words of a headline."""

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|ene|abr|ago|dic)[a-z]*\.?"
    r"|(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre)"
)
_DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?: de)? (?:{_MONTH})(?:,| de| del)? ?\d{{4}}"
    rf"|(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    r"|\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})"
)
_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|lunes|martes|miércoles|jueves|viernes|sábado|domingo),? "
_CLOCK = r"\d{1,2}[:.h]\d{2}(?::\d{2})?(?: ?[ap]\.? ?m\.?)?(?: ?[a-z]{3,4})?"
_AT = r"(?:,| -| –| \||·| at| a las?)* *"
_DATED = re.compile(
    rf"^(?:[^.!?]{{1,40}} ?[/|·•–-] ?)?(?:{_DAY})?{_DATE}(?:{_AT}{_CLOCK})?(?: ?[/|·•–-] ?.{{1,40}})?$", re.I
)
_STAMP = re.compile(rf"^(?:.{{2,40}}?[ ,|·•–-]+)?(?:on |el )?(?:{_DAY})?{_DATE}{_AT}{_CLOCK}(?: permalink)?$", re.I)
_CUT_OFF = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])(?: ?(?:read more|more|continue reading|leer más|seguir leyendo))?$", re.I
)
_WHITE = re.compile(r"\s+")
_ENDED = re.compile(r"[.!?…。:;][\"'”’»)\]*]*(?:\[\d+\])*$")


@dataclass(frozen=True)
class Block:
    """A line, or a wrapped paragraph.

    Args:
        start, end: Span in code points, without outer white space.
        text: The text, on one line.
    """

    start: int
    end: int
    text: str

    @functools.cached_property
    def words(self) -> int:
        """Number of words."""
        return self.text.count(" ") + 1 if self.text else 0  # a list of words takes ten times the memory

    @functools.cached_property
    def plain(self) -> str:
        """The text in lower case, without punctuation at the ends."""
        text = self.text
        first = next((at for at, character in enumerate(text) if character.isalnum()), len(text))
        end = next((at for at in range(len(text), first, -1) if text[at - 1].isalnum()), first)
        return text[first:end].replace("’", "'").casefold()

    @functools.cached_property
    def ended(self) -> bool:
        """Whether it ends like a sentence."""
        return _ENDED.search(self.text) is not None

    @functools.cached_property
    def cut_off(self) -> bool:
        """Whether it ends with an ellipsis, as a teaser of another article does."""
        return _CUT_OFF.search(self.text) is not None

    @functools.cached_property
    def prose(self) -> bool:
        """Whether it is prose."""
        return self.words >= PROSE_WORDS and self.ended and not self.cut_off

    @functools.cached_property
    def dated(self) -> bool:
        """Whether it is only a date, with a time, a place or a name."""
        return self.words <= 12 and _DATED.match(self.text) is not None

    @functools.cached_property
    def stamped(self) -> bool:
        """Whether it is only a date and a time of day, with a name."""
        return self.words <= 12 and _STAMP.match(self.text) is not None

    @functools.cached_property
    def headline(self) -> bool:
        """Whether it could be the title of an article."""
        first = self.text.lstrip("\"'“‘«¿¡([*-•· ")[:1]
        titled = first.isupper() or first.isdigit()
        return titled and self.words <= HEADLINE_WORDS and (not self.ended or self.text[-1] in "?!'’\"”")


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a text, in order."""
    found: list[Block] = []
    for lines in _paragraphs(text):
        if _wrapped([text[start:end] for start, end in lines]):
            start, end = lines[0][0], lines[-1][1]
            found.append(Block(start, end, _WHITE.sub(" ", text[start:end])))
            continue
        for start, end in lines:
            found.append(Block(start, end, _WHITE.sub(" ", text[start:end])))
    return found


def _paragraphs(text: str) -> Iterator[list[tuple[int, int]]]:
    """Yield the lines between blank lines, as spans without outer white space."""
    lines: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            start = at + line.index(stripped)
            lines.append((start, start + len(stripped)))
        elif lines:
            yield lines
            lines = []
        at += len(line) + 1
    if lines:
        yield lines


def _wrapped(lines: Sequence[str]) -> bool:
    if len(lines) < 2 or any(not WRAPPED_CHARACTERS <= len(line) <= 120 for line in lines[:-1]):
        return False
    return 3 * sum(line[:1].islower() for line in lines[1:]) >= len(lines) - 1  # items of a list begin with capitals
