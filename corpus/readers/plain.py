"""Text and Markdown: the canonical text is the file's own."""

from markdown_it import MarkdownIt

from corpus.documents import Section

__all__ = ["markdown_sections"]


def markdown_sections(text: str) -> list[Section]:
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
