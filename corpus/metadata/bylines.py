"""Title, authors, publisher and date from the first lines of a text without other metadata."""

import datetime
import itertools
import re
from collections.abc import Sequence

from corpus.documents import Found
from corpus.metadata.dates import read_date

HEAD_LINES = 16
"""Number of non-empty lines at the beginning that are searched for a byline."""

_LONG_LINE = 200
"""A line longer than this is a paragraph."""

_BY = re.compile(r"(?i)(?:by|por|par|von)\b:?\s+(?P<names>.+)")
_DATED = re.compile(
    r"(?i)(?:published|posted|publicado|publié|veröffentlicht)\b(?:\s+(?:on|el|le|am))?:?\s+(?P<date>.+)"
)
_PARTS = re.compile(r" [|•·] ")  # white space is single spaces here
_NAMES = re.compile(r", | (?:and|y|et|und|&) ")
_NAME_WORD = r"(?:[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:['’.-][^\W\d_]+)*\.?)"
_NAME = re.compile(
    rf"{_NAME_WORD}(?:\s+(?:(?:de|la|las|los|del|van|von|der|da|di|dos|al|bin|y)\s+)*{_NAME_WORD}){{1,4}}"
)
_SPECIAL = re.compile(r"(?i)special (?:to|for)\s+")
_COMMENTS = re.compile(
    r"(?i)(?:\d{1,6} )?(?:public |reader |user |written )?"
    r"(?:comments?|responses|replies|objections|representations|letters|entries|minutes|comentarios|respuestas)"
    r"(?: received| \(\d{1,6}\))?:?"
)
"""A line below which days are those of comments."""

_ABOUT = re.compile(r"^About (?P<name>[^\W\d_].{2,60})$", re.MULTILINE)
_ABOUT_LINES = 20
"""Limit of such lines; a page has one or two, and a text of nothing else would take too long."""

_MENTIONS = 3
"""A publisher's name occurs more often than this on its own page, the *About* line included."""


def read_byline(text: str, language: str | None = None, *, is_plain: bool = True) -> Found:
    """Return the metadata in bylines such as `By NAME | Publisher | Published: DATE` and in lines with only a date.

    Only the first lines are read: dates further down belong to the events described or to other articles. Lines with
    nothing but several days are those of a diary or of comments, and date none of it.

    Args:
        text: The text.
        language: Its language, for the names of months.
        is_plain: Whether it has no tables, whose cells look like the parts of a byline.
    """
    authors: Sequence[str] = ()
    publisher = published = None
    lines = _head(text)
    if _is_a_record(lines, language):
        lines = [line for line in lines if _BY.fullmatch(line) or any(map(_DATED.fullmatch, _PARTS.split(line)))]
    for line in lines:
        parts = _PARTS.split(line)
        names = _names(parts[0])
        if names and not authors:
            authors = names
            publisher = next((name for part in parts[1:] if (name := _publisher(part))), None)
        elif len(parts) > 1 and not any(_is_of_byline(part, is_plain=is_plain) for part in parts):
            continue
        published = published or next((day for part in parts if (day := _date(part, language))), None)
    return Found(publisher=publisher, authors=authors, published=published)


def _is_of_byline(part: str, *, is_plain: bool) -> bool:
    return _DATED.fullmatch(part) is not None or (is_plain and _NAME.fullmatch(part) is not None)


def _is_a_record(lines: Sequence[str], language: str | None) -> bool:
    """Return whether the first lines have comments, or several days on lines of their own, as a diary has."""
    if any(map(_COMMENTS.fullmatch, lines)):
        return True
    bare = {day for line in lines if (day := read_date(line, language)) is not None}
    return len(bare) > 1


def read_copied_page(text: str, language: str | None = None) -> Found:
    """Return the metadata in the first lines of a text copied from a web page, if its structure is unambiguous.

    A repeated line (after a breadcrumb, or before and after the date) is the title. A short line above it is the site.
    A person's name directly below title and date is the author. A name in `About NAME` further down, if it
    occurs often, is the publisher.
    """
    head = _head(text, paragraphs=0)
    at = _repeated(head)
    if at is None:
        return Found(publisher=_about(text))
    title, first = head[at], next(n for n, line in enumerate(head) if line.endswith(head[at]))
    site = head[first - 1] if first == 1 and len(head[0].split()) <= 6 else None
    dated = any(_date(line, language) for line in head[first + 1 : at])
    after = head[at + 1] if dated and at + 1 < len(head) else ""
    authors = (_cased(after),) if _NAME.fullmatch(after) else ()
    return Found(title=title, publisher=site or _about(text), authors=authors)


def _head(text: str, paragraphs: int = 1) -> list[str]:
    """Return the first short lines; at most `paragraphs` long ones (a caption, a summary) may lie between them."""
    lines = []
    for line in text[:20_000].split("\n"):
        plain = " ".join(line.split())
        if plain:
            lines.append(plain)
        if len(lines) == HEAD_LINES:
            break
    long = [at for at, line in enumerate(lines) if len(line) > _LONG_LINE]
    return [line for line in lines[: long[paragraphs] if len(long) > paragraphs else None] if len(line) <= _LONG_LINE]


def _repeated(head: Sequence[str]) -> int | None:
    """Return the index of the line that repeats the first or second line, or its end."""
    for at, line in enumerate(head):
        if len(line.split()) > 2 and any(before.endswith(line) for before in head[: min(at, 2)]):
            return at
    return None


def _about(text: str) -> str | None:
    for match in itertools.islice(_ABOUT.finditer(text), _ABOUT_LINES):
        name = match["name"].strip()
        if text.count(name) > _MENTIONS and name.lower() not in ("us", "this site"):
            return name
    return None


def _names(text: str) -> tuple[str, ...]:
    by = _BY.fullmatch(text)
    names = _NAMES.split(by["names"].strip()) if by else []
    return tuple(_cased(name) for name in names) if all(_NAME.fullmatch(name) for name in names) else ()


def _cased(name: str) -> str:
    return name.title() if name.isupper() else name


def _publisher(text: str) -> str | None:
    plain = _SPECIAL.sub("", text)
    is_name = len(plain.split()) <= 8 and not any(c.isdigit() for c in plain) and not _DATED.match(plain)
    return plain if is_name and plain[:1].isupper() else None


def _date(text: str, language: str | None) -> datetime.date | None:
    dated = _DATED.fullmatch(text)
    return read_date(dated["date"] if dated else text, language)
