"""Which spans of a text are a web page's furniture, and no passage may use. The text itself is never changed."""

import dataclasses
from collections.abc import Sequence

from corpus.cleaning.blocks import Block, blocks_of
from corpus.cleaning.head import breadcrumb, headline, menus
from corpus.cleaning.marks import appeals_between, marks_of
from corpus.cleaning.phrases import phrases
from corpus.cleaning.related import related_articles
from corpus.cleaning.running import running_lines
from corpus.cleaning.tail import advertising_comments, reader_comments
from corpus.documents import RemovedSpan, SourceDocument

__all__ = ["CLEANING_VERSION", "clean", "cleaned"]

CLEANING_VERSION = 1
"""Part of what decides passages: raised whenever other spans of the same text would be removed."""

SIGNS = 2
"""A text is a copied web page if it shows a strong sign of one, or so many weak ones."""


def clean(text: str, media_type: str = "text/plain", pages: Sequence[int] = ()) -> list[RemovedSpan]:
    """The spans of a text that are furniture, each with its reason.

    Only the text itself is looked at, so that the same text gives the same spans whatever else is stored.

    Args:
        text: A canonical text.
        media_type: Of its source. In plain text, what was copied along with an article is looked for. Other formats
            have markup that tells content from furniture, and their readers use it.
        pages: Where each page begins, in code points. Heads and feet that run through the pages are looked for.

    Returns:
        In order, without overlap, each without outer white space. None if nothing else would be left.
    """
    spans = running_lines(text, pages)
    if media_type == "text/plain" and not pages:
        spans = _furniture(text)
    removed = "".join(text[span.start : span.end] for span in spans)
    return spans if len("".join(removed.split())) < len("".join(text.split())) else []


def cleaned(document: SourceDocument, *, remove: bool = True) -> SourceDocument:
    """A document with its furniture marked, and with its headline for a title that was guessed from a breadcrumb.

    Args:
        document: As its reader gives it.
        remove: Whether to mark anything; the title is mended in any case.
    """
    spans = clean(document.text, document.media_type, document.pages)
    title = _title(document, spans)
    return dataclasses.replace(
        document, metadata=dataclasses.replace(document.metadata, title=title), removed_spans=spans if remove else ()
    )


def _furniture(text: str) -> list[RemovedSpan]:
    blocks = blocks_of(text)
    known = phrases()
    trail = breadcrumb(blocks, known)
    marks = marks_of(blocks, (), known)
    taken = menus(blocks, known) | {at: mark.reason for at, mark in marks.items() if mark.strong}
    taken |= related_articles(blocks, {*taken, *marks}, known)
    taken = reader_comments(blocks, taken, known) | taken
    taken |= advertising_comments(blocks, taken, known)
    marks |= marks_of(blocks, taken, known)  # the article may have turned out to end earlier
    weak = {at: mark.reason for at, mark in marks.items() if at not in taken}
    if trail or taken or len(weak) >= SIGNS:
        taken |= weak
        taken |= appeals_between(blocks, taken)
    return _spans(blocks, taken, trail)


def _spans(blocks: Sequence[Block], taken: dict[int, str], trail: RemovedSpan | None) -> list[RemovedSpan]:
    """Blocks that follow each other for the same reason become one span."""
    spans: list[RemovedSpan] = []
    last = -2
    for at in sorted(taken):
        block = blocks[at]
        if trail is not None and block.start < trail.end and trail.start < block.end:
            continue
        if at == last + 1 and spans and spans[-1].reason == taken[at]:
            spans[-1] = RemovedSpan(spans[-1].start, block.end, taken[at])
        else:
            spans.append(RemovedSpan(block.start, block.end, taken[at]))
        last = at
    return sorted([*spans, *([trail] if trail else [])], key=lambda span: span.start)


def _title(document: SourceDocument, spans: Sequence[RemovedSpan]) -> str:
    """The title; if it was guessed from what stands above the headline, the headline."""
    title, text = document.metadata.title, document.text
    if document.media_type != "text/plain" or not text.lstrip().startswith(title):
        return title
    start = len(text) - len(text.lstrip())
    blocks = blocks_of(text)
    for span in spans:
        if span.reason == "breadcrumb" and span.start == start:
            rest = text[span.end : start + len(title)].strip()
            below = next((block.text for block in blocks if block.start >= span.end), "")
            return rest or (below if below and text[start : span.end].endswith(below) else title)
    return headline(blocks) or title
