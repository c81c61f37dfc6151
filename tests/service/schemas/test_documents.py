"""The places that must know each declared metadata field, besides those that derive from the declaration."""

import dataclasses

from corpus.documents import METADATA_FIELDS, Content, Found, Kind
from corpus.metadata import front_matter, metadata_of, validated
from service.schemas import DocumentDetails

EXAMPLES = {"published": "2017-01-19", "language": "es", "url": "https://example.org/", "extra": {"key": "value"}}
"""Values of the fields that do not accept any line of text."""


def test_every_metadata_field_is_read_and_shown() -> None:
    values = {
        field.name: EXAMPLES.get(field.name, ["words"] if field.kind is Kind.LIST else "words")
        for field in METADATA_FIELDS
    }
    written = validated({name: value for name, value in values.items() if name != "extra"} | {"key": "value"}, "here")
    metadata = metadata_of(Content("The text."), [written], [], "name", None)
    places = {
        "corpus/metadata/front_matter.py, FrontMatter": {*front_matter.FrontMatter.model_fields, "extra"},
        "corpus/metadata/front_matter.py, _WANTED": {*front_matter._WANTED, "extra"},
        "corpus/documents/content.py, Found": {field.name for field in dataclasses.fields(Found)},
        "corpus/metadata/precedence.py, metadata_of": {name for name in values if getattr(metadata, name)},
        "service/schemas/documents.py, DocumentRecord": set(DocumentDetails.model_fields),
    }
    missing = {place: sorted(values.keys() - known) for place, known in places.items()}
    assert {place: names for place, names in missing.items() if names} == {}
