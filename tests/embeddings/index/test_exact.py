"""The vector index against a search by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from corpus.errors import StoreCorruptError
from embeddings.index.exact import ExactIndex
from tests.corpus.allowing import Listed, Unlisted
from tests.embeddings.conftest import unit_vectors

Floats = NDArray[np.float32]
Hits = list[tuple[int, float]]

DIMENSION = 8

# Eighths add up without rounding, so that equal scores are equal, and there are many of them.
eighths = st.integers(-8, 8).map(lambda n: n / 8)


@st.composite
def keyed_vectors(draw: st.DrawFn) -> tuple[list[int], Floats]:
    keys = draw(st.lists(st.integers(0, 2**62), unique=True, max_size=40))
    vectors: Floats = draw(arrays(np.float32, (len(keys), DIMENSION), elements=eighths, fill=eighths))
    return keys, vectors


questions = arrays(np.float32, (DIMENSION,), elements=eighths)


def by_hand(keys: Sequence[int], vectors: Floats, question: Floats, depth: int, allowed: set[int] | None) -> Hits:
    scored = [(key, float(v @ question)) for key, v in zip(keys, vectors, strict=True)]
    wanted = [hit for hit in scored if allowed is None or hit[0] in allowed]
    return sorted(wanted, key=lambda hit: (-hit[1], hit[0]))[:depth]


def made(keys: Sequence[int], vectors: Floats) -> ExactIndex:
    return ExactIndex.empty(vectors.shape[1]).changed((), keys, vectors)


def rounded(hits: Hits) -> Hits:
    return [(key, round(score, 6)) for key, score in hits]


@given(keyed_vectors(), questions, st.integers(0, 50))
def test_the_search_finds_what_a_search_by_hand_finds(
    passages: tuple[list[int], Floats], question: Floats, depth: int
) -> None:
    keys, vectors = passages

    assert made(keys, vectors).search(question, depth) == rounded(by_hand(keys, vectors, question, depth, None))


@given(keyed_vectors(), questions, st.integers(1, 50), st.data())
def test_a_restricted_search_finds_exactly_the_best_of_those_allowed(
    passages: tuple[list[int], Floats], question: Floats, depth: int, data: st.DataObject
) -> None:
    keys, vectors = passages
    known = st.sampled_from(keys) if keys else st.nothing()
    allowed = data.draw(st.sets(known | st.integers(0, 2**62), max_size=60))

    for few_or_many in (Listed(allowed), Unlisted(allowed)):
        hits = made(keys, vectors).search(question, depth, few_or_many)
        assert hits == rounded(by_hand(keys, vectors, question, depth, allowed))


def test_a_search_allowed_everything_equals_one_without_restriction(rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 200)
    index = made(range(200), vectors)

    assert index.search(vectors[3], 20, Listed(range(200))) == index.search(vectors[3], 20)


@pytest.mark.parametrize("allowed", [[], [1000, 2000]], ids=["nothing", "unknown keys"])
def test_a_search_allowed_nothing_that_exists_finds_nothing(rng: np.random.Generator, allowed: list[int]) -> None:
    vectors = unit_vectors(rng, 20)

    assert made(range(20), vectors).search(vectors[0], 5, Listed(allowed)) == []


@pytest.mark.parametrize("depth", [1, 7, 99, 100, 101, 150, 299, 300, 1000])
def test_of_many_equal_passages_those_with_the_smallest_keys_are_found(depth: int, rng: np.random.Generator) -> None:
    vectors = np.zeros((300, DIMENSION), dtype=np.float32)
    vectors[:, 0] = 1
    keys = rng.permutation(300).tolist()

    assert [key for key, _ in made(keys, vectors).search(vectors[0], depth)] == list(range(min(depth, 300)))


def test_real_directions_are_ranked_as_by_hand(rng: np.random.Generator) -> None:
    vectors, questions = unit_vectors(rng, 500, 384), unit_vectors(rng, 20, 384)
    index = made(range(500), vectors)

    for question in questions:
        hits = index.search(question, 100)
        wanted = np.argsort(-(vectors.astype(np.float64) @ question.astype(np.float64)), kind="stable")[:100]
        assert [key for key, _ in hits] == wanted.tolist()
        np.testing.assert_allclose([s for _, s in hits], (vectors @ question)[wanted], atol=2e-6)


def test_removed_passages_are_never_found_again(rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 50)
    index = made(range(50), vectors).changed(range(0, 50, 2), [], np.empty((0, 16), dtype=np.float32))

    assert len(index) == 25
    assert sorted(index.keys.tolist()) == list(range(1, 50, 2))
    assert sorted(key for key, _ in index.search(vectors[0], 50)) == list(range(1, 50, 2))


def test_removing_what_is_not_there_changes_nothing(rng: np.random.Generator) -> None:
    index = made(range(5), unit_vectors(rng, 5))

    assert index.changed([77], [], np.empty((0, 16), dtype=np.float32)).to_bytes() == index.to_bytes()


def test_a_change_leaves_the_index_it_was_made_from_as_it_was(rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 30)
    old = made(range(20), vectors[:20])
    before = old.to_bytes(), old.search(vectors[0], 20)

    new = old.changed(range(10), range(20, 30), vectors[20:])

    assert (old.to_bytes(), old.search(vectors[0], 20)) == before
    assert sorted(new.keys.tolist()) == list(range(10, 30))


def test_an_index_grown_by_increments_is_the_one_made_at_once(rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 60)
    at_once = made(range(60), vectors)
    grown = ExactIndex.empty(16)
    for at in range(0, 60, 7):
        grown = grown.changed((), range(at, min(at + 7, 60)), vectors[at : at + 7])

    assert grown.to_bytes() == at_once.to_bytes()


def test_an_index_with_removals_on_its_way_is_the_one_made_of_what_is_left(rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 60)
    left = [key for key in range(60) if key % 3]
    index = made(range(40), vectors[:40]).changed(range(0, 40, 3), range(40, 60), vectors[40:])
    index = index.changed(range(42, 60, 3), [], vectors[:0])

    assert index.to_bytes() == made(left, vectors[left]).to_bytes()


@given(keyed_vectors(), questions)
def test_an_index_survives_serialisation(passages: tuple[list[int], Floats], question: Floats) -> None:
    index = made(*passages)
    again = ExactIndex.read_piece(index.to_bytes(), DIMENSION)

    assert (len(again), again.dimension) == (len(index), DIMENSION)
    assert again.search(question, 50) == index.search(question, 50)
    assert again.to_bytes() == index.to_bytes()


def test_a_loaded_index_can_be_changed(rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 10)
    loaded = ExactIndex.read_piece(made(range(9), vectors[:9]).to_bytes(), DIMENSION)

    assert loaded.changed([], [9], vectors[9:]).to_bytes() == made(range(10), vectors).to_bytes()


def test_an_empty_index_finds_nothing() -> None:
    index = ExactIndex.empty(DIMENSION)

    assert len(index) == 0
    assert index.keys.tolist() == []
    assert index.search(np.ones(DIMENSION, dtype=np.float32), 10) == []
    assert index.search(np.ones(DIMENSION, dtype=np.float32), 10, Listed([1])) == []


@pytest.mark.parametrize("data", [b"", b"I", b"IxM2", b"IxM2" + b"\0" * 100, b"no index at all" * 9], ids=repr)
def test_bytes_that_are_no_index_are_refused(data: bytes) -> None:
    with pytest.raises(StoreCorruptError, match="it will be rebuilt"):
        ExactIndex.read_piece(data, DIMENSION)


def test_an_index_cut_short_anywhere_is_refused(rng: np.random.Generator) -> None:
    data = made(range(4), unit_vectors(rng, 4)).to_bytes()

    for length in range(0, len(data), 5):
        with pytest.raises(StoreCorruptError):
            ExactIndex.read_piece(data[:length], DIMENSION)


def test_an_index_of_another_kind_is_refused() -> None:
    import faiss

    with pytest.raises(StoreCorruptError, match="another kind"):
        ExactIndex.read_piece(faiss.serialize_index(faiss.IndexFlatL2(8)).tobytes(), DIMENSION)


@given(keyed_vectors(), st.data())
def test_vectors_are_given_back_in_the_order_asked_for(passages: tuple[list[int], Floats], data: st.DataObject) -> None:
    keys, vectors = passages
    rows = data.draw(st.lists(st.integers(0, len(keys) - 1), max_size=10)) if keys else []

    given_back = made(keys, vectors).vectors([keys[row] for row in rows])

    assert given_back.shape == (len(rows), DIMENSION)
    np.testing.assert_array_equal(given_back, vectors[rows])


def test_vectors_of_an_unknown_key_are_refused(rng: np.random.Generator) -> None:
    index = made([1, 2], unit_vectors(rng, 2))

    with pytest.raises(RuntimeError):
        index.vectors([1, 3])
    with pytest.raises(RuntimeError):
        index.changed([2], [], unit_vectors(rng, 0)).vectors([2])
