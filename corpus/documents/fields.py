"""The metadata fields of a document, declared once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from corpus.documents.field_types import Filterable, Match, declared_fields


@dataclass(frozen=True, slots=True)
class Metadata:
    """Bibliographic metadata of a document.

    This class declares the metadata fields. The store's columns, the checksum of a record, the filters, their API
    schema and their documentation derive from it (`METADATA_FIELDS`).

    Args:
        title: Never empty; readers fall back to the first line, then to the file name.
        published: ISO 8601 calendar date, `2017-01-19`.
        language: BCP 47 tag, `en`, `es-SV`.
        url: An http or https address.
        extra: Other keys of the front matter, unchanged (JSON values only).
    """

    title: str
    publisher: Annotated[
        str | None, Filterable("publisher", Match.ANY_OF, "Any of these publishers, spelt identically.")
    ] = None
    authors: Sequence[str] = ()
    published: Annotated[
        str | None,
        Filterable("published", Match.DATES, "Published in this range; a document without a date is in none."),
    ] = None
    language: Annotated[
        str | None, Filterable("language", Match.LANGUAGE, "Any of these language tags; `es` includes `es-SV`.")
    ] = None
    url: str | None = None
    tags: Annotated[Sequence[str], Filterable("tag", Match.ANY_OF, "Any of these tags, spelt identically.")] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


METADATA_FIELDS = declared_fields(Metadata)
