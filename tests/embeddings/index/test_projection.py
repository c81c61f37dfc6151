"""The vector index on disk: whatever happens to its files, what is opened is what the store holds."""

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from corpus.errors import StoreCorruptError
from corpus.files.atomic import locked_folder
from corpus.store.store import Store
from corpus.store.view import View
from embeddings.index.exact import ExactIndex, VectorIndex
from embeddings.index.projection import VectorProjection, updated
from embeddings.index.quantized import QuantizedIndex
from tests.corpus.samples import set_meta
from tests.embeddings.conftest import DIMENSION, FINGERPRINT, Put, document, encoded, unit_vectors

ViewOf = Callable[..., View]


def vectors_of(view: View) -> dict[int, NDArray[np.float32]]:
    return {key: np.frombuffer(data, dtype="<f4") for key, data in view.vectors(view.passage_keys())}


def assert_shows(index: VectorIndex, view: View) -> None:
    """The index holds exactly the view's passages, and finds what a search by hand finds."""
    vectors = vectors_of(view)
    assert sorted(index.keys.tolist()) == view.passage_keys() == sorted(vectors)
    for question in unit_vectors(np.random.default_rng(5), 3):
        by_hand = sorted(vectors, key=lambda key: -float(vectors[key] @ question))
        assert [key for key, _ in index.search(question, 30)] == by_hand[:30]


def assert_recovers(projection: VectorProjection, view: View) -> None:
    """Opening gives the right index, and leaves files behind that are right too."""
    assert_shows(projection.open(view, DIMENSION), view)
    assert projection.problem(view, DIMENSION) is None
    again = VectorProjection(projection.folder, projection.exact_up_to).open(view, DIMENSION)
    assert_shows(again, view)
    assert again.kind == ("exact" if len(again) <= projection.exact_up_to else "quantized")


@pytest.fixture(params=[1000, 5], ids=["exact", "quantized"])
def exact_up_to(request: pytest.FixtureRequest) -> int:
    """The size beyond which an index is a quantized one: above and below that of every store here."""
    size: int = request.param
    return size


def index_file(projection: VectorProjection) -> Path:
    """The greatest of the files that hold the index."""
    return max(index_files(projection), key=lambda path: (path.stat().st_size, path))


def index_files(projection: VectorProjection) -> list[Path]:
    return [projection.files.path / name for name in json.loads(projection.files.manifest_path.read_bytes())["files"]]


def file_of(projection: VectorProjection, which: str) -> Path:
    return projection.files.manifest_path if which == "manifest" else index_file(projection)


@pytest.fixture
def projection(folder: Path, put: Put, view_of: ViewOf, exact_up_to: int) -> VectorProjection:
    """The projection of a store of three documents, saved."""
    for name in ("one", "two", "three"):
        put(name, 6)
    made = VectorProjection(folder, exact_up_to)
    made.open(view_of(), DIMENSION)
    return made


def test_a_projection_is_made_where_there_is_none(folder: Path, put: Put, view_of: ViewOf, exact_up_to: int) -> None:
    put("one", 6)
    projection, view = VectorProjection(folder, exact_up_to), view_of()

    assert projection.problem(view, DIMENSION) == "is missing or damaged"
    assert_recovers(projection, view)


def test_an_empty_store_has_an_empty_index(folder: Path, view_of: ViewOf) -> None:
    projection, view = VectorProjection(folder), view_of()

    assert len(projection.open(view, DIMENSION)) == 0
    assert projection.problem(view, DIMENSION) is None


def test_a_good_projection_is_left_as_it_is(projection: VectorProjection, view_of: ViewOf) -> None:
    before = [(path.read_bytes(), path.stat().st_ino) for path in sorted(projection.files.path.iterdir())]

    assert_shows(projection.open(view_of(), DIMENSION), view_of())

    after = [(path.read_bytes(), path.stat().st_ino) for path in sorted(projection.files.path.iterdir())]
    assert after == before


@pytest.mark.parametrize("changes", [1, 2, 25])
def test_a_projection_of_earlier_generations_is_brought_up_to_date(
    projection: VectorProjection, put: Put, view_of: ViewOf, changes: int
) -> None:
    for at in range(changes):
        put(f"later {at}", 3)
    view = view_of()

    assert projection.problem(view, DIMENSION) == "is out of date"
    assert_recovers(projection, view)


def test_replacements_and_removals_are_taken_up(
    projection: VectorProjection, folder: Path, put: Put, view_of: ViewOf
) -> None:
    put("two", 9)
    with Store(folder) as store:
        store.remove(put("three", 1))
    view = view_of()

    assert view.counts() == (2, 15)
    assert_recovers(projection, view)


def test_removing_every_document_leaves_an_empty_index(
    projection: VectorProjection, folder: Path, view_of: ViewOf
) -> None:
    with Store(folder) as store:
        for identifier in ("one", "two", "three"):
            store.remove(identifier)

    assert_recovers(projection, view_of())


@pytest.mark.parametrize("file", ["index", "manifest"])
@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_noticed(projection: VectorProjection, view_of: ViewOf, file: str, kept: float) -> None:
    path: Path = file_of(projection, file)
    os.truncate(path, int(path.stat().st_size * kept))

    assert projection.problem(view_of(), DIMENSION) is not None
    assert_recovers(projection, view_of())


@pytest.mark.parametrize("file", ["index", "manifest"])
def test_a_missing_file_is_made_again(projection: VectorProjection, view_of: ViewOf, file: str) -> None:
    file_of(projection, file).unlink()

    assert_recovers(projection, view_of())


@pytest.mark.parametrize("file", ["index", "manifest"])
def test_no_flipped_bit_ever_reaches_an_answer(projection: VectorProjection, view_of: ViewOf, file: str) -> None:
    chance, view, path = random.Random(8), view_of(), file_of(projection, file)  # noqa: S311
    good = path.read_bytes()

    for _ in range(100):
        at = chance.randrange(8 * len(good))
        damaged = bytearray(good)
        damaged[at // 8] ^= 1 << at % 8
        path.write_bytes(damaged)
        assert_recovers(projection, view)
        path.write_bytes(good)


def test_a_zeroed_page_is_noticed(folder: Path, put: Put, view_of: ViewOf, exact_up_to: int) -> None:
    put("long", 300)
    projection, view = VectorProjection(folder, exact_up_to), view_of()
    projection.open(view, DIMENSION)
    size = index_file(projection).stat().st_size

    for page in range(0, size, 4096):
        with index_file(projection).open("r+b") as file:
            file.seek(page)
            file.write(bytes(min(4096, size - page)))
        assert projection.problem(view, DIMENSION) == "is missing or damaged"
        assert_recovers(projection, view)


@pytest.mark.parametrize(
    "manifest",
    ["", "null", "[]", "{}", "7", '"text"', "{", "[" * 100_000, "\N{SNOWMAN}", "\0"],
    ids=lambda manifest: repr(manifest[:9]),
)
def test_a_manifest_that_is_none_is_replaced(projection: VectorProjection, view_of: ViewOf, manifest: str) -> None:
    projection.files.manifest_path.write_text(manifest)

    assert_recovers(projection, view_of())


@pytest.mark.parametrize("key", ["store", "generation", "encoder", "made_by", "kind", "passages", "files"])
@pytest.mark.parametrize("value", [None, -1, 0, 10**30, 1.5, float("inf"), float("nan"), "", "x", [], {}], ids=repr)
def test_a_manifest_with_a_wrong_value_is_replaced(
    projection: VectorProjection, view_of: ViewOf, key: str, value: object
) -> None:
    manifest = json.loads(projection.files.manifest_path.read_bytes())
    projection.files.manifest_path.write_text(json.dumps({**manifest, key: value}))

    assert_recovers(projection, view_of())


def test_a_stale_index_that_claims_to_be_new_is_brought_up_to_date(
    projection: VectorProjection, put: Put, view_of: ViewOf
) -> None:
    put("two", 8)
    view = view_of()
    manifest = json.loads(projection.files.manifest_path.read_bytes())
    projection.files.manifest_path.write_text(json.dumps({**manifest, "generation": view.generation}))

    assert projection.problem(view, DIMENSION) == "holds other passages than the store"
    assert_recovers(projection, view)


def test_files_of_another_store_of_the_same_generation_are_not_taken_for_its_own(
    projection: VectorProjection, tmp_path: Path, put: Put, view_of: ViewOf
) -> None:
    other = VectorProjection(tmp_path / "other", projection.exact_up_to)
    for name in ("one", "two", "three"):
        put(name, 6, into=other.folder)
    other.open(view_of(other.folder), DIMENSION)
    assert view_of(other.folder).generation == view_of().generation

    shutil.rmtree(projection.files.path)
    shutil.copytree(other.files.path, projection.files.path)

    assert projection.problem(view_of(), DIMENSION) == "is missing or damaged"
    assert_recovers(projection, view_of())


@pytest.mark.parametrize("file", ["index", "manifest"])
def test_a_file_swapped_with_another_stores_is_noticed_in_both(
    projection: VectorProjection, tmp_path: Path, put: Put, view_of: ViewOf, file: str
) -> None:
    other = VectorProjection(tmp_path / "other", projection.exact_up_to)
    put("one", 6, into=other.folder)
    other.open(view_of(other.folder), DIMENSION)
    mine, its = file_of(projection, file), file_of(other, file)
    ours, theirs = mine.read_bytes(), its.read_bytes()
    mine.write_bytes(theirs)
    its.write_bytes(ours)

    assert_recovers(projection, view_of())
    assert_recovers(other, view_of(other.folder))


def test_an_index_of_another_encoder_is_not_used(projection: VectorProjection, folder: Path, view_of: ViewOf) -> None:
    with sqlite3.connect(folder / "footnote.db") as connection:
        set_meta(connection, "encoder", "another")
    connection.close()

    assert projection.problem(view_of(), DIMENSION) == "is missing or damaged"
    assert_recovers(projection, view_of())


def test_a_restored_backup_that_went_its_own_way_is_not_answered_from_the_other_ways_index(
    folder: Path, put: Put, view_of: ViewOf, exact_up_to: int
) -> None:
    put("kept", 6)
    backup = (folder / "footnote.db").read_bytes()
    put("lost", 6)
    projection = VectorProjection(folder, exact_up_to)
    with View(folder) as view:
        projection.open(view, DIMENSION)
    (folder / "footnote.db").write_bytes(backup)

    put("new", 6)
    put("newer", 2)

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


def test_leftover_temporary_files_do_no_harm(projection: VectorProjection, view_of: ViewOf) -> None:
    for path in (index_file(projection), projection.files.manifest_path):
        path.with_name(path.name + ".partial").write_bytes(b"half of an ind")
    index_file(projection).unlink()

    assert_recovers(projection, view_of())
    assert not list(projection.files.path.glob("*.partial"))


def test_a_projection_that_cannot_be_written_still_answers(
    folder: Path, put: Put, view_of: ViewOf, exact_up_to: int
) -> None:
    put("one", 6)
    (folder / "index").write_text("a file where the folder should be")
    projection, view = VectorProjection(folder, exact_up_to), view_of()

    assert_shows(projection.open(view, DIMENSION), view)
    assert projection.problem(view, DIMENSION) == "is missing or damaged"


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_without_write_permission_still_answers(
    projection: VectorProjection, put: Put, view_of: ViewOf
) -> None:
    put("later")
    projection.files.path.chmod(0o500)
    try:
        assert_shows(projection.open(view_of(), DIMENSION), view_of())
        assert projection.problem(view_of(), DIMENSION) == "is out of date"
    finally:
        projection.files.path.chmod(0o700)


@pytest.mark.parametrize("file", ["index", "manifest"])
def test_a_folder_in_the_place_of_a_file_still_answers(
    projection: VectorProjection, view_of: ViewOf, file: str
) -> None:
    path: Path = file_of(projection, file)
    path.unlink()
    path.mkdir()

    assert_shows(projection.open(view_of(), DIMENSION), view_of())
    assert_recovers(projection, view_of())


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


def test_the_files_are_for_their_owner_alone(projection: VectorProjection) -> None:
    modes = {path.stat().st_mode & 0o777 for path in projection.files.path.iterdir()}

    assert modes == {0o600}
    assert projection.files.path.stat().st_mode & 0o777 == 0o700


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


def test_an_update_with_nothing_to_do_makes_nothing_anew(projection: VectorProjection, view_of: ViewOf) -> None:
    index = projection.open(view_of(), DIMENSION)
    again = updated(index, view_of(), projection.exact_up_to)

    if isinstance(index, QuantizedIndex):
        assert isinstance(again, QuantizedIndex)
        assert [segment is its for segment, its in zip(index.pieces, again.pieces, strict=True)] == [True]
    else:
        assert again is index


def test_the_index_does_not_depend_on_the_steps_it_was_made_in(folder: Path, view_of: ViewOf) -> None:
    rng = np.random.default_rng(3)
    stepwise: VectorIndex = ExactIndex.empty(DIMENSION)
    with Store(folder) as store:
        for at in range(12):
            passages = encoded(unit_vectors(rng, 4))
            store.put(document(f"number {at % 8}", 4), passages, FINGERPRINT)
            stepwise = updated(stepwise, view_of())
    at_once = updated(ExactIndex.empty(DIMENSION), view_of())

    assert isinstance(stepwise, ExactIndex)
    assert isinstance(at_once, ExactIndex)
    assert stepwise.to_bytes() == at_once.to_bytes()


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


def test_while_another_process_writes_the_files_are_left_alone(
    projection: VectorProjection, put: Put, view_of: ViewOf
) -> None:
    before = sorted((path, path.stat().st_ino) for path in projection.files.path.iterdir())
    put("later")

    with locked_folder(projection.files.path):
        assert_shows(projection.open(view_of(), DIMENSION), view_of())

    assert sorted((path, path.stat().st_ino) for path in projection.files.path.iterdir()) == before
    assert_recovers(projection, view_of())


def test_an_index_of_another_faiss_is_made_anew(projection: VectorProjection, view_of: ViewOf) -> None:
    manifest = json.loads(projection.files.manifest_path.read_bytes())
    projection.files.manifest_path.write_text(json.dumps({**manifest, "made_by": "coding 1, faiss 0"}))

    assert projection.problem(view_of(), DIMENSION) == "is missing or damaged"
    assert_recovers(projection, view_of())
