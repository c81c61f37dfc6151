"""Files in: bytes to canonical text, section map and metadata."""

import codecs
import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from markdown_it import MarkdownIt

from corpus.documents import Metadata, Section, SourceDocument
from corpus.errors import SourceError
from corpus.frontmatter import FrontMatter, split_front_matter

__all__ = ["MAX_SOURCE_BYTES", "MEDIA_TYPES", "SourceBytes", "absolute_path", "read_bytes", "read_document"]

MAX_SOURCE_BYTES = 64 * 1024 * 1024
"""A text file past this size is a data dump rather than a document; it is also held in memory while read."""

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
}

MAX_TITLE_CHARACTERS = 200
"""A first line longer than this is a paragraph, not a title."""


class SourceBytes:
    r"""The bytes of a source, read whole, with their digest.

    Args:
        path: Where they lie.
        data: The bytes.
        source: The source's name in the store; by default its absolute path, with bytes that are not UTF-8
            written as `\udcXX`.
    """

    __slots__ = ("data", "path", "sha256", "source")

    def __init__(self, path: Path, data: bytes, source: str | None = None) -> None:
        self.path = path
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.source = source or os.fspath(absolute_path(path)).encode(errors="backslashreplace").decode()


def absolute_path(path: Path) -> Path:
    """The absolute path without `..`, the same from wherever a file is named; symbolic links keep their names."""
    plain = Path(os.path.normpath(path.absolute()))
    try:
        leads_elsewhere = ".." in path.parts and not plain.samefile(path)  # a `..` after a link to another folder
    except OSError:
        return plain
    return path.resolve() if leads_elsewhere else plain


def read_bytes(path: Path) -> SourceBytes:
    """Read a file whole, noticing if it changes meanwhile.

    Raises:
        SourceError: The file is missing, not a regular file, unreadable, too large, or changed twice while it
            was being read.
    """
    try:
        for _ in range(2):
            if not stat.S_ISREG(path.stat().st_mode):  # opening a FIFO would wait for ever
                raise SourceError("it is not a regular file; give a text or Markdown file")
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                if before.st_size > MAX_SOURCE_BYTES:
                    raise SourceError(
                        f"it is larger than {MAX_SOURCE_BYTES // 1024**2} MiB; split it into smaller files"
                    )
                data = file.read(MAX_SOURCE_BYTES + 1)
                after = os.fstat(file.fileno())
            if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and len(
                data
            ) == after.st_size:
                return SourceBytes(path, data)
    except FileNotFoundError as error:
        raise SourceError("there is no such file or folder; check the path") from error
    except PermissionError as error:
        raise SourceError("it may not be read; check its permissions") from error
    except OSError as error:
        raise SourceError(f"it cannot be read ({error.strerror}); check the disk and the path") from error
    raise SourceError("it changed while it was being read; run the command again when it is complete")


def read_document(file: SourceBytes) -> SourceDocument:
    r"""Read a text or Markdown file into a document.

    The canonical text is the file decoded as UTF-8, without byte order mark and front matter, with `\n` line
    ends; nothing else is changed, so that every offset can be checked against the file.

    Raises:
        SourceError: The file is of another type, binary, not UTF-8, without text, or its front matter is wrong.
    """
    media_type = MEDIA_TYPES.get(file.path.suffix.lower())
    if media_type is None:
        raise SourceError("its type is not supported; give .txt or .md files")
    front, text = split_front_matter(_decode(file.data))
    if not text.strip():
        raise SourceError("it has no text")
    sections = _markdown_sections(text) if media_type == "text/markdown" else []
    return SourceDocument(
        source=file.source,
        source_sha256=file.sha256,
        media_type=media_type,
        text=text,
        metadata=_metadata(front, _title(front, sections, text, file.path)),
        sections=sections,
    )


def _decode(data: bytes) -> str:
    if b"\0" in data:
        raise SourceError("it is a binary file; give .txt or .md files with text")
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        at = len(data) - len(body) + error.start
        raise SourceError(f"it is not valid UTF-8 (byte {at:,}); save it as UTF-8") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _markdown_sections(text: str) -> list[Section]:
    """The headings of a Markdown text, with the code point where each one's line begins."""
    line_starts = [0]
    for line in text.split("\n"):
        line_starts.append(line_starts[-1] + len(line) + 1)
    sections = []
    tokens = MarkdownIt("commonmark").parse(text)
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map is not None:
            title = _plain(tokens[at + 1])
            if title:
                sections.append(Section(title=title, level=int(token.tag[1:]), start=line_starts[token.map[0]]))
    return sections


def _plain(inline: object) -> str:
    """A heading's text without its Markdown markup."""
    children = getattr(inline, "children", None) or []
    breaks = ("softbreak", "hardbreak")
    parts = (" " if c.type in breaks else c.content for c in children if c.type != "html_inline")
    return " ".join("".join(parts).split())


def _title(front: FrontMatter, sections: Sequence[Section], text: str, path: Path) -> str:
    if front.title:
        return front.title
    if sections and sections[0].level == 1:
        return sections[0].title[:MAX_TITLE_CHARACTERS]
    first = text.strip().split("\n", 1)[0].strip().lstrip("#").strip()
    if first and len(first) <= MAX_TITLE_CHARACTERS:
        return first
    return path.stem.encode(errors="backslashreplace").decode()


def _metadata(front: FrontMatter, title: str) -> Metadata:
    return Metadata(
        title=title,
        publisher=front.publisher,
        authors=tuple(front.authors),
        published=None if front.published is None else front.published.isoformat(),
        language=front.language,
        url=None if front.url is None else str(front.url),
        tags=tuple(front.tags),
        extra=front.extra,
    )
