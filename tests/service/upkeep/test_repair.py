"""What `footnote verify` makes good again, and that nothing is lost by it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import corpus.store.recovery.repair
from corpus.errors import StoreBusyError
from corpus.lexical.counts import term_counts
from corpus.readers import reader_version
from corpus.store.database import DATABASE_NAME
from corpus.store.recovery.repair import Repair
from corpus.store.store import Store
from corpus.store.view import View
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.upkeep.repair import Verified, verified
from tests.corpus.samples import tamper
from tests.service.conftest import Add

QUIET = NoProgress()
Verify = Callable[..., Verified]


@pytest.fixture
def ids(add: Add) -> list[str]:
    """Three documents."""
    return [
        add(f"{name}.txt", f"The {name} truce began in 2012. Nobody was told.") for name in ("first", "next", "last")
    ]


@pytest.fixture
def verify(settings: Settings, tiny_encoder: Encoder) -> Verify:
    def _verify(*, check: bool = False) -> Verified:
        return verified(settings, lambda: tiny_encoder, QUIET, check=check)

    return _verify


def held(settings: Settings) -> dict[str, tuple[str, list[tuple[int, int]], list[bytes]]]:
    """Text, spans and vectors of each document."""
    with View(settings.data) as view:
        found = {}
        for document in view.documents():
            keys = view.document_passages(document)
            spans = [(passage.start, passage.end) for passage in view.passages(keys)]
            found[document.id] = view.text(document), spans, [vector for _, vector in view.vectors(keys)]
        return found


def drop_an_entry(folder: Path, index: str) -> None:
    """Make SQLite's index disagree with its table, as a lost write does."""
    connection = sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)
    try:
        connection.execute("PRAGMA writable_schema = ON")
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (index,)).fetchone()[0]
        connection.execute(f"CREATE TABLE stolen AS SELECT * FROM sqlite_master WHERE name = '{index}'")  # noqa: S608
        connection.execute("DELETE FROM sqlite_master WHERE name = ?", (index,))
        connection.execute("PRAGMA writable_schema = RESET")
        connection.execute("DELETE FROM passages WHERE key = (SELECT max(key) FROM passages)")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_master SELECT * FROM stolen")
        connection.execute("DROP TABLE stolen")
        connection.execute("PRAGMA writable_schema = RESET")
        assert root
    finally:
        connection.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE passages SET vector = zeroblob(length(vector)) WHERE document = 2",
        "UPDATE passages SET section = 'x' WHERE document = 2",
        "UPDATE passages SET start = start + 1 WHERE document = 2",
        "DELETE FROM passages WHERE document = 2",
        "UPDATE token_vectors SET data = x'00' WHERE passage = (SELECT max(key) FROM passages WHERE document = 2)",
    ],
)
def test_what_was_made_of_a_text_is_made_again(ids: list[str], settings: Settings, verify: Verify, damage: str) -> None:
    before = held(settings)
    tamper(settings.data, damage)

    checked = verify(check=True)
    assert "next" in {problem.document for problem in checked.problems} <= {"next", None}
    assert checked.repaired == []

    done = verify()
    assert done.problems == []
    assert "next" in {problem.document for problem in done.repaired} <= {"next", None}
    assert held(settings) == before
    assert verify().repaired == []


@pytest.mark.parametrize("key", ["generation", "store", "encoder", "totals"])
def test_what_the_store_says_of_itself_is_said_again(
    ids: list[str], settings: Settings, verify: Verify, key: str
) -> None:
    before = held(settings)
    with View(settings.data) as view:
        generation = view.generation
    tamper(settings.data, "UPDATE meta SET value = value || 'x' WHERE key = ?", (key,))

    assert verify().problems == []
    assert held(settings) == before
    with View(settings.data) as view:
        assert view.generation > 0
        assert key == "generation" or view.generation > generation


def test_an_index_of_sqlite_that_disagrees_with_its_table_is_made_again(
    ids: list[str], settings: Settings, store: Store, verify: Verify
) -> None:
    before = held(settings)
    store.close()
    drop_an_entry(settings.data, "passages_by_document")

    assert verify(check=True).problems
    assert verify().problems == []
    assert held(settings) == before


def test_nothing_committed_while_a_store_is_rewritten_is_lost(
    ids: list[str],
    settings: Settings,
    store: Store,
    verify: Verify,
    write: Callable[..., Path],
    tiny_encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The copy would overwrite what another process committed in the meantime."""
    encode_again = corpus.store.recovery.repair._reencode
    late = [write("late.txt", "It came late.")]

    def commit_meanwhile(folder: Path, connection: sqlite3.Connection, what: Repair) -> None:
        encode_again(folder, connection, what)
        if late:
            Ingester(store, lambda: tiny_encoder, settings).ingest([late.pop()], QUIET)

    monkeypatch.setattr(corpus.store.recovery.repair, "_reencode", commit_meanwhile)
    nothing = Repair((), (), lambda document, text: (), None, term_counts)

    with pytest.raises(StoreBusyError, match="wrote to the store while it was repaired"):
        corpus.store.recovery.repair.rewrite(settings.data, nothing)
    assert set(held(settings)) == {*ids, "late"}

    corpus.store.recovery.repair.rewrite(settings.data, nothing)
    assert set(held(settings)) == {*ids, "late"}
    assert verify().problems == []
    assert not [path.name for path in settings.data.iterdir() if "temporary" in path.name]


def test_a_rewritten_store_keeps_the_versions_of_the_readers(ids: list[str], settings: Settings) -> None:
    with View(settings.data) as view:
        before = view.sources()
    assert {each.reader_version for each in before} == {reader_version("text/markdown")} != {1}
    corpus.store.recovery.repair.rewrite(settings.data, Repair((), (), lambda document, text: (), None, term_counts))
    with View(settings.data) as view:
        assert view.sources() == before


def test_a_damaged_list_of_pages_hides_no_source(ids: list[str], settings: Settings, verify: Verify) -> None:
    tamper(settings.data, "UPDATE documents SET pages = '[{' WHERE id = 'next'")
    with View(settings.data) as view:
        assert [each.reader_version for each in view.sources()].count(1) == 1
    assert [problem.document for problem in verify(check=True).problems] == ["next"]


def test_a_document_whose_text_is_damaged_stays_and_is_named_with_its_file(
    ids: list[str], settings: Settings, verify: Verify, tmp_path: Path
) -> None:
    tamper(settings.data, "UPDATE documents SET text = CAST('x' AS BLOB) WHERE id = 'next'")
    done = verify()
    assert {(problem.document, problem.source) for problem in done.problems} == {
        ("next", str(tmp_path / "files" / "next.txt"))
    }
    with View(settings.data) as view:
        assert view.document_ids() == sorted(ids)
