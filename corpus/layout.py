"""How a text is laid out: what is left of its sections, and which of its paragraphs are headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpus.documents import RemovedSpan, Section

__all__ = ["KeptSpan", "is_heading", "kept_spans"]

HEADING_WORDS = 12
PROSE_WORDS = 14
"""A short line is a heading where a paragraph of at least so many words follows."""

TITLE_MARKUP = 12
"""A heading's line has so many characters of markup beside its title at most."""

_MARKED = re.compile(r"#{1,6}[ \t]\S")
_UNDERLINE = re.compile(r"[ \t]*(?:=+|-+)[ \t]*")
_ITEM = re.compile(r"[-+•·|>]|\*\s|\d+[.)]\s")


@dataclass(frozen=True, slots=True)
class KeptSpan:
    """A span `[start, end)` that passages may fill, with the title of its section."""

    start: int
    end: int
    section: str | None


def kept_spans(text: str, sections: Sequence[Section], removed: Sequence[RemovedSpan]) -> list[KeptSpan]:
    """The spans between removed ones and the borders of sections.

    A section without text of its own, a heading directly above another one, belongs to the span of the next.
    """
    titles = {section.start: section.title for section in sections}
    spans: list[KeptSpan] = []
    for start, end in pairwise(sorted({0, len(text), *titles})):
        for kept in _without(KeptSpan(start, end, titles.get(start)), removed):
            above = spans[-1] if spans else None
            if above is not None and above.end == kept.start and _lone_heading(text, above):
                spans[-1] = replace(kept, start=above.start)
            elif text[kept.start : kept.end].strip():
                spans.append(kept)
    return spans


def _without(span: KeptSpan, removed: Sequence[RemovedSpan]) -> Iterator[KeptSpan]:
    at = span.start
    for out in removed:
        if out.end > at and out.start < span.end:
            if out.start > at:
                yield replace(span, start=at, end=out.start)
            at = out.end
    if at < span.end:
        yield replace(span, start=at)


def _lone_heading(text: str, span: KeptSpan) -> bool:
    """Whether the last section of a span has nothing but its heading."""
    if span.section is None:
        return False
    paragraphs = text[span.start : span.end].strip().split("\n")
    lines = [line for line in paragraphs if line.strip()]
    if len(lines) > 1 and _UNDERLINE.fullmatch(lines[-1]):
        lines = lines[:-1]
    line = " ".join(lines[-1].split())
    alone = len(lines) == 1 or all(_MARKED.match(other.lstrip()) for other in lines)
    return alone and (
        _MARKED.match(line) is not None or (span.section in line and len(line) <= len(span.section) + TITLE_MARKUP)
    )


def is_heading(paragraph: str, below: str, *, opens_section: bool) -> bool:
    """Whether a paragraph is the heading of what follows it.

    Args:
        paragraph: As it stands in the text.
        below: The paragraph after it.
        opens_section: Whether the section map says that a section begins with it.
    """
    lines = paragraph.strip().split("\n")
    if len(lines) == 2 and _UNDERLINE.fullmatch(lines[1]):
        lines.pop()
    if len(lines) > 1 or not below.strip():
        return False
    line = lines[0]
    if opens_section or _MARKED.match(line):
        return True
    plain = line.strip("*_ \t")
    return (
        0 < len(line.split()) <= HEADING_WORDS
        and _ITEM.match(line) is None
        and plain[:1].isupper() | plain[:1].isdigit()
        and plain[-1:] not in ".,;:!?…。"
        and len(below.split()) >= PROSE_WORDS
    )
