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

from corpus import Store, View
from corpus.errors import StoreCorruptError
from embeddings import VectorIndex, VectorProjection, updated
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
    assert_shows(VectorProjection(projection.folder).open(view, DIMENSION), view)


@pytest.fixture
def projection(folder: Path, put: Put, view_of: ViewOf) -> VectorProjection:
    """The projection of a store of three documents, saved."""
    for name in ("one", "two", "three"):
        put(name, 6)
    made = VectorProjection(folder)
    made.open(view_of(), DIMENSION)
    return made


def test_a_projection_is_made_where_there_is_none(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("one")
    projection, view = VectorProjection(folder), view_of()

    assert projection.problem(view, DIMENSION) == "is missing or damaged"
    assert_recovers(projection, view)


def test_an_empty_store_has_an_empty_index(folder: Path, view_of: ViewOf) -> None:
    projection, view = VectorProjection(folder), view_of()

    assert len(projection.open(view, DIMENSION)) == 0
    assert projection.problem(view, DIMENSION) is None


def test_a_good_projection_is_left_as_it_is(projection: VectorProjection, view_of: ViewOf) -> None:
    before = [(path.read_bytes(), path.stat().st_ino) for path in (projection.index_path, projection.manifest_path)]

    assert_shows(projection.open(view_of(), DIMENSION), view_of())

    after = [(path.read_bytes(), path.stat().st_ino) for path in (projection.index_path, projection.manifest_path)]
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


@pytest.mark.parametrize("file", ["index_path", "manifest_path"])
@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_noticed(projection: VectorProjection, view_of: ViewOf, file: str, kept: float) -> None:
    path: Path = getattr(projection, file)
    os.truncate(path, int(path.stat().st_size * kept))

    assert projection.problem(view_of(), DIMENSION) is not None
    assert_recovers(projection, view_of())


@pytest.mark.parametrize("file", ["index_path", "manifest_path"])
def test_a_missing_file_is_made_again(projection: VectorProjection, view_of: ViewOf, file: str) -> None:
    getattr(projection, file).unlink()

    assert_recovers(projection, view_of())


@pytest.mark.parametrize("file", ["index_path", "manifest_path"])
def test_no_flipped_bit_ever_reaches_an_answer(projection: VectorProjection, view_of: ViewOf, file: str) -> None:
    chance, view, path = random.Random(8), view_of(), getattr(projection, file)  # noqa: S311
    good = path.read_bytes()

    for _ in range(200):
        at = chance.randrange(8 * len(good))
        damaged = bytearray(good)
        damaged[at // 8] ^= 1 << at % 8
        path.write_bytes(damaged)
        assert_recovers(projection, view)
        path.write_bytes(good)


def test_a_zeroed_page_is_noticed(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("long", 300)
    projection, view = VectorProjection(folder), view_of()
    projection.open(view, DIMENSION)
    size = projection.index_path.stat().st_size

    for page in range(0, size, 4096):
        with projection.index_path.open("r+b") as file:
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
    projection.manifest_path.write_text(manifest)

    assert_recovers(projection, view_of())


@pytest.mark.parametrize("key", ["store", "generation", "encoder", "sha256"])
@pytest.mark.parametrize("value", [None, -1, 0, 10**30, 1.5, float("inf"), float("nan"), "", "x", [], {}], ids=repr)
def test_a_manifest_with_a_wrong_value_is_replaced(
    projection: VectorProjection, view_of: ViewOf, key: str, value: object
) -> None:
    manifest = json.loads(projection.manifest_path.read_bytes())
    projection.manifest_path.write_text(json.dumps({**manifest, key: value}))

    assert_recovers(projection, view_of())


def test_a_stale_index_that_claims_to_be_new_is_brought_up_to_date(
    projection: VectorProjection, put: Put, view_of: ViewOf
) -> None:
    put("two", 8)
    view = view_of()
    manifest = json.loads(projection.manifest_path.read_bytes())
    projection.manifest_path.write_text(json.dumps({**manifest, "generation": view.generation}))

    assert projection.problem(view, DIMENSION) == "holds other passages than the store"
    assert_recovers(projection, view)


def test_files_of_another_store_of_the_same_generation_are_not_taken_for_its_own(
    projection: VectorProjection, tmp_path: Path, put: Put, view_of: ViewOf
) -> None:
    other = VectorProjection(tmp_path / "other")
    for name in ("one", "two", "three"):
        put(name, 6, into=other.folder)
    other.open(view_of(other.folder), DIMENSION)
    assert view_of(other.folder).generation == view_of().generation

    shutil.rmtree(projection.index_path.parent)
    shutil.copytree(other.index_path.parent, projection.index_path.parent)

    assert projection.problem(view_of(), DIMENSION) == "is missing or damaged"
    assert_recovers(projection, view_of())


@pytest.mark.parametrize("file", ["index_path", "manifest_path"])
def test_a_file_swapped_with_another_stores_is_noticed_in_both(
    projection: VectorProjection, tmp_path: Path, put: Put, view_of: ViewOf, file: str
) -> None:
    other = VectorProjection(tmp_path / "other")
    put("one", 6, into=other.folder)
    other.open(view_of(other.folder), DIMENSION)
    mine, its = getattr(projection, file), getattr(other, file)
    ours, theirs = mine.read_bytes(), its.read_bytes()
    mine.write_bytes(theirs)
    its.write_bytes(ours)

    assert_recovers(projection, view_of())
    assert_recovers(other, view_of(other.folder))


def test_an_index_of_another_encoder_is_not_used(projection: VectorProjection, folder: Path, view_of: ViewOf) -> None:
    with sqlite3.connect(folder / "footnote.db") as connection:
        connection.execute("UPDATE meta SET value = 'another' WHERE key = 'encoder'")
    connection.close()

    assert projection.problem(view_of(), DIMENSION) == "is missing or damaged"
    assert_recovers(projection, view_of())


def test_a_restored_backup_that_went_its_own_way_is_not_answered_from_the_other_ways_index(
    folder: Path, put: Put, view_of: ViewOf
) -> None:
    put("kept", 4)
    backup = (folder / "footnote.db").read_bytes()
    put("lost", 6)
    projection = VectorProjection(folder)
    with View(folder) as view:
        projection.open(view, DIMENSION)
    (folder / "footnote.db").write_bytes(backup)

    put("new", 6)
    put("newer", 2)

    assert_recovers(projection, view_of())


def test_leftover_temporary_files_do_no_harm(projection: VectorProjection, view_of: ViewOf) -> None:
    for name in ("vectors.faiss.x1y2z3", "vectors.json.x1y2z3"):
        (projection.index_path.parent / name).write_bytes(b"half of an ind")

    assert_recovers(projection, view_of())


def test_a_projection_that_cannot_be_written_still_answers(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("one")
    (folder / "index").write_text("a file where the folder should be")
    projection, view = VectorProjection(folder), view_of()

    assert_shows(projection.open(view, DIMENSION), view)
    assert projection.problem(view, DIMENSION) == "is missing or damaged"


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_without_write_permission_still_answers(
    projection: VectorProjection, put: Put, view_of: ViewOf
) -> None:
    put("later")
    projection.index_path.parent.chmod(0o500)
    try:
        assert_shows(projection.open(view_of(), DIMENSION), view_of())
        assert projection.problem(view_of(), DIMENSION) == "is out of date"
    finally:
        projection.index_path.parent.chmod(0o700)


@pytest.mark.parametrize("file", ["index_path", "manifest_path"])
def test_a_folder_in_the_place_of_a_file_still_answers(
    projection: VectorProjection, view_of: ViewOf, file: str
) -> None:
    path: Path = getattr(projection, file)
    path.unlink()
    path.mkdir()

    assert_shows(projection.open(view_of(), DIMENSION), view_of())


def test_a_failed_write_leaves_no_temporary_file_behind(
    projection: VectorProjection, put: Put, view_of: ViewOf
) -> None:
    put("later")
    projection.index_path.unlink()
    projection.index_path.mkdir()
    projection.open(view_of(), DIMENSION)

    assert sorted(path.name for path in projection.index_path.parent.iterdir()) == ["vectors.faiss", "vectors.json"]


def test_the_files_are_for_their_owner_alone(projection: VectorProjection) -> None:
    modes = [path.stat().st_mode & 0o777 for path in (projection.index_path, projection.manifest_path)]

    assert modes == [0o600, 0o600]
    assert projection.index_path.parent.stat().st_mode & 0o777 == 0o700


def test_a_damaged_vector_in_the_store_is_never_projected(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("one")
    with sqlite3.connect(folder / "footnote.db") as connection:
        connection.execute("UPDATE passages SET vector = zeroblob(64) WHERE start = 2")
    connection.close()

    with pytest.raises(StoreCorruptError, match="footnote verify"):
        VectorProjection(folder).open(view_of(), DIMENSION)


def test_a_vector_of_another_dimension_is_reported(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("one")

    with pytest.raises(StoreCorruptError, match="wrong size"):
        VectorProjection(folder).open(view_of(), DIMENSION * 2)


def test_an_update_with_nothing_to_do_gives_the_same_index(projection: VectorProjection, view_of: ViewOf) -> None:
    index = projection.open(view_of(), DIMENSION)

    assert updated(index, view_of()) is index


def test_the_index_does_not_depend_on_the_steps_it_was_made_in(folder: Path, view_of: ViewOf) -> None:
    rng = np.random.default_rng(3)
    stepwise = VectorIndex.empty(DIMENSION)
    with Store(folder) as store:
        for at in range(12):
            passages = encoded(unit_vectors(rng, 4))
            store.put(document(f"number {at % 8}", 4), passages, FINGERPRINT)
            stepwise = updated(stepwise, view_of())

    assert stepwise.to_bytes() == updated(VectorIndex.empty(DIMENSION), view_of()).to_bytes()
