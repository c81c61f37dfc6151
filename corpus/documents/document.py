"""Documents, sections and passages."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus.documents.fields import Metadata


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the start of its section, in code points of the canonical text."""

    title: str
    level: int
    start: int


@dataclass(frozen=True, slots=True)
class Place:
    """What a source calls the place of its words, such as the cell `B7` or the time `0:12:05`, and where it begins.

    `start` is in code points of the canonical text.
    """

    label: str
    start: int


@dataclass(frozen=True, slots=True)
class RemovedSpan:
    """A span `[start, end)` of a canonical text, in code points, that passages must not cover, and the reason."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document as read: canonical text, section map and metadata.

    Args:
        source: Path or address of the document; unique in a store.
        source_sha256: Hex digest of the source's bytes; detects changes.
        media_type: Media type of the source, `text/plain` or `application/pdf`.
        text: The canonical text. Every offset in Footnote counts its Unicode code points.
        sections: Sections in order of their start.
        pages: Start of each page of a paged document, in code points; the first is page 1.
        places: Named places of a source without pages, in order of their start.
        removed_spans: Spans that cleaning removed, in order, without overlap.
        file: The file that contains the source, if it contains several; None if it is the source itself.
        reader_version: Version of the format that it was read with; see `corpus.readers.reader_version`.
    """

    source: str
    source_sha256: str
    media_type: str
    text: str
    metadata: Metadata
    sections: Sequence[Section] = ()
    pages: Sequence[int] = ()
    places: Sequence[Place] = ()
    removed_spans: Sequence[RemovedSpan] = ()
    file: str | None = None
    reader_version: int = 1


@dataclass(frozen=True, slots=True)
class Passage:
    """A span `[start, end)` of a document's canonical text, in code points."""

    start: int
    end: int
    section: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class EncodedPassage:
    """A passage as it is stored.

    Args:
        passage: The passage.
        vector: Its vector, as bytes in the format of `embeddings`.
        token_vectors: Its token vectors, as bytes in the format of `embeddings`.
        terms: Number of occurrences of each term in the passage with its document's title before it.
    """

    passage: Passage
    vector: bytes
    token_vectors: bytes
    terms: Mapping[str, int]


def revision_of(text: str) -> str:
    """Return the revision of a canonical text: `sha256:` and the hex digest of its UTF-8 bytes."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def passage_id(document_id: str, revision: str, passage: Passage) -> str:
    """Return the public id of a passage, a digest of document, revision and span; equal on every machine."""
    key = f"{document_id}\n{revision}\n{passage.start}\n{passage.end}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]
