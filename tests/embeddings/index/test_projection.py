"""The vector index on disk. `tests.service.retrieval.test_projections` has what both indexes have in common."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

from corpus.errors import StoreCorruptError
from corpus.store.store import Store
from corpus.store.view import View
from embeddings.index.exact import ExactIndex
from embeddings.index.projection import VectorProjection, updated
from embeddings.index.quantized import QuantizedIndex
from tests.conftest import ViewOf
from tests.corpus.samples import set_meta
from tests.embeddings.conftest import DIMENSION, Put
from tests.embeddings.index.checks import assert_shows


def assert_recovers(projection: VectorProjection, view: View) -> None:
    """Check that an opened index is right, and that it leaves files behind that are right too."""
    assert_shows(projection.open(view, DIMENSION), view)
    assert projection.problem(view, DIMENSION) is None
    assert_shows(projection.open(view, DIMENSION), view)


@pytest.fixture(params=[1000, 5], ids=["exact", "quantized"])
def exact_up_to(request: pytest.FixtureRequest) -> int:
    """The size beyond which an index is a quantized one: above and below that of every store here."""
    size: int = request.param
    return size


def index_files(projection: VectorProjection) -> list[Path]:
    return [projection.files.path / name for name in json.loads(projection.files.manifest_path.read_bytes())["files"]]


@pytest.fixture
def projection(folder: Path, put: Put, view_of: ViewOf, exact_up_to: int) -> VectorProjection:
    """The projection of a store of three documents, saved."""
    for name in ("one", "two", "three"):
        put(name, 6)
    made = VectorProjection(folder, exact_up_to)
    made.open(view_of(), DIMENSION)
    return made


def test_an_index_of_another_encoder_is_not_used(projection: VectorProjection, folder: Path, view_of: ViewOf) -> None:
    with sqlite3.connect(folder / "footnote.db") as connection:
        set_meta(connection, "encoder", "another")
    connection.close()

    assert projection.problem(view_of(), DIMENSION) == "is out of date"
    assert_recovers(projection, view_of())


def test_another_way_of_the_same_store_is_noticed_even_if_it_has_as_many_passages(
    folder: Path, put: Put, view_of: ViewOf, exact_up_to: int
) -> None:
    put("kept", 6)
    backup = (folder / "footnote.db").read_bytes()
    put("lost", 6)
    with View(folder) as view:
        index = updated(ExactIndex.empty(DIMENSION), view, exact_up_to)
    (folder / "footnote.db").write_bytes(backup)
    put("new", 6)

    assert_shows(updated(index, view_of(), exact_up_to), view_of())


def test_a_failed_write_leaves_no_temporary_file_behind(
    projection: VectorProjection, put: Put, view_of: ViewOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("later")
    monkeypatch.setattr("corpus.files.manifest_folder.write_new", fails_halfway)
    projection.open(view_of(), DIMENSION)
    monkeypatch.undo()

    assert not list(projection.files.path.glob("*.partial"))
    assert projection.problem(view_of(), DIMENSION) == "is out of date"
    assert_recovers(projection, view_of())


def fails_halfway(path: Path, write: object) -> None:
    path.write_bytes(b"half of an ind")
    raise OSError(28, "No space left on device")


def test_a_damaged_vector_in_the_store_is_never_projected(
    folder: Path, put: Put, view_of: ViewOf, exact_up_to: int
) -> None:
    put("one", 6)
    with sqlite3.connect(folder / "footnote.db") as connection:
        connection.execute("UPDATE passages SET vector = zeroblob(64) WHERE start = 2")
    connection.close()

    with pytest.raises(StoreCorruptError, match="footnote verify"):
        VectorProjection(folder, exact_up_to).open(view_of(), DIMENSION)


def test_a_vector_of_another_dimension_is_reported(folder: Path, put: Put, view_of: ViewOf, exact_up_to: int) -> None:
    put("one", 6)

    with pytest.raises(StoreCorruptError, match="wrong size"):
        VectorProjection(folder, exact_up_to).open(view_of(), DIMENSION * 2)


def test_an_update_without_changes_keeps_the_segments(projection: VectorProjection, view_of: ViewOf) -> None:
    index = projection.open(view_of(), DIMENSION)
    again = updated(index, view_of(), projection.exact_up_to)

    if isinstance(index, QuantizedIndex):
        assert isinstance(again, QuantizedIndex)
        assert [segment is its for segment, its in zip(index.pieces, again.pieces, strict=True)] == [True]
    else:
        assert again is index


def test_a_small_change_of_a_large_store_writes_a_small_file(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("large", 2000)
    projection = VectorProjection(folder, 5)
    projection.open(view_of(), DIMENSION)
    [large] = before = {path: path.stat().st_ino for path in index_files(projection)}

    put("small", 3)
    index = projection.open(view_of(), DIMENSION)

    after = {path: path.stat().st_ino for path in index_files(projection)}
    assert len(index) == 2003
    assert after[large] == before[large]
    assert sum(path.stat().st_size for path in after if path != large) < large.stat().st_size / 4


def test_a_removal_from_a_large_store_writes_no_file_but_the_manifest(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("large", 150)
    small = put("small", 40)
    projection = VectorProjection(folder, 5)
    projection.open(view_of(), DIMENSION)
    before = {path: path.stat().st_ino for path in index_files(projection)}
    with Store(folder) as store:
        store.remove(small)

    assert_recovers(projection, view_of())
    assert {path: path.stat().st_ino for path in index_files(projection)} == before


def test_of_a_damaged_index_the_files_that_are_right_are_kept(folder: Path, put: Put, view_of: ViewOf) -> None:
    projection = VectorProjection(folder, 5)
    for name, passages in (("large", 150), ("small", 20)):
        put(name, passages)
        projection.open(view_of(), DIMENSION)
    files = index_files(projection)
    small = min(files, key=lambda path: path.stat().st_size)
    before = {path: path.stat().st_ino for path in files if path != small}
    os.truncate(small, 100)

    assert_recovers(projection, view_of())

    after = {path: path.stat().st_ino for path in index_files(projection)}
    assert len(before) == 1
    assert before.items() <= after.items()


def test_an_index_changes_its_kind_with_the_size_of_the_store(folder: Path, put: Put, view_of: ViewOf) -> None:
    projection = VectorProjection(folder, 10)
    kinds = []
    for name, passages in (("one", 10), ("two", 1), ("two", 20), ("one", 1)):
        put(name, passages)
        kinds.append(projection.open(view_of(), DIMENSION).kind)
    with Store(folder) as store:
        store.remove("two")
    kinds.append(projection.open(view_of(), DIMENSION).kind)

    assert kinds == ["exact", "quantized", "quantized", "quantized", "exact"]
    assert_recovers(projection, view_of())
