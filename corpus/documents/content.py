"""Output of the readers, and the builder of canonical texts."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from corpus.documents.document import Place, RemovedSpan, Section
from corpus.errors import SourceError
from corpus.text import normalise

MAX_TEXT_CHARACTERS = 64 * 1024 * 1024
"""The size limit of a file in bytes; only a decompression bomb has more characters."""

RECOGNISED = "recognised_pages"
"""Key of `extra` for the pages whose words were recognised, with their mean confidence; reserved for the readers."""

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
"""Soft hyphens, zero-width spaces, byte order marks, control characters and unpaired surrogates."""

_BLANKS = re.compile(r"[^\S\n]+")
_OTHER_BLANKS = re.compile(r"[^\S\n\t\x0b\x0c\x85\u2028\u2029]")
_LINE_ENDS = re.compile("[\n\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options of the readers.

    Args:
        password: Password of encrypted PDF files.
        text_field: Key (JSON Lines) or column (CSV) with a record's text.
        encoding: Encoding of texts without a byte order mark that are not valid UTF-8; None refuses these.
        today: Dates of publication after this day are ignored; the present day if None.
        has_options: Whether the user can give these options, so that messages name them.
    """

    password: str | None = None
    text_field: str = "text"
    encoding: str | None = None
    today: datetime.date | None = None
    has_options: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """Metadata found in a document, before front matter, a sidecar and the file name are considered.

    Args:
        published: Date as written in the document, or a date.
        language: Language that the document declares; it may be wrong.
        extra: Other metadata (JSON values only).
        notes: What was left out or may be read wrongly, for the summary of an ingest.
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
    """A canonical text with its sections, pages and places, metadata, and spans that passages exclude."""

    text: str
    sections: Sequence[Section] = ()
    pages: Sequence[int] = ()
    found: Found = Found()
    places: Sequence[Place] = ()
    removed: Sequence[RemovedSpan] = ()


class TextBuilder:
    """Builds a canonical text from pages, headings and paragraphs, separated by empty lines."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._sections: list[Section] = []
        self._pages: list[int] = []
        self._places: list[Place] = []
        self._removed: list[RemovedSpan] = []

    def page(self) -> None:
        """Begin a page."""
        self._pages.append(self._next)

    def place(self, label: str) -> None:
        """Begin a place, such as a time, at the next paragraph."""
        self._places.append(Place(label, self._next))

    def heading(self, text: str, level: int) -> None:
        """Add a heading, of level 1 to 6, and begin its section."""
        title = " ".join(tidy(text).split())
        if title:
            self._sections.append(Section(title, min(max(level, 1), 6), self._next))
            self._add(title)

    def paragraph(self, text: str) -> None:
        """Add a paragraph; line ends are kept, empty lines are removed."""
        lines = tidy(text)
        if lines:
            self._add(lines)

    def rows(self, rows: Iterable[tuple[str, str]], separator: str = "\n") -> None:
        """Add a paragraph of rows, each given as a place and its text. Empty rows are left out.

        Args:
            rows: The rows.
            separator: Character between two of them.
        """
        lines: list[str] = []
        start = self._next
        for label, text in rows:
            line = " ".join(tidy(text).split())
            if line:
                self._places.append(Place(label, start))
                lines.append(line)
                start += len(line) + 1
        if lines:
            self._add(separator.join(lines))

    def code(self, text: str) -> None:
        """Add a block whose line ends and blanks are kept, such as code."""
        lines = [line.rstrip() for line in _LINE_ENDS.split(_OTHER_BLANKS.sub(" ", _visible(text)))]
        block = "\n".join(lines).strip("\n")
        if block.strip():
            self._add(block)

    def continued(self, text: str, between: str) -> None:
        """Begin a page inside the last paragraph, which goes on with a text.

        Args:
            text: The rest of the paragraph.
            between: Stands before it, on the former page.
        """
        if not self._parts:
            self.page()
            self.paragraph(text)
            return
        rest = tidy(text)
        self._pages.append(self._length + len(between))
        self._length += len(between) + len(rest)
        self._check_length()
        self._parts += [between, rest]

    def removed(self, text: str, reason: str) -> None:
        """Add a paragraph that passages exclude."""
        start = self._next
        self.paragraph(text)
        if start < self._length:
            self._removed.append(RemovedSpan(start, self._length, reason))

    def content(self, found: Found | None = None) -> Content:
        """Return the text built so far."""
        pages = [min(start, self._length) for start in self._pages]
        places = [place for place in self._places if place.start < self._length]
        return Content("".join(self._parts), self._sections, pages, found or Found(), places, self._removed)

    @property
    def is_empty(self) -> bool:
        """Whether there is no text yet."""
        return not self._parts

    @property
    def sections(self) -> int:
        """Number of sections begun."""
        return len(self._sections)

    @property
    def _next(self) -> int:
        return self._length + 2 if self._parts else 0

    def _add(self, text: str) -> None:
        self._parts += ["\n\n", text] if self._parts else [text]
        self._length += len(text) + (2 if self._length else 0)
        self._check_length()

    def _check_length(self) -> None:
        if self._length > MAX_TEXT_CHARACTERS:
            raise SourceError(f"its text is longer than {MAX_TEXT_CHARACTERS:,} characters; split it")


def tidy(text: str) -> str:
    """Return a text in NFC, without invisible characters, repeated spaces and empty lines."""
    lines = (_BLANKS.sub(" ", line).strip() for line in _LINE_ENDS.split(_visible(text)))
    return "\n".join(line for line in lines if line)


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", normalise("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))
