"""Rows of the store as objects, each checked against its checksum when it is read."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.documents import Metadata, RemovedSpan, Section, SourceDocument
from corpus.errors import StoreCorruptError
from corpus.store.checksums import checksum

__all__ = [
    "DOCUMENT_COLUMNS",
    "METADATA_COLUMNS",
    "PASSAGES_OF_DOCUMENT",
    "PASSAGE_COLUMNS",
    "StoredDocument",
    "StoredPassage",
    "StoredSource",
    "document_from_row",
    "metadata_checksum",
    "metadata_columns",
    "passage_checksum",
    "passage_from_row",
    "removed_column",
    "row_checksum",
]

METADATA_COLUMNS = "title, publisher, authors, published, language, url, tags, extra, sections, pages, removed"
PASSAGES_OF_DOCUMENT = "(SELECT count(*) FROM passages WHERE document = documents.key)"
DOCUMENT_COLUMNS = (
    "key, id, source, file, source_sha256, media_type, revision, characters, ingested_at, "
    f"{PASSAGES_OF_DOCUMENT}, {METADATA_COLUMNS}, metadata_checksum"
)
PASSAGE_COLUMNS = "key, id, document, start, end, byte_start, byte_end, page, section, checksum"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document in the store, without its text."""

    key: int
    id: str
    source: str
    file: str
    source_sha256: str
    media_type: str
    revision: str
    characters: int
    ingested_at: str
    passages: int
    metadata: Metadata
    sections: Sequence[Section]
    pages: Sequence[int]
    removed: Sequence[RemovedSpan]


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage in the store with the text its span covers."""

    key: int
    id: str
    document_key: int
    start: int
    end: int
    page: int | None
    section: str | None
    text: str


@dataclass(frozen=True, slots=True)
class StoredSource:
    """Where a document came from: enough to see what has changed since.

    Args:
        id: The document's.
        source: Its source.
        file: The file that holds the source, which may hold others as well.
        sha256: Hex digest that the source had.
    """

    id: str
    source: str
    file: str
    sha256: str


def metadata_columns(document: SourceDocument) -> tuple[object, ...]:
    """The values of `METADATA_COLUMNS` for a document."""
    about = document.metadata
    return (
        about.title,
        about.publisher,
        json.dumps(list(about.authors), ensure_ascii=False),
        about.published,
        about.language,
        about.url,
        json.dumps(list(about.tags), ensure_ascii=False),
        json.dumps(about.extra, ensure_ascii=False),
        json.dumps([[s.title, s.level, s.start] for s in document.sections], ensure_ascii=False),
        json.dumps(list(document.pages)),
        removed_column(document.removed),
    )


def removed_column(removed: Sequence[RemovedSpan]) -> str:
    """The value of the column `removed`."""
    return json.dumps([[span.start, span.end, span.reason] for span in removed], ensure_ascii=False)


def metadata_checksum(identity: Sequence[object], columns: Sequence[object]) -> int:
    """CRC-32 over a document's identity (key, id, source, file, digest, type, revision, length, time) and metadata."""
    return checksum(json.dumps([*identity, *columns], ensure_ascii=False).encode())


def row_checksum(row: Sequence[Any]) -> int:
    """The checksum that a row of `DOCUMENT_COLUMNS` should have."""
    return metadata_checksum(row[:9], row[10:21])


def passage_checksum(columns: Sequence[object], text: bytes) -> int:
    """CRC-32 over a passage's row, of which `columns` are `PASSAGE_COLUMNS` but the checksum, and its text in UTF-8."""
    return checksum(json.dumps(list(columns), ensure_ascii=False).encode(), text)


def document_from_row(row: Sequence[Any]) -> StoredDocument:
    """A document from a row of `DOCUMENT_COLUMNS`.

    Raises:
        StoreCorruptError: The row does not match its checksum.
    """
    key, identity, passages, columns, expected = row[0], row[1:9], row[9], row[10:21], row[21]
    if not _matches(row_checksum, expected, row):
        raise StoreCorruptError(f"The record of document '{identity[0]}' is damaged. Run: footnote verify")
    title, publisher, authors, published, language, url, tags, extra, sections, pages, removed = columns
    about = Metadata(
        title=title,
        publisher=publisher,
        authors=tuple(json.loads(authors)),
        published=published,
        language=language,
        url=url,
        tags=tuple(json.loads(tags)),
        extra=json.loads(extra),
    )
    places = tuple(Section(*section) for section in json.loads(sections))
    taken_out = tuple(RemovedSpan(*span) for span in json.loads(removed))
    fields: list[Any] = [key, *identity, passages, about, places, tuple(json.loads(pages)), taken_out]
    return StoredDocument(*fields)


def passage_from_row(row: Sequence[Any], text: bytes) -> StoredPassage:
    """A passage from a row of `PASSAGE_COLUMNS` and the bytes of its span.

    Raises:
        StoreCorruptError: Row or text does not match the checksum.
    """
    *columns, expected = row
    key, passage, document, start, end, _, _, page, section = columns
    if not _matches(passage_checksum, expected, columns, text):
        raise StoreCorruptError(f"Passage '{passage}' is damaged. Run: footnote verify")
    return StoredPassage(key, passage, document, start, end, page, section, text.decode())


def _matches(checksum_of: Callable[..., int], expected: object, *parts: object) -> bool:
    """Whether a row has its checksum; damaged, it may even hold values of other types than were written."""
    try:
        return checksum_of(*parts) == expected
    except TypeError:
        return False
