"""Text and Markdown: the canonical text is the file's own."""

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.documents import Section

__all__ = ["markdown_sections"]

_PARSER = MarkdownIt("commonmark").disable("inline")
"""Tells blocks apart. What stands within them is parsed for headings alone, since it takes most of the time."""

_HEADING_CHARACTERS = 2000
"""A longer one is a paragraph above a line of dashes. The time to parse markup in it grows with the square of some."""


def markdown_sections(text: str) -> list[Section]:
    """The headings of a Markdown text, with the code point where each one's line begins."""
    line_starts = [0]
    for line in text.split("\n"):
        line_starts.append(line_starts[-1] + len(line) + 1)
    sections = []
    references: dict[str, Any] = {}
    tokens = _PARSER.parse(text, references)
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map is not None:
            title = _plain(tokens[at + 1].content, references)
            if title:
                sections.append(Section(title=title, level=int(token.tag[1:]), start=line_starts[token.map[0]]))
    return sections


def _plain(heading: str, references: dict[str, Any]) -> str:
    """A heading's text without its Markdown markup, unless it is too long to be one."""
    if len(heading) > _HEADING_CHARACTERS:
        return " ".join(heading.split())
    children: list[Token] = []
    _PARSER.inline.parse(heading, _PARSER, references, children)
    breaks = ("softbreak", "hardbreak")
    parts = (" " if c.type in breaks else c.content for c in children if c.type != "html_inline")
    return " ".join("".join(parts).split())
