"""Plain text and Markdown: the canonical text is the file's own."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.documents import Content, Found, ReadOptions, Section, SourceDocument
from corpus.files import SourceBytes
from corpus.metadata import split_front_matter
from corpus.readers.conversion import document_of
from corpus.text import decode

_PARSER = MarkdownIt("commonmark").disable("inline")
"""Parser of blocks. Inline markup is parsed in headings only, because it takes most of the time."""

_HEADING_CHARACTERS = 2000
"""Maximum length of a heading whose inline markup is parsed; for some markup the time is quadratic."""


@dataclass(frozen=True, slots=True)
class TextFormat:
    """A format whose files are their own canonical text.

    Args:
        media_type, suffixes, version: See `Format`.
        sections: Returns the sections of a text.
        is_plain: Whether it is plain text, which may be copied from a web page.
        found: Returns the metadata in a text.
    """

    media_type: str
    suffixes: Sequence[str]
    sections: Callable[[str], Sequence[Section]]
    is_plain: bool
    has_signature: bool = False
    found: Callable[[str], Found] = lambda text: Found()
    version: int = 1

    def matches(self, file: SourceBytes, options: ReadOptions) -> bool:
        """Return False: text has no signature."""
        return False

    def read(self, file: SourceBytes, options: ReadOptions) -> Iterator[SourceDocument]:
        """Yield the document of a file."""
        block = split_front_matter(decode(file.data, options.encoding, has_options=options.has_options))
        found = dataclasses.replace(self.found(block.text), notes=block.notes)
        content = Content(block.text, self.sections(block.text), found=found)
        yield document_of(file, self.media_type, content, options, block.front, is_plain=self.is_plain)


def markdown_sections(text: str) -> list[Section]:
    """Return the headings of a Markdown text, each with the code point where its line begins."""
    return [section for section, _ in markdown_headings(text)]


def markdown_headings(text: str) -> Iterator[tuple[Section, int]]:
    """Yield the headings of a Markdown text, each with the code point where the text after it begins."""
    line_starts = [0]
    for line in text.split("\n"):
        line_starts.append(line_starts[-1] + len(line) + 1)
    references: dict[str, Any] = {}
    tokens = _PARSER.parse(text, references)
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map is not None:
            title = _plain(tokens[at + 1].content, references)
            first, last = token.map
            if title:
                yield Section(title=title, level=int(token.tag[1:]), start=line_starts[first]), line_starts[last]


def _plain(heading: str, references: dict[str, Any]) -> str:
    """Return a heading's text without Markdown markup; a longer one than `_HEADING_CHARACTERS` with its markup."""
    if len(heading) > _HEADING_CHARACTERS:
        return " ".join(heading.split())
    children: list[Token] = []
    _PARSER.inline.parse(heading, _PARSER, references, children)
    breaks = ("softbreak", "hardbreak")
    parts = (" " if c.type in breaks else c.content for c in children if c.type != "html_inline")
    return " ".join("".join(parts).split())


TEXT = TextFormat("text/plain", (".txt", ".text"), lambda text: [], is_plain=True, version=3)
MARKDOWN = TextFormat("text/markdown", (".md", ".markdown"), markdown_sections, is_plain=False, version=3)
