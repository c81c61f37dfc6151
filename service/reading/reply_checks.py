"""Checks of replies: a hostile file may control the reading process."""

import dataclasses
from collections.abc import Sequence

from corpus.documents import Passage, RemovedSpan, SourceDocument
from corpus.files import SourceBytes
from corpus.readers import reader_version

MAX_PICTURE_BYTES = 16 * 1024 * 1024
"""Maximum size of a picture of a page; one of 4 million pixels that does not compress has 12 MB."""

_PNG = b"\x89PNG\r\n\x1a\n"


def checked_document(document: SourceDocument, text: str, file: SourceBytes) -> SourceDocument:
    """Return the document with its text and the version of its reader.

    Raises:
        ValueError: The document is of another file, or one of its maps lies outside the text.
    """
    is_whole = document.source == file.source and document.file is None and document.source_sha256 == file.sha256
    is_record = document.file == file.source and document.source.startswith(f"{file.source}#")
    if not (is_whole or is_record):
        raise ValueError("the document is of another file")
    maps = (document.sections, document.places)
    for starts in (*([part.start for part in parts] for parts in maps), list(document.pages)):
        if starts != sorted(starts) or any(not 0 <= start <= len(text) for start in starts):
            raise ValueError("a map lies outside its text")
    check_spans(document.removed_spans, text)
    return dataclasses.replace(document, text=text, reader_version=reader_version(document.media_type))


def checked_picture(png: bytes) -> bytes:
    """Return a picture of a page.

    Raises:
        ValueError: It is no PNG, or too large.
    """
    if not png.startswith(_PNG) or len(png) > MAX_PICTURE_BYTES:
        raise ValueError("the picture is no PNG, or too large")
    return png


def check_spans(spans: Sequence[Passage | RemovedSpan], text: str) -> None:
    """Check that spans follow one another within the text.

    Raises:
        ValueError: They do not.
    """
    last = 0
    for span in spans:
        if not last <= span.start < span.end <= len(text):
            raise ValueError("a span lies outside its text, or overlaps another one")
        last = span.end
