"""Detection of boilerplate copied from web pages. Passages exclude these spans; the text itself never changes."""

import dataclasses
from collections.abc import Sequence

from corpus.cleaning.blocks import Block, blocks_of
from corpus.cleaning.data_addresses import data_addresses
from corpus.cleaning.head import breadcrumb, headline, menus
from corpus.cleaning.marks import appeals_between, marks_of
from corpus.cleaning.phrases import phrases
from corpus.cleaning.related import related_articles
from corpus.cleaning.running import RUNNING, running_lines
from corpus.cleaning.tail import advertising_comments, reader_comments
from corpus.documents import RemovedSpan, SourceDocument

__all__ = ["CLEANING_VERSION", "RUNNING", "clean", "cleaned", "merged"]

CLEANING_VERSION = 2
"""Part of the fingerprint. Increase it when the rules remove other spans of the same text."""

WRITTEN = (
    *("text/plain", "text/markdown", "application/jsonl", "application/json", "text/csv"),
    *("text/x-rst", "text/x-org", "text/asciidoc"),
)
"""Media types whose texts are as they were written, with what they embed."""

SIGNS = 2
"""Weak signs that make a text a copied web page without a strong one."""


def clean(text: str, media_type: str = "text/plain", pages: Sequence[int] = ()) -> list[RemovedSpan]:
    """Return the spans of a text that are boilerplate, with reasons.

    Only the text counts, so the same text has the same spans whatever else is stored.

    Args:
        text: A canonical text.
        media_type: Media type of the source. Boilerplate is detected in plain text only; readers of other formats use
            the markup.
        pages: Start of each page, in code points. Running heads and feet are detected.

    Returns:
        Spans in order, without overlap and outer white space; none if nothing else would be left.
    """
    spans = running_lines(text, pages)
    if media_type == "text/plain" and not pages:
        spans = _boilerplate(text)
    if media_type in WRITTEN:
        spans = merged(spans, data_addresses(text))
    return _unless_all(text, spans)


def _unless_all(text: str, spans: list[RemovedSpan]) -> list[RemovedSpan]:
    """Return the spans, or none if no other text would be left."""
    removed = "".join(text[span.start : span.end] for span in spans)
    return spans if len("".join(removed.split())) < len("".join(text.split())) else []


def merged(spans: Sequence[RemovedSpan], others: Sequence[RemovedSpan]) -> list[RemovedSpan]:
    """Return both kinds of spans in order. Of two that overlap, the first ends where the second begins."""
    if not others:
        return list(spans)
    found: list[RemovedSpan] = []
    for span in sorted([*spans, *others], key=lambda each: (each.start, -each.end)):
        start = max(span.start, found[-1].end) if found else span.start
        if start < span.end:
            found.append(RemovedSpan(start, span.end, span.reason))
    return found


def cleaned(document: SourceDocument, *, remove: bool = True) -> SourceDocument:
    """Return a document with its boilerplate marked, and its title corrected if it was guessed from a breadcrumb.

    Args:
        document: From its reader, which may have found running heads and feet.
        remove: Whether to mark spans. The title is corrected in any case.
    """
    spans = clean(document.text, document.media_type, document.pages)
    if document.removed_spans:
        spans = _unless_all(document.text, merged(spans, document.removed_spans))
    title = _title(document, spans)
    return dataclasses.replace(
        document, metadata=dataclasses.replace(document.metadata, title=title), removed_spans=spans if remove else ()
    )


def _boilerplate(text: str) -> list[RemovedSpan]:
    blocks = blocks_of(text)
    known = phrases()
    trail = breadcrumb(blocks, known)
    marks = marks_of(blocks, (), known)
    taken = menus(blocks, known) | {at: mark.reason for at, mark in marks.items() if mark.strong}
    taken |= related_articles(blocks, {*taken, *marks}, known)
    taken = reader_comments(blocks, taken, known) | taken
    taken |= advertising_comments(blocks, taken, known)
    marks |= marks_of(blocks, taken, known)  # the article may end earlier than assumed before
    weak = {at: mark.reason for at, mark in marks.items() if at not in taken}
    if trail or taken or len(weak) >= SIGNS:
        taken |= weak
        taken |= appeals_between(blocks, taken)
    return _spans(blocks, taken, trail)


def _spans(blocks: Sequence[Block], taken: dict[int, str], trail: RemovedSpan | None) -> list[RemovedSpan]:
    """Return the blocks as spans. Adjacent blocks with the same reason become one."""
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
    """Return the title, or the headline if the title was guessed from a line above it."""
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
