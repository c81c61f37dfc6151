"""Filters, evaluated over verified records, which a later view reuses from an earlier one."""

import datetime
from pathlib import Path

import pytest

import corpus.store.view
from corpus.errors import StoreCorruptError, UnknownDocumentError
from corpus.store.filtering.filters import AnyOf, Condition, Filters, Range
from corpus.store.rows import Record, StoredDocument, document_from_record
from corpus.store.store import Store
from corpus.store.view import View
from tests.corpus.samples import FINGERPRINT, TEXT, allowed_keys, filters_of, sample_document, sample_passages, tamper

SPANISH = filters_of(languages=["es"])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path, create=True)
    for name, language in (("a", "es-SV"), ("b", "en"), ("c", "es")):
        store.put(sample_document(f"/{name}.md", language=language), sample_passages(), FINGERPRINT)
    return store


def allowed(view: View, filters: Filters) -> set[str]:
    documents = view.documents_by_key(view.allowed_documents(filters))
    return {document.id for document in documents.values()}


@pytest.mark.parametrize("at_once", [1, 2, 1000])
def test_a_later_view_reads_only_new_rows(store: Store, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus.store.view, "RECORDS_PER_QUERY", at_once)
    with store.view() as earlier:
        assert allowed(earlier, SPANISH) == {"a", "c"}
        store.remove("c")
        store.put(sample_document("/d.md", language="es"), sample_passages(), FINGERPRINT)
        store.put(sample_document("/b.md", TEXT + "More.", language="es"), sample_passages(), FINGERPRINT)
        store.reindex(lambda document, text: sample_passages(text, 3), FINGERPRINT)
        read: list[int] = []

        def noted(record: Record, passages: int) -> StoredDocument:
            read.append(record["key"])
            return document_from_record(record, passages)

        with store.view() as between, store.view() as later:
            between.reuse_catalogue(earlier)  # and is never asked
            later.reuse_catalogue(between)
            monkeypatch.setattr("corpus.store.view.document_from_record", noted)
            keys = allowed_keys(later, SPANISH)
            assert len(read) == 2  # b, which was replaced, and d
            assert keys == later.passage_keys()
            assert allowed(later, SPANISH) == {"a", "b", "d"}


def test_a_view_may_reuse_the_entries_of_one_that_was_never_filtered(store: Store) -> None:
    with store.view() as earlier, store.view() as later:
        later.reuse_catalogue(earlier)
        assert allowed(later, SPANISH) == {"a", "c"}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE documents SET language = 'en' WHERE id = 'a'",
        "UPDATE documents SET tags = '[]' WHERE id = 'b'",
        "DELETE FROM documents WHERE id = 'a'",
        "DELETE FROM passages WHERE document = 1",
    ],
)
def test_damage_never_hides_a_document_from_a_filter(store: Store, damage: str) -> None:
    tamper(store.folder, damage)
    with store.view() as view, pytest.raises(StoreCorruptError):
        view.allowed_documents(SPANISH)


def test_no_document_is_called_unknown_where_one_has_vanished(store: Store) -> None:
    with store.view() as view, pytest.raises(UnknownDocumentError):
        view.document("none")
    tamper(store.folder, "DELETE FROM documents WHERE id = 'a'")
    with store.view() as view, pytest.raises(StoreCorruptError):
        view.document("a")


# Other keys of the front matter


@pytest.fixture
def regions(tmp_path: Path) -> Store:
    store = Store(tmp_path, create=True)
    extras: dict[str, dict[str, object]] = {
        "number": {"year": 2014, "draft": True, "region": "north"},
        "later": {"year": 2015.5, "draft": False, "region": ["south", "north", 7]},
        "text": {"year": "2014", "draft": "true", "region": "North", "signed": "2014-05-01"},
        "time": {"year": [1, 2016], "draft": 1, "signed": "2014-05-02T10:00:00+00:00"},
        "nested": {"year": {"year": 2014}, "region": [["north"]], "signed": "2014-02-30", "draft": None},
        "unicode": {"región/año.x": "été 😀", "signed": "2014-05-01 or later"},
        "long": {"region": "x" * 1001, "y" * 1001: 1},
        "bare": {},
    }
    for name, extra in extras.items():
        store.put(sample_document(f"/{name}.md", extra=extra), sample_passages(), FINGERPRINT)
    return store


DAY = datetime.date(2014, 5, 1)


@pytest.mark.parametrize(
    ("name", "condition", "found"),
    [
        ("region", AnyOf.of(["north"]), {"number", "later"}),
        ("region", AnyOf.of(["North", "south"]), {"text", "later"}),
        ("region", AnyOf.of([7]), {"later"}),
        ("region", AnyOf.of(["7"]), set()),
        ("region", AnyOf.of(["x" * 1001]), set()),
        ("year", AnyOf.of([2014]), {"number"}),
        ("year", AnyOf.of([2014.0]), {"number"}),
        ("year", AnyOf.of(["2014"]), {"text"}),
        ("year", AnyOf.of([True]), set()),
        ("draft", AnyOf.of([True]), {"number"}),
        ("draft", AnyOf.of([False]), {"later"}),
        ("draft", AnyOf.of([1]), {"time"}),
        ("draft", AnyOf.of(["true"]), {"text"}),
        ("year", Range(gte=2014), {"number", "later", "time"}),
        ("year", Range(gt=2014), {"later", "time"}),
        ("year", Range(lte=2014), {"number", "time"}),
        ("year", Range(lt=2014), {"time"}),
        ("year", Range(gt=2014, lt=2016), {"later"}),
        ("draft", Range(gte=0), {"time"}),
        ("year", Range(gte=DAY), set()),
        ("signed", Range(gte=DAY), {"text", "time"}),
        ("signed", Range(lte=DAY), {"text"}),
        ("signed", Range(gt=DAY), {"time"}),
        ("signed", Range(gte=0), set()),
        ("signed", AnyOf.of(["2014-02-30"]), {"nested"}),
        ("región/año.x", AnyOf.of(["été 😀"]), {"unicode"}),
        ("unknown", AnyOf.of(["north"]), set()),
        ("unknown", Range(gte=0), set()),
        ("y" * 1001, Range(gte=0), set()),
    ],
)
def test_a_filter_on_another_key_finds_every_document_that_meets_it(
    regions: Store, name: str, condition: Condition, found: set[str]
) -> None:
    with regions.view() as view:
        assert allowed(view, filters_of(extra={name: condition})) == found


def test_filters_on_several_keys_must_all_be_met(regions: Store) -> None:
    with regions.view() as view:
        both = filters_of(extra={"region": AnyOf.of(["north"]), "year": Range(gt=2014)})
        assert allowed(view, both) == {"later"}
        assert allowed(view, filters_of(document_ids=["number"], extra={"region": AnyOf.of(["north"])})) == {"number"}


def test_filters_of_different_types_are_not_the_same_question() -> None:
    number, boolean = (filters_of(extra={"year": AnyOf.of([value])}) for value in (1, True))
    assert len({number, boolean}) == 2
