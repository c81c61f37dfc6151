"""Schemas of responses about documents and health."""

from dataclasses import fields
from typing import Any, Literal, Self

from pydantic import BaseModel

from corpus.store import StoredDocument


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
    def of(cls, document: StoredDocument, root_path: str = "") -> Self:
        """Make the record of a stored document, without its path on the disk; `root_path` is the prefix of links."""
        values = {
            field.name: getattr(part, field.name) for part in (document, document.metadata) for field in fields(part)
        }
        values["href"] = f"{root_path}/documents/{document.id}"
        return cls.model_validate(values, from_attributes=True)


class SectionRecord(BaseModel):
    """Heading of a section, and the code point of the canonical text where the section begins."""

    title: str
    level: int
    start: int


class PlaceRecord(BaseModel):
    """What the source calls a place, such as a cell or a time, and the code point where it begins."""

    label: str
    start: int


class DocumentDetails(DocumentRecord):
    """A document without its text.

    `extra` has the other keys of the front matter; `pages`, the code point of the canonical text where each begins;
    `places`, the cells or times of a source that has these instead. `has_page_pictures` says whether its pages can be
    shown.
    """

    extra: dict[str, Any]
    sections: list[SectionRecord]
    pages: list[int]
    places: list[PlaceRecord]
    has_page_pictures: bool = False

    @classmethod
    def with_pages(cls, document: StoredDocument, root_path: str, *, has_page_pictures: bool) -> Self:
        """Make the record of a document whose pages can be shown or not."""
        return cls.of(document, root_path).model_copy(update={"has_page_pictures": has_page_pictures})


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
    notes: list[str]


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
