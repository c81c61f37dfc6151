"""Filters: compared with checked records, which a later view takes over from an earlier one."""

from pathlib import Path

import pytest

import corpus.store.view
from corpus.errors import StoreCorruptError, UnknownDocumentError
from corpus.store.filters import Filters
from corpus.store.rows import Record, StoredDocument, document_from_record
from corpus.store.store import Store
from corpus.store.view import View
from tests.corpus.samples import FINGERPRINT, TEXT, filters_of, sample_document, sample_passages, tamper

SPANISH = filters_of(languages=["es"])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path, create=True)
    for name, language in (("a", "es-SV"), ("b", "en"), ("c", "es")):
        store.put(sample_document(f"/{name}.md", language=language), sample_passages(), FINGERPRINT)
    return store


def allowed(view: View, filters: Filters) -> set[str]:
    documents = view.documents_by_key(view.passage_documents(view.passage_keys(filters)).values())
    return {document.id for document in documents.values()}


@pytest.mark.parametrize("at_once", [1, 2, 1000])
def test_a_later_view_reads_only_what_is_new(store: Store, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus.store.view, "RECORDS_PER_QUERY", at_once)
    with store.view() as earlier:
        assert allowed(earlier, SPANISH) == {"a", "c"}
        store.remove("c")
        store.put(sample_document("/d.md", language="es"), sample_passages(), FINGERPRINT)
        store.put(sample_document("/b.md", TEXT + "More.", language="es"), sample_passages(), FINGERPRINT)
        store.reencode(lambda document, text: sample_passages(text, 3), FINGERPRINT)
        read: list[int] = []

        def noted(record: Record, passages: int) -> StoredDocument:
            read.append(record["key"])
            return document_from_record(record, passages)

        with store.view() as between, store.view() as later:
            between.reuse_catalogue(earlier)  # and is never asked
            later.reuse_catalogue(between)
            monkeypatch.setattr("corpus.store.view.document_from_record", noted)
            keys = later.passage_keys(SPANISH)
            assert len(read) == 2  # b, which was replaced, and d
            assert keys == later.passage_keys()
            assert allowed(later, SPANISH) == {"a", "b", "d"}


def test_a_view_may_learn_from_one_that_was_never_asked(store: Store) -> None:
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
        view.passage_keys(SPANISH)


def test_no_document_is_called_unknown_where_one_has_vanished(store: Store) -> None:
    with store.view() as view, pytest.raises(UnknownDocumentError):
        view.document("none")
    tamper(store.folder, "DELETE FROM documents WHERE id = 'a'")
    with store.view() as view, pytest.raises(StoreCorruptError):
        view.document("a")
