"""What the service says of documents and of itself."""

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
    def of(cls, document: StoredDocument) -> "DocumentRecord":
        """The record of a stored document; where it lay on the disk is nobody's business."""
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
            href=f"/documents/{document.id}",
        )


class SectionRecord(BaseModel):
    """A heading, and the code point of the canonical text where its section begins."""

    title: str
    level: int
    start: int


class DocumentDetails(DocumentRecord):
    """A document without its text, with its sections and pages: too much for each line of a list."""

    sections: list[SectionRecord]
    pages: list[int]

    @classmethod
    def of(cls, document: StoredDocument) -> "DocumentDetails":
        """The details of a stored document; of each page, the code point of the canonical text where it begins."""
        sections = [SectionRecord(title=s.title, level=s.level, start=s.start) for s in document.sections]
        return cls(**DocumentRecord.of(document).model_dump(), sections=sections, pages=list(document.pages))


class DocumentList(BaseModel):
    """A page of documents; ask again with `cursor=next_cursor` until it is null."""

    documents: list[DocumentRecord]
    next_cursor: str | None


class ReceivedFile(BaseModel):
    """What became of an uploaded file."""

    name: str
    outcome: Literal["added", "replaced", "unchanged", "refused"]
    documents: list[str]
    reasons: list[str]


class ReceivedFiles(BaseModel):
    """What became of each file, in the order sent, and the store's generation after it."""

    files: list[ReceivedFile]
    generation: int


class RemovedDocument(BaseModel):
    """The document that was removed, and the store's generation after it."""

    removed: str
    generation: int


class Health(BaseModel):
    """How the service is."""

    status: str
    generation: int | None = None
    documents: int | None = None
    passages: int | None = None
    warnings: list[str] | None = None
    checks: dict[str, str] | None = None
