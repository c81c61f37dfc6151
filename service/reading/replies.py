"""Checks of what the reading process replies: a file may have taken it over."""

import dataclasses
from collections.abc import Sequence

from corpus.documents import RemovedSpan, SourceDocument
from corpus.files import SourceBytes
from service.reading.cutting import Cut

__all__ = ["checked_document", "checked_passages", "checked_spans"]


def checked_document(document: SourceDocument, text: str, file: SourceBytes) -> SourceDocument:
    """The document with its text, if it is of this file and its maps lie within the text.

    Raises:
        ValueError: It is not, or they do not.
    """
    is_whole = document.source == file.source and document.file is None and document.source_sha256 == file.sha256
    is_record = document.file == file.source and document.source.startswith(f"{file.source}#")
    starts = [section.start for section in document.sections]
    for places in (starts, list(document.pages)):
        if places != sorted(places) or any(not 0 <= place <= len(text) for place in places):
            raise ValueError("a map lies outside its text")
    if not (is_whole or is_record):
        raise ValueError("the document is of another file")
    checked_spans(document.removed_spans, text)
    return dataclasses.replace(document, text=text)


def checked_passages(cut: Cut, text: str) -> Cut:
    """The passages, if they follow each other within the text.

    Raises:
        ValueError: They do not.
    """
    _check_spans([(passage.start, passage.end) for passage in cut.passages], len(text))
    return cut


def checked_spans(spans: Sequence[RemovedSpan], text: str) -> Sequence[RemovedSpan]:
    """The spans, if they follow each other within the text.

    Raises:
        ValueError: They do not.
    """
    _check_spans([(span.start, span.end) for span in spans], len(text))
    return spans


def _check_spans(spans: Sequence[tuple[int, int]], length: int) -> None:
    last = 0
    for start, end in spans:
        if not last <= start < end <= length:
            raise ValueError("a span lies outside its text, or within another one")
        last = end
