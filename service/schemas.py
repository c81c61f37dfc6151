"""What people send over HTTP, and what the service sends besides answers."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from corpus import Filters, StoredDocument

__all__ = [
    "AskRequest",
    "DocumentDetails",
    "DocumentList",
    "DocumentRecord",
    "FieldError",
    "FilterFields",
    "Health",
    "Problem",
    "ReceivedFile",
    "ReceivedFiles",
    "RemovedDocument",
    "field_errors",
]

MAX_QUESTION_CHARACTERS = 2000
"""Twice the longest passage: more is a text, not a question, and the encoder would not see its end."""

MAX_K = 100
"""As many passages as reranking looks at by default."""

MAX_FILTER_VALUES = 100
MAX_FILTER_CHARACTERS = 1000
"""Longer than any publisher's name or document's id."""

_Value = Annotated[str, Field(min_length=1, max_length=MAX_FILTER_CHARACTERS)]
_Values = Annotated[list[_Value], Field(max_length=MAX_FILTER_VALUES)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublishedRange(_Strict):
    """Dates of publication: from `gte` on, before `lt`."""

    gte: Annotated[datetime.date | None, Field(description="First date allowed.")] = None
    lt: Annotated[datetime.date | None, Field(description="First date no longer allowed.")] = None

    @model_validator(mode="after")
    def _in_order(self) -> "PublishedRange":
        if self.gte and self.lt and self.gte >= self.lt:
            raise PydanticCustomError("empty_range", "No date lies in this range: 'gte' must be before 'lt'.")
        return self


class FilterFields(_Strict):
    """Which documents may answer; a field that is left out allows all."""

    publisher: Annotated[_Values, Field(description="Any of these publishers.")] = []
    document_id: Annotated[_Values, Field(description="Any of these documents.")] = []
    language: Annotated[_Values, Field(description="Any of these language tags; `es` includes `es-SV`.")] = []
    tag: Annotated[_Values, Field(description="Documents that carry any of these tags.")] = []
    published: Annotated[PublishedRange, Field(description="Published in this range of dates.")] = PublishedRange()

    def to_filters(self) -> Filters:
        """The filters as the store takes them."""
        first, last = self.published.gte, self.published.lt
        return Filters(
            publishers=self.publisher,
            document_ids=self.document_id,
            languages=self.language,
            tags=self.tag,
            published_from=None if first is None else first.isoformat(),
            published_before=None if last is None else last.isoformat(),
        )


class AskRequest(_Strict):
    """A question."""

    question: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_QUESTION_CHARACTERS,
            description="The question, in plain language.",
            examples=["When did the truce begin?"],
        ),
    ]
    k: Annotated[int, Field(ge=1, le=MAX_K, strict=True, description="At most so many passages.")] = 5
    filters: Annotated[FilterFields, Field(description="Which documents may answer.")] = FilterFields()

    @field_validator("question")
    @classmethod
    def _not_blank(cls, question: str) -> str:
        if not question.strip():
            raise PydanticCustomError("blank", "The question is empty: ask something.")
        return question.strip()


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
    """A document without its text, with its sections: too much for each line of a list."""

    sections: list[SectionRecord]

    @classmethod
    def of(cls, document: StoredDocument) -> "DocumentDetails":
        """The details of a stored document."""
        sections = [SectionRecord(title=s.title, level=s.level, start=s.start) for s in document.sections]
        return cls(**DocumentRecord.of(document).model_dump(), sections=sections)


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


class FieldError(BaseModel):
    """One field that is wrong: a JSON Pointer (RFC 6901) into what was sent, and what to do."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None


_SENTENCES: Mapping[str, str] = {
    "missing": "This field is required.",
    "blank": "The question is empty: ask something.",
    "string_too_short": "This text is empty; it needs at least {min_length} character.",
    "string_too_long": "This text is too long; at most {max_length:,} characters are allowed.",
    "string_type": "This must be a text.",
    "string_unicode": "This text holds a character that is not valid Unicode.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than_equal": "This must be at most {le}.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "too_long": "There are too many values; at most {max_length} are allowed.",
    "list_type": "This must be a list.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "json_invalid": "This is not valid JSON.",
}


def field_errors(errors: Sequence[Any], fields: Sequence[str] = tuple(AskRequest.model_fields)) -> list[FieldError]:
    """Validation errors in plain words, naming where and never repeating what was sent.

    Args:
        errors: As `pydantic.ValidationError.errors()` gives them; a leading `body`, `query` or `path` is no part
            of the pointer.
        fields: The names known at the top level, told when there is an unknown one.
    """
    return [_field_error(error, fields) for error in errors]


def _field_error(error: Mapping[str, Any], fields: Sequence[str]) -> FieldError:
    where = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
    kind = error["type"]
    if kind == "extra_forbidden":
        known = fields if len(where) == 1 else _known_at(where[:-1])
        return FieldError(
            pointer=_pointer(where[:-1]),
            detail=f"There is an unknown field here. Known are: {', '.join(known)}.",
        )
    if kind.startswith("date_"):
        return FieldError(pointer=_pointer(where), detail="This must be a date such as 2017-01-19.")
    if kind == "json_invalid":
        where = []
    sentence = _SENTENCES.get(kind)
    detail = sentence.format(**error.get("ctx", {})) if sentence else str(error["msg"])
    return FieldError(pointer=_pointer(where), detail=detail)


def _known_at(where: Sequence[str]) -> list[str]:
    return list((PublishedRange if where[-1] == "published" else FilterFields).model_fields)


def _pointer(where: Sequence[str]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in where)


def validation_sentence(error: ValidationError) -> str:
    """The first thing that is wrong, as one sentence for a terminal."""
    first = field_errors(error.errors())[0]
    return f"{first.pointer.lstrip('/') or 'The request'}: {first.detail}"
