"""What the reader of a format hands over, and how it puts a text together."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corpus.documents.document import Section
from corpus.errors import SourceError
from corpus.text import normalise

__all__ = ["Content", "Found", "ReadOptions", "TextBuilder", "tidy"]

MAX_TEXT_CHARACTERS = 64 * 1024 * 1024
"""As many as the largest file may have bytes; only a decompression bomb has more."""

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
"""Hints where a word may break, byte order marks, control characters and halves of surrogate pairs."""

_BLANKS = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files are read.

    Args:
        password: Opens encrypted PDF files.
        text_field: The key (JSON Lines) or column (CSV) that holds a record's text.
        encoding: Of texts without a byte order mark that are not valid UTF-8; None refuses these.
        today: Dates of publication after this day are dropped; the present day if None.
    """

    password: str | None = None
    text_field: str = "text"
    encoding: str | None = None
    today: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a document says of itself, before front matter, a sidecar and its name are asked.

    Args:
        published: As the document writes it, or a date.
        language: As the document claims it; it may be wrong.
        extra: Other things worth keeping (JSON values only).
        notes: What of the document was left out, or may be read wrongly; said in the summary of an ingest.
    """

    title: str | None = None
    publisher: str | None = None
    authors: Sequence[str] = ()
    published: str | datetime.date | None = None
    language: str | None = None
    url: str | None = None
    tags: Sequence[str] = ()
    extra: Mapping[str, object] = field(default_factory=dict)
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A canonical text with its maps, and what was found beside it."""

    text: str
    sections: Sequence[Section] = ()
    pages: Sequence[int] = ()
    found: Found = Found()


class TextBuilder:
    """Puts a canonical text together from pages, headings and paragraphs, with an empty line between any two."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._sections: list[Section] = []
        self._pages: list[int] = []

    def page(self) -> None:
        """A page begins."""
        self._pages.append(self._next)

    def heading(self, text: str, level: int) -> None:
        """Add a heading, of level 1 to 6, and begin its section."""
        title = " ".join(tidy(text).split())
        if title:
            self._sections.append(Section(title, min(max(level, 1), 6), self._next))
            self._add(title)

    def paragraph(self, text: str) -> None:
        """Add a paragraph; its line ends are kept, its empty lines are not."""
        lines = tidy(text)
        if lines:
            self._add(lines)

    def content(self, found: Found | None = None) -> Content:
        """What has been put together."""
        pages = [min(start, self._length) for start in self._pages]
        return Content("\n\n".join(self._parts), self._sections, pages, found or Found())

    @property
    def is_empty(self) -> bool:
        """Whether there is no text yet."""
        return not self._parts

    @property
    def sections(self) -> int:
        """How many sections have begun."""
        return len(self._sections)

    @property
    def _next(self) -> int:
        return self._length + 2 if self._parts else 0

    def _add(self, text: str) -> None:
        self._length = self._next + len(text)
        if self._length > MAX_TEXT_CHARACTERS:
            raise SourceError(f"its text is longer than {MAX_TEXT_CHARACTERS:,} characters; split it")
        self._parts.append(text)


def tidy(text: str) -> str:
    """A converted text in NFC, without invisible characters, doubled blanks and empty lines."""
    plain = _INVISIBLE.sub("", normalise("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))
    lines = (_BLANKS.sub(" ", line).strip() for line in re.split("[\n\x0b\x0c\x85\u2028\u2029]", plain))
    return "\n".join(line for line in lines if line)
