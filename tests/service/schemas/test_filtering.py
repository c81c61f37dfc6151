"""The `filters` of a request: what derives from declared metadata fields, and other keys of the front matter."""

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from corpus.documents.fields import METADATA_FIELDS
from corpus.store.filtering.filters import AnyOf, Filters, Languages, Range
from service.schemas.asking import AskRequest
from service.schemas.problems import field_errors

ROOT = Path(__file__).parents[3]


def filters(given: object) -> Filters:
    return AskRequest.model_validate({"question": "q", "filters": given}).filters.to_filters()


def test_filters_become_conditions_on_the_metadata_fields() -> None:
    given = {
        "document_id": ["a"],
        "publisher": ["b"],
        "language": ["es"],
        "tag": ["c", "d"],
        "published": {"gte": "2016-01-01"},
    }
    assert filters(given) == Filters(
        fields=(
            ("publisher", AnyOf.of(["b"])),
            ("published", Range(gte=datetime.date(2016, 1, 1))),
            ("language", Languages(frozenset(["es"]))),
            ("tags", AnyOf.of(["c", "d"])),
        ),
        document_ids=("a",),
    )


def test_filters_on_other_keys_keep_their_types() -> None:
    given = {"extra": {"región": ["north", 1, True, 1.5], "year": {"gte": 2014, "lt": 2e3 + 20}, "none": []}}
    assert filters(given) == Filters(
        extra=(("región", AnyOf.of(["north", 1, True, 1.5])), ("year", Range(gte=2014, lt=2020)))
    )
    day = datetime.date(2014, 5, 1)
    assert filters({"extra": {"signed": {"gt": "2014-05-01"}}}).extra == (("signed", Range(gt=day)),)


def test_filters_without_values_allow_everything() -> None:
    assert not filters({"publisher": [], "published": {}, "extra": {}, "document_id": []})
    assert not filters({"extra": {"region": []}})


BOUND = "This must be a number, or a date such as 2017-01-19."
NAME = "A name must have 1 to 1,000 characters of valid Unicode."


@pytest.mark.parametrize(
    ("extra", "pointer", "detail"),
    [
        ([], "", "This must be an object."),
        ({"a": "north"}, "/a", "This must be a list or a range."),
        ({"a": None}, "/a", "This must be a list or a range."),
        ({"a": [["x"]]}, "/a/0", "This must be a text, a number, true or false."),
        ({"a": ["x", None]}, "/a/1", "This must be a text, a number, true or false."),
        ({"a": [float("nan")]}, "/a/0", "This must be a text, a number, true or false."),
        ({"a": [""]}, "/a/0", "This text is empty; it needs at least 1 character."),
        ({"a": ["x" * 1001]}, "/a/0", "This text is too long; at most 1,000 characters are allowed."),
        ({"a": [1] * 101}, "/a", "There are too many values; at most 100 are allowed."),
        ({"a/b~": {"gte": "soon"}}, "/a~1b~0/gte", BOUND),
        ({"a": {"gte": "2014-02-30"}}, "/a/gte", BOUND),
        ({"a": {"lt": True}}, "/a/lt", BOUND),
        ({"a": {"lt": float("inf")}}, "/a/lt", BOUND),
        ({"a": {"eq": 1}}, "/a", "This has an unknown field. Known fields: gte, gt, lte, lt."),
        ({"a": {}}, "/a", "This range needs a bound: gte, gt, lte or lt."),
        ({"a": {"gte": 1, "lt": "2014-05-01"}}, "/a", "The bounds of a range must be all numbers or all dates."),
        ({"a": {"gt": 1, "lte": 1}}, "/a", "No value lies in this range: give a larger upper bound."),
        ({"a": ["\udc00"]}, "/a/0", "This text has a character that is not valid Unicode."),
        ({"": [1]}, "", NAME),
        ({"x" * 1001: [1]}, "", NAME),
        ({"\ud800": [1]}, "", NAME),
        ({str(at): [1] for at in range(21)}, "", "There are too many names; at most 20 are allowed."),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused_with_its_place(extra: object, pointer: str, detail: str) -> None:
    with pytest.raises(ValidationError) as refused:
        filters({"extra": extra})
    [error] = field_errors(refused.value.errors())
    assert (error.pointer, error.detail) == (f"/filters/extra{pointer}", detail)


def test_every_condition_that_cannot_be_used_is_reported() -> None:
    with pytest.raises(ValidationError) as refused:
        filters({"extra": {"a": "north", "b": ["x", None, []], "c": {"gte": "soon", "eq": 1}}})
    pointers = [error.pointer.removeprefix("/filters/extra") for error in field_errors(refused.value.errors())]
    assert pointers == ["/a", "/b/1", "/b/2", "/c", "/c/gte"]


def test_a_range_of_one_value_is_allowed() -> None:
    assert filters({"extra": {"year": {"gte": 2014, "lte": 2014}}}).extra == (("year", Range(gte=2014, lte=2014)),)


def test_the_schema_describes_every_filter() -> None:
    definitions: dict[str, Any] = AskRequest.model_json_schema()["$defs"]
    properties = definitions["FilterFields"]["properties"]
    declared = {field.filter.name: field.filter.description for field in METADATA_FIELDS if field.filter}
    assert {name: properties[name]["description"] for name in declared} == declared
    assert set(properties) == {"document_id", "extra", *declared}
    values, span = properties["extra"]["additionalProperties"]["anyOf"]
    assert {one["type"] for one in values["items"]["anyOf"]} == {"string", "integer", "number", "boolean"}
    assert span == {"$ref": "#/$defs/ValueRange"}
    assert set(definitions["ValueRange"]["properties"]) == {"gte", "gt", "lte", "lt"}


def test_the_documentation_lists_every_filter() -> None:
    page = (ROOT / "docs" / "http-api.md").read_text(encoding="utf-8")
    for field in METADATA_FIELDS:
        if field.filter is not None:
            assert f"\n| `{field.filter.name}` | {field.filter.description} |\n" in page


ANOTHER_FIELD = """
import dataclasses, sys
from pathlib import Path
from typing import Annotated

import corpus.documents, corpus.documents.document, corpus.documents.fields as declaration
from corpus.documents.field_types import Filterable, Match, declared_fields

@dataclasses.dataclass(frozen=True, slots=True)
class Metadata(declaration.Metadata):
    place: Annotated[str | None, Filterable("place", Match.ANY_OF, "Any of these places.")] = None

for module in (corpus.documents, corpus.documents.document, declaration):
    module.Metadata, module.METADATA_FIELDS = Metadata, declared_fields(Metadata)

from corpus.store import Put, Store, View
from service.schemas import FilterFields
from tests.corpus.samples import sample_document, sample_passages, tamper

folder = Path(sys.argv[1])
with Store(folder, create=True) as store:
    for place in ("Izalco", "Ilopango"):
        document = sample_document(f"/{place}.md")
        about = {name: getattr(document.metadata, name) for name in ('title', 'tags', 'extra')}
        document = dataclasses.replace(document, metadata=Metadata(**about, place=place))
        store.put(document, sample_passages(), "an encoder")
with View(folder) as view:
    allowed = view.allowed_documents(FilterFields.model_validate({"place": ["Izalco"]}).to_filters())
    found = view.documents_by_key(allowed)
    print(*(document.metadata.place for document in found.values()))
tamper(folder, "UPDATE documents SET place = 'Elsewhere' WHERE id = 'izalco'")
with View(folder) as view:
    try:
        view.document("izalco")
    except Exception as error:
        print(error)
"""


def test_a_field_that_is_declared_is_stored_checked_and_filtered_on(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ANOTHER_FIELD, str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    damaged = "The record of document 'izalco' is damaged. Run: footnote verify"
    assert ran.stdout.splitlines() == ["Izalco", damaged], ran.stderr
