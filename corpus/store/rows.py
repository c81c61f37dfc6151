"""Records of the store: dictionaries of columns, and the objects made of them after their checksum is verified."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from corpus.documents import METADATA_FIELDS, Kind, Metadata, Place, RemovedSpan, Section, SourceDocument
from corpus.errors import StoreCorruptError
from corpus.store.checksums import checksum
from corpus.store.connection import Cursor

Record = dict[str, Any]
"""A row: values by the names of their columns."""

_PLAIN_COLUMNS = ("key", "id", "source", "file", "source_sha256", "media_type", "revision", "characters", "ingested_at")
CHECKED_DOCUMENT_COLUMNS = (
    *_PLAIN_COLUMNS,
    *(field.name for field in METADATA_FIELDS),
    *("sections", "pages", "removed_spans"),
)
"""Columns of a document that its checksum covers, in the order in which it covers them."""

CHECKED_PASSAGE_COLUMNS = ("key", "id", "document", "start", "end", "byte_start", "byte_end", "page", "section")
"""Columns of a passage that its checksum covers, in order; it covers the text of the span too."""

DOCUMENT_COLUMNS = ", ".join((*CHECKED_DOCUMENT_COLUMNS, "metadata_checksum"))
PASSAGE_COLUMNS = ", ".join(f'"{name}"' for name in (*CHECKED_PASSAGE_COLUMNS, "checksum"))

_EMPTY = {Kind.LIST: "[]", Kind.OBJECT: "{}"}

EMPTY_COLUMNS: Mapping[str, str | None] = {
    **{field.name: _EMPTY.get(field.kind, None if field.optional else "") for field in METADATA_FIELDS},
    **dict.fromkeys(("sections", "pages", "removed_spans"), "[]"),
}
"""Values of a document without metadata, sections, pages and removed spans."""

_JSON_FIELDS = [field.name for field in METADATA_FIELDS if field.kind is not Kind.TEXT]
_TEXT_FIELDS = [field.name for field in METADATA_FIELDS if field.kind is Kind.TEXT]
_JSON_COLUMNS = (*_JSON_FIELDS, "sections", "pages", "removed_spans")
_FIELDS = [field.name for field in METADATA_FIELDS]
_LIST_FIELDS = {field.name for field in METADATA_FIELDS if field.kind is Kind.LIST}

_READER = "reader"
READER_VERSION_SQL = f"iif(json_valid(pages), coalesce(json_extract(pages, '$[#-1].{_READER}'), 1), 1)"
"""SQL for the version of the reader in the column `pages`."""

_json = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make an encoder for each call
_checked_document = itemgetter(*CHECKED_DOCUMENT_COLUMNS)
_checked_passage = itemgetter(*CHECKED_PASSAGE_COLUMNS)


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document in the store, without its text.

    Args:
        passages: Number of its passages.
    """

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
    places: Sequence[Place]
    removed_spans: Sequence[RemovedSpan]
    reader_version: int


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage in the store, with the text of its span."""

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
    """Source of a document, for the detection of changes.

    Args:
        id: Id of the document.
        source: Its source.
        file: The file that contains the source and perhaps others.
        sha256: Hex digest of the source when it was read.
        media_type: Media type of the source.
        reader_version: Version of the format that it was read with.
    """

    id: str
    source: str
    file: str
    sha256: str
    media_type: str
    reader_version: int


def records(cursor: Cursor) -> list[Record]:
    """Return all rows of a query by the names of their columns."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor]  # noqa: B905 - strict costs time, and rows have all columns


def metadata_columns(document: SourceDocument) -> Record:
    """Return the columns of a document's metadata, sections, pages, places, reader's version and removed spans."""
    about = document.metadata
    pages = _json([*document.pages, *([place.start, place.label] for place in document.places)])
    return {
        **{name: getattr(about, name) for name in _TEXT_FIELDS},
        **{name: _json(getattr(about, name)) for name in _JSON_FIELDS},
        "sections": _json([[s.title, s.level, s.start] for s in document.sections]),
        "pages": with_reader_version(pages, document.reader_version),
        "removed_spans": removed_spans_column(document.removed_spans),
    }


def with_reader_version(pages: str, version: int) -> str:
    """Return a value of the column `pages` with another version of the reader. Version 1 is not written."""
    others = [each for each in json.loads(pages) if not isinstance(each, dict)]
    return _json([*others, {_READER: version}] if version > 1 else others)


def removed_spans_column(spans: Sequence[RemovedSpan]) -> str:
    """Return the value of the column `removed_spans`."""
    return _json([[span.start, span.end, span.reason] for span in spans])


def document_checksum(record: Mapping[str, object]) -> int:
    """Return the CRC-32 of the columns `CHECKED_DOCUMENT_COLUMNS` of a document."""
    return checksum(_json(_checked_document(record)).encode())


def passage_checksum(record: Mapping[str, object], text: bytes) -> int:
    """Return the CRC-32 of the columns `CHECKED_PASSAGE_COLUMNS` of a passage and of its text in UTF-8."""
    return checksum(_json(_checked_passage(record)).encode(), text)


def document_from_record(record: Record, passages: int) -> StoredDocument:
    """Return the document of a record with `DOCUMENT_COLUMNS`.

    Args:
        record: The record.
        passages: Number of the document's passages.

    Raises:
        StoreCorruptError: The record does not match its checksum.
    """
    if not _matches(document_checksum, record["metadata_checksum"], record):
        raise StoreCorruptError(f"The record of document '{record['id']}' is damaged. Run: footnote verify")
    values = json.loads(f"[{','.join(map(record.__getitem__, _JSON_COLUMNS))}]")  # one call is faster than six
    parsed = record | dict(zip(_JSON_COLUMNS, values, strict=True))
    metadata: dict[str, Any] = {name: tuple(parsed[name]) if name in _LIST_FIELDS else parsed[name] for name in _FIELDS}
    return StoredDocument(
        **{name: record[name] for name in _PLAIN_COLUMNS},
        passages=passages,
        metadata=Metadata(**metadata),
        sections=tuple([Section(*section) for section in parsed["sections"]]),
        pages=tuple([start for start in parsed["pages"] if isinstance(start, int)]),
        places=tuple([Place(place[1], place[0]) for place in parsed["pages"] if isinstance(place, list)]),
        removed_spans=tuple([RemovedSpan(*span) for span in parsed["removed_spans"]]),
        reader_version=next((each[_READER] for each in parsed["pages"] if isinstance(each, dict)), 1),
    )


def passage_from_record(record: Record, text: bytes) -> StoredPassage:
    """Return the passage of a record with `PASSAGE_COLUMNS` and of the bytes of its span.

    Raises:
        StoreCorruptError: Record or text does not match the checksum.
    """
    if not _matches(passage_checksum, record["checksum"], record, text):
        raise StoreCorruptError(f"Passage '{record['id']}' is damaged. Run: footnote verify")
    kept = {name: record[name] for name in ("key", "id", "start", "end", "page", "section")}
    return StoredPassage(**kept, document_key=record["document"], text=text.decode())


def _matches(checksum_of: Callable[..., int], expected: object, *parts: object) -> bool:
    """Return whether a record matches its checksum; values of a damaged one may have any type."""
    try:
        return checksum_of(*parts) == expected
    except TypeError:
        return False
