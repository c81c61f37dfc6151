"""Stores of every format there has been: what an earlier Footnote wrote opens, after `footnote upgrade` if need be.

`stores/format-N.db` was written by the Footnote whose format was N. It holds two documents; a third was removed.
"""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.documents.document import EncodedPassage, Passage
from corpus.errors import StoreBusyError, StoreCorruptError, StoreFormatError, StoreMissingError
from corpus.store.database import DATABASE_NAME, FORMAT_VERSION, OLDER_VERSIONS
from corpus.store.store import Store
from corpus.store.upgrading import upgrade
from corpus.store.view import View
from service.runtime.progress import NoProgress
from service.upkeep.verify import problems
from tests.corpus.samples import is_sentences, rows_of_tables, sample_document, signature, tamper

STORES = Path(__file__).parents[1] / "stores"
SPANISH = (
    "# La tregua\n\nLa tregua empezó en marzo de 2012 — «un respiro» 😀.\n\n# El fin\n\nTerminó dos años después.\n"
)

older = pytest.mark.parametrize("version", OLDER_VERSIONS)


@pytest.fixture
def golden(tmp_path: Path) -> Callable[[int], Path]:
    """A copy of the store of a format version."""

    def copy(version: int) -> Path:
        folder = tmp_path / f"format-{version}"
        folder.mkdir()
        shutil.copy(STORES / f"format-{version}.db", folder / DATABASE_NAME)
        return folder

    return copy


def columns_of(folder: Path) -> dict[str, set[str]]:
    connection = sqlite3.connect(folder / DATABASE_NAME)
    try:
        tables = rows_of_tables(folder)
        return {table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} for table in tables}
    finally:
        connection.close()


def found(folder: Path) -> list[str]:
    with View(folder) as view:
        return [f"{problem.document}: {problem.detail}" for problem in problems(view, NoProgress())]


def test_there_is_a_store_of_every_format() -> None:
    assert sorted(path.name for path in STORES.iterdir()) == [f"format-{n}.db" for n in range(1, FORMAT_VERSION + 1)]
    assert (*OLDER_VERSIONS, FORMAT_VERSION) == tuple(range(1, FORMAT_VERSION + 1))


@older
def test_an_older_store_is_refused_with_the_command_that_upgrades_it(
    golden: Callable[[int], Path], version: int
) -> None:
    folder = golden(version)
    before = signature(folder)
    for opening in (Store, View, lambda folder: Store(folder, create=True)):
        with pytest.raises(StoreFormatError) as refused:
            opening(folder)
        assert is_sentences(str(refused.value))
        assert f"(format version {version})" in str(refused.value)
        assert str(refused.value).endswith(f"with: footnote upgrade --data {folder}")
    assert signature(folder) == before


@pytest.mark.parametrize("version", [*OLDER_VERSIONS, FORMAT_VERSION])
def test_a_store_of_every_format_holds_afterwards_what_it_held(golden: Callable[[int], Path], version: int) -> None:
    folder = golden(version)
    told: list[int | str] = []

    assert upgrade(folder, told.append, lambda: told.append("done")) == version

    assert told == ([2, "done", "done"] if version < FORMAT_VERSION else [])
    assert found(folder) == []
    with View(folder) as view:
        view.check_tally()
        talks, tregua = view.documents()
        assert (talks.id, tregua.id) == ("talks", "tregua")
        assert view.text(tregua) == SPANISH
        assert (tregua.source, tregua.file) == ("/archive/tregua.md", "/archive/tregua.md")
        assert (tregua.metadata.authors, tregua.metadata.published) == (("Ana Ruiz",), "2014-05-01")
        assert (tregua.pages, tregua.removed, tregua.sections[0].title) == ((), (), "La tregua")
        first, second = view.passages(view.document_passages(tregua))
        assert (first.text, second.text) == (SPANISH[first.start : first.end], SPANISH[second.start : second.end])
        assert second.text.endswith("Terminó dos años después.")
        assert len(view.vectors(view.passage_keys())) == len(view.token_vectors(view.passage_keys())) == 4
        assert view.generation == 4


@pytest.mark.parametrize("version", [*OLDER_VERSIONS, FORMAT_VERSION])
def test_a_store_of_every_format_can_be_changed_afterwards(golden: Callable[[int], Path], version: int) -> None:
    folder = golden(version)
    upgrade(folder)
    with View(folder) as view:
        fingerprint = view.fingerprint or ""
        before = view.passage_keys()
        vector, signs = view.vectors(before[:1])[0][1], view.token_vectors(before[:1])[before[0]]

    with Store(folder) as store:
        document = sample_document("/archive/new.md")
        passages = [EncodedPassage(Passage(0, len(document.text)), vector, signs)]
        assert store.put(document, passages, fingerprint) == ("new", 5)
        assert store.remove("talks") == 6

    assert found(folder) == []
    with View(folder) as view:
        assert view.document_ids() == ["new", "tregua"]
        assert max(view.passage_keys()) > max(before)


@older
def test_an_upgraded_store_is_laid_out_as_a_new_one(golden: Callable[[int], Path], version: int) -> None:
    folder = golden(version)
    upgrade(folder)
    assert columns_of(folder) == columns_of(golden(FORMAT_VERSION))


@older
@pytest.mark.parametrize(
    ("damage", "document"),
    [
        ("UPDATE documents SET title = 'x' WHERE id = 'talks'", "talks"),
        ("UPDATE documents SET text = CAST(replace(CAST(text AS TEXT), '2012', '2013') AS BLOB)", "tregua"),
        ("UPDATE passages SET section = 'x' WHERE section IS NULL AND start > 0", "talks"),
        ("UPDATE passages SET vector = zeroblob(32) WHERE section IS NOT NULL AND start = 0", "tregua"),
        ("UPDATE token_vectors SET data = zeroblob(12) WHERE passage = (SELECT max(passage) FROM token_vectors)", None),
    ],
)
def test_what_was_damaged_is_found_to_be_so_afterwards(
    golden: Callable[[int], Path], version: int, damage: str, document: str | None
) -> None:
    folder = golden(version)
    tamper(folder, damage)
    upgrade(folder)
    [problem] = found(folder)
    assert "damaged" in problem
    assert document is None or problem.startswith(document)


@older
def test_an_upgrade_that_fails_changes_nothing(golden: Callable[[int], Path], version: int) -> None:
    folder = golden(version)
    before = signature(folder)

    class StoppedError(Exception):
        pass

    def fail() -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        upgrade(folder, advance=fail)
    assert signature(folder) == before
    assert upgrade(folder) == version


def test_an_upgrade_beside_a_writer_says_so(golden: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.store.database.BUSY_TIMEOUT_S", 0.05)
    folder = golden(2)
    other = sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError):
            upgrade(folder)
    finally:
        other.close()


def test_a_folder_without_a_store_cannot_be_upgraded(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError):
        upgrade(tmp_path)


def test_a_file_that_is_no_store_cannot_be_upgraded(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(StoreCorruptError):
        upgrade(tmp_path)
