"""Schemas of responses about documents and health."""

from typing import Literal

from pydantic import BaseModel

from corpus.store import StoredDocument

__all__ = [
    "DocumentDetails",
    "DocumentList",
    "DocumentRecord",
    "Health",
    "ReceivedFile",
    "ReceivedFiles",
    "RemovedDocument",
]


class DocumentRecord(BaseModel):
    """A document without its text."""

    id: str
    revision: str
    title: str
    publisher: str | None
    authors: list[str]
    published: str | None
    language: str | None
    url: str | None
    tags: list[str]
    media_type: str
    characters: int
    passages: int
    ingested_at: str
    href: str

    @classmethod
    def of(cls, document: StoredDocument, root_path: str = "") -> "DocumentRecord":
        """Make the record of a stored document, without its path on the disk; `root_path` is the prefix of links."""
        about = document.metadata
        return cls(
            id=document.id,
            revision=document.revision,
            title=about.title,
            publisher=about.publisher,
            authors=list(about.authors),
            published=about.published,
            language=about.language,
            url=about.url,
            tags=list(about.tags),
            media_type=document.media_type,
            characters=document.characters,
            passages=document.passages,
            ingested_at=document.ingested_at,
            href=f"{root_path}/documents/{document.id}",
        )


class SectionRecord(BaseModel):
    """Heading of a section, and the code point of the canonical text where the section begins."""

    title: str
    level: int
    start: int


class DocumentDetails(DocumentRecord):
    """A document without its text, with its sections and pages."""

    sections: list[SectionRecord]
    pages: list[int]

    @classmethod
    def of(cls, document: StoredDocument, root_path: str = "") -> "DocumentDetails":
        """Make the details of a stored document; `pages` has the code point of the canonical text where each begins."""
        sections = [SectionRecord(title=s.title, level=s.level, start=s.start) for s in document.sections]
        return cls(**DocumentRecord.of(document, root_path).model_dump(), sections=sections, pages=list(document.pages))


class DocumentList(BaseModel):
    """A page of documents; the next one has `cursor=next_cursor`, which is null on the last."""

    documents: list[DocumentRecord]
    next_cursor: str | None


class ReceivedFile(BaseModel):
    """Outcome of an uploaded file."""

    name: str
    outcome: Literal["added", "replaced", "unchanged", "refused"]
    documents: list[str]
    reasons: list[str]


class ReceivedFiles(BaseModel):
    """Outcome of each file, in the order sent, and the store's generation afterwards."""

    files: list[ReceivedFile]
    generation: int


class RemovedDocument(BaseModel):
    """Id of the removed document, and the store's generation afterwards."""

    removed: str
    generation: int


class Health(BaseModel):
    """State of the service."""

    status: str
    generation: int | None = None
    documents: int | None = None
    passages: int | None = None
    warnings: list[str] | None = None
    checks: dict[str, str] | None = None
