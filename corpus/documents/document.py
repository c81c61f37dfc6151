"""What a document, a section and a passage are."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = [
    "EncodedPassage",
    "Metadata",
    "Passage",
    "RemovedSpan",
    "Section",
    "SourceDocument",
    "passage_id",
    "revision_of",
]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and where its section begins, in code points of the canonical text."""

    title: str
    level: int
    start: int


@dataclass(frozen=True, slots=True)
class RemovedSpan:
    """A span `[start, end)` of a canonical text, in code points, that no passage may use, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says of itself.

    Args:
        title: Never empty; readers fall back to the first line, then to the file's name.
        published: ISO 8601 calendar date, `2017-01-19`.
        language: BCP 47 tag, `en`, `es-SV`.
        url: An http or https address, or None.
        extra: Front matter that Footnote gives no meaning to, kept as it was (JSON values only).
    """

    title: str
    publisher: str | None = None
    authors: Sequence[str] = ()
    published: str | None = None
    language: str | None = None
    url: str | None = None
    tags: Sequence[str] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document as a reader gives it: canonical text, section map and metadata.

    Args:
        source: Where it came from; one source is one document.
        file: The file that holds the source, if that holds more than one; the source itself if None.
        source_sha256: Hex digest of the source's bytes, which tells a changed source from an unchanged one.
        media_type: Of the source, `text/plain` or `application/pdf`.
        text: The canonical text. Every offset in Footnote counts its Unicode code points.
        sections: In order of their start.
        pages: Where each page of a paged document begins, in code points; the first is page 1.
        removed: What cleaning took out, in order, without overlap.
    """

    source: str
    source_sha256: str
    media_type: str
    text: str
    metadata: Metadata
    sections: Sequence[Section] = ()
    pages: Sequence[int] = ()
    removed: Sequence[RemovedSpan] = ()
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A span `[start, end)` of a document's canonical text, in code points."""

    start: int
    end: int
    section: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class EncodedPassage:
    """A passage with what the encoder made of it, as bytes that only the embeddings room can read."""

    passage: Passage
    vector: bytes
    token_vectors: bytes


def revision_of(text: str) -> str:
    """The revision of a canonical text: `sha256:` and the hex digest of its UTF-8 bytes."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def passage_id(document_id: str, revision: str, passage: Passage) -> str:
    """A passage's public id: the same for the same document, revision and span, on every machine."""
    key = f"{document_id}\n{revision}\n{passage.start}\n{passage.end}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]
