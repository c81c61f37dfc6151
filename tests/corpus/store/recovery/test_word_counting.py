"""Upgrading a store of format version 1."""

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from corpus.errors import StoreFormatError
from corpus.store.database import DATABASE_NAME
from corpus.store.recovery.word_counting import upgrade
from corpus.store.store import Store
from corpus.store.view import View
from service.runtime.progress import NoProgress
from tests.corpus.samples import FINGERPRINT, rows_of_tables, sample_document, sample_passages, signature
from tests.corpus.store.test_layout import schema

STORES = Path(__file__).parent.parent


def count(title: str, text: str) -> Mapping[str, int]:
    return Counter(text.lower().split())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A data folder with the frozen store of version 1."""
    shutil.copy(STORES / "format-1.db", tmp_path / DATABASE_NAME)
    return tmp_path


def same(fingerprint: str) -> str:
    return fingerprint


def test_a_store_of_version_1_is_refused_with_the_command_that_upgrades_it(old: Path) -> None:
    with pytest.raises(StoreFormatError, match=f"Upgrade it with: footnote upgrade --data {old}"):
        View(old)


def test_an_upgraded_store_has_all_it_had_and_its_words(old: Path) -> None:
    before = rows_of_tables(old)
    assert upgrade(old, count, same, NoProgress())
    after = rows_of_tables(old)
    for table in ("documents", "passages", "token_vectors"):
        assert after[table] == before[table]
    with View(old) as view:
        view.check_totals()
        assert view.words_are_counted()
        assert view.generation == 5
        assert view.document_ids() == ["talks", "truce"]
        for key in view.passage_keys():
            [passage] = view.passages([key])
            assert view.named_terms([key])[key] == count("", passage.text)
    with Store(old) as store:
        store.put(sample_document("/documents/new.md"), sample_passages(), FINGERPRINT)
        store.remove("talks")
        with store.view() as view:
            assert view.words_are_counted()


def test_an_upgraded_store_has_the_layout_of_a_new_one(old: Path, tmp_path: Path) -> None:
    upgrade(old, count, same, NoProgress())
    Store(tmp_path / "new", create=True).close()

    assert schema(old) == schema(tmp_path / "new")


def test_a_second_upgrade_changes_nothing(old: Path) -> None:
    upgrade(old, count, same, NoProgress())
    before = signature(old)
    assert not upgrade(old, count, same, NoProgress())
    assert signature(old) == before


def test_words_of_another_analysis_are_counted_again(old: Path) -> None:
    upgrade(old, count, same, NoProgress())
    assert upgrade(old, lambda title, text: {"one": 1}, lambda stored: f"{stored}, newer", NoProgress())
    with View(old) as view:
        assert view.fingerprint == f"{FINGERPRINT}, newer"
        assert list(view.term_records(["one", "two"])) == ["one"]
        assert view.words_are_counted()


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(old: Path) -> None:
    def fail(title: str, text: str) -> Mapping[str, int]:
        raise KeyboardInterrupt

    before = rows_of_tables(old)
    with pytest.raises(KeyboardInterrupt):
        upgrade(old, fail, same, NoProgress())
    assert rows_of_tables(old) == before
