"""Fields that are declared by annotations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import pytest

from corpus.documents.field_types import Filterable, Kind, Match, MetadataField, declared_fields

PLACE = Filterable("place", Match.ANY_OF, "Any of these places.")


def test_a_fields_type_says_how_it_is_stored() -> None:
    @dataclass
    class Record:
        title: str
        place: Annotated[str | None, PLACE]
        tags: Annotated[Sequence[str], "another annotation"]
        extra: Mapping[str, object]

    assert declared_fields(Record) == (
        MetadataField("title", Kind.TEXT, optional=False, filter=None),
        MetadataField("place", Kind.TEXT, optional=True, filter=PLACE),
        MetadataField("tags", Kind.LIST, optional=False, filter=None),
        MetadataField("extra", Kind.OBJECT, optional=False, filter=None),
    )


def test_a_type_that_cannot_be_stored_is_refused() -> None:
    @dataclass
    class Record:
        year: int

    with pytest.raises(TypeError, match="year"):
        declared_fields(Record)
