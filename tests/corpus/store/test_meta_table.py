"""What a store says of itself, and what it notices of rows that vanish."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import SpanError, StoreCorruptError
from corpus.store.changes import Move, Put, Remove
from corpus.store.database import DATABASE_NAME
from corpus.store.meta_table import RowTotals
from corpus.store.store import Store
from corpus.store.view import View
from tests.corpus.samples import FINGERPRINT, TEXT, is_sentences, sample_document, sample_passages, tamper


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Store(tmp_path, create=True) as store:
        for name in ("a", "b", "c"):
            store.put(sample_document(f"/{name}.md"), sample_passages(), FINGERPRINT)
    return tmp_path


def counted(folder: Path) -> RowTotals:
    connection = sqlite3.connect(folder / DATABASE_NAME)
    try:
        return RowTotals.counted(connection)
    finally:
        connection.close()


CHANGES: list[Callable[[Store], object]] = [
    lambda store: store.put(sample_document("/d.md"), sample_passages(), FINGERPRINT),
    lambda store: store.put(sample_document("/a.md", TEXT + "More."), sample_passages(TEXT + "More.", 5), FINGERPRINT),
    lambda store: store.remove("b"),
    lambda store: store.reindex(lambda document, text: sample_passages(text, 3), "another encoder"),
    lambda store: store.apply([Remove("/a.md"), Remove("/none.md"), Move("/b.md", "/e.md")]),
    lambda store: store.apply([Put(sample_document("/f.md"), sample_passages(), moved_from="/a.md")], FINGERPRINT),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_store_knows_what_it_holds_after_every_change(folder: Path, change: Callable[[Store], object]) -> None:
    with Store(folder) as store:
        change(store)
        with store.view() as view:
            view.check_totals()
            assert counted(folder).documents == view.counts()[0] > 0


def test_a_change_that_fails_leaves_the_tally(folder: Path) -> None:
    with Store(folder) as store:
        with pytest.raises(SpanError):
            store.put(sample_document("/d.md", "short"), sample_passages(), FINGERPRINT)
        with store.view() as view:
            view.check_totals()


@pytest.mark.parametrize(
    ("damage", "tables"),
    [
        ("DELETE FROM passages WHERE key = (SELECT max(key) FROM passages)", ["passages"]),
        ("UPDATE passages SET key = key + 1 WHERE key = (SELECT max(key) FROM passages)", ["passages"]),
        ("DELETE FROM documents WHERE id = 'b'", ["documents"]),
        ("UPDATE documents SET key = key + 1 WHERE id = 'c'", ["documents"]),
    ],
)
def test_rows_that_vanish_are_missed(folder: Path, damage: str, tables: list[str]) -> None:
    tamper(folder, damage)  # without enforced foreign keys, a document goes alone
    with View(folder) as view:
        assert view.tables_with_other_rows() == tables
        with pytest.raises(StoreCorruptError, match="no longer holds all") as refused:
            view.check_totals()
    assert is_sentences(str(refused.value))


@pytest.mark.parametrize("key", ["generation", "store", "encoder", "totals"])
@pytest.mark.parametrize(
    "damage", ["value = value || '1'", "value = '0'", "checksum = checksum + 1", "key = key || 's'"]
)
def test_a_damaged_record_of_the_store_is_noticed(folder: Path, key: str, damage: str) -> None:
    tamper(folder, f"UPDATE meta SET {damage} WHERE key = ?", (key,))  # noqa: S608
    with pytest.raises(StoreCorruptError) as refused:
        View(folder)
    assert is_sentences(str(refused.value))
    with Store(folder) as store, pytest.raises(StoreCorruptError):
        store.remove("a")


@pytest.mark.parametrize("key", ["generation", "store", "totals"])
def test_a_lost_record_of_the_store_is_noticed(folder: Path, key: str) -> None:
    tamper(folder, "DELETE FROM meta WHERE key = ?", (key,))
    with pytest.raises(StoreCorruptError, match=f"has lost the record of its {key}"):
        View(folder)


def test_token_vectors_of_another_passage_are_noticed(folder: Path) -> None:
    first, second = "(SELECT min(passage) FROM token_vectors)", "(SELECT max(passage) FROM token_vectors)"
    for column in ("data", "checksum"):
        query = f"UPDATE token_vectors SET {column} = (SELECT {column} FROM token_vectors WHERE passage = {first})"  # noqa: S608
        tamper(folder, f"{query} WHERE passage = {second}")
    with View(folder) as view, pytest.raises(StoreCorruptError, match="token vectors of passage"):
        view.token_vectors(view.passage_keys())


def test_a_passage_of_another_document_of_the_same_text_is_noticed(folder: Path) -> None:
    tamper(folder, "UPDATE passages SET document = 3 WHERE document = 1")
    with View(folder) as view, pytest.raises(StoreCorruptError, match=r"Passage '.*' is damaged"):
        view.passages(view.passage_keys())
