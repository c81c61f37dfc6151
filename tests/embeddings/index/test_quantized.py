"""The index of a large store, against comparing all vectors, on a few thousand of them."""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

import embeddings.index.quantized
from corpus.errors import StoreCorruptError
from embeddings.index.exact import SCORE_DECIMALS, Hits
from embeddings.index.quantized import QuantizedIndex
from embeddings.index.segments import CODING_VERSION, GAIN, Segment, code_error, gridded, rotated
from tests.corpus.allowing import Listed, Unlisted
from tests.embeddings.conftest import unit_vectors

Floats = NDArray[np.float32]
Keys = NDArray[np.int64]

DIMENSION = 96
PASSAGES = 4000
DEPTH = 50
NONE = np.empty(0, dtype=np.int64)


class Stored:
    """Stands for the store: vectors by key, and what was read of it."""

    def __init__(self, vectors: Floats, keys: Keys | None = None) -> None:
        self.vectors = vectors
        self.keys = np.arange(len(vectors)) if keys is None else keys
        self.asked: list[int] = []
        self._rows = dict(zip(self.keys.tolist(), vectors, strict=True))

    def read(self, keys: Sequence[int]) -> list[tuple[int, bytes]]:
        self.asked += keys
        return [(key, self._rows[key].tobytes()) for key in sorted(keys)]

    def index(self) -> QuantizedIndex:
        return self.changed(QuantizedIndex.of(self.vectors.shape[1], (), self.read), added=self.keys)

    def changed(self, index: QuantizedIndex, removed: Keys = NONE, added: Keys = NONE) -> QuantizedIndex:
        return index.updated(np.asarray(removed, dtype=np.int64), np.sort(added), self.read)

    def nearest(self, question: Floats, depth: int, allowed: Keys | None = None) -> Hits:
        products = self.vectors.astype(np.float64) @ question.astype(np.float64)
        hits = [(int(key), round(float(p), SCORE_DECIMALS)) for key, p in zip(self.keys, products, strict=True)]
        possible = set((self.keys if allowed is None else allowed).tolist())
        wanted = [hit for hit in hits if hit[0] in possible]
        return sorted(wanted, key=lambda hit: (-hit[1], hit[0]))[:depth]


def scattered(rng: np.random.Generator) -> Floats:
    return unit_vectors(rng, PASSAGES, DIMENSION)


def clustered(rng: np.random.Generator) -> Floats:
    centres = unit_vectors(rng, 20, DIMENSION)
    return unit(centres[rng.integers(20, size=PASSAGES)] + 0.7 * unit_vectors(rng, PASSAGES, DIMENSION))


def crowded(rng: np.random.Generator) -> Floats:
    """All in one direction: any two have a cosine of about 0.8."""
    return unit(2 * unit_vectors(rng, 1, DIMENSION) + unit_vectors(rng, PASSAGES, DIMENSION))


def few_dimensions(rng: np.random.Generator) -> Floats:
    """A tenth of the dimensions are all that counts."""
    return unit(scattered(rng) * np.where(np.arange(DIMENSION) % 10 == 0, 1, 0.05).astype(np.float32))


def unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def questions_for(vectors: Floats, rng: np.random.Generator, count: int = 30) -> Floats:
    """Some way off the vectors, as questions are."""
    near = vectors[rng.integers(len(vectors), size=count)]
    return unit(near + 1.2 * unit_vectors(rng, count, vectors.shape[1]))


@pytest.fixture
def stored(rng: np.random.Generator) -> Stored:
    return Stored(clustered(rng), np.cumsum(rng.integers(1, 2**32, size=PASSAGES)))


@pytest.fixture
def questions(stored: Stored, rng: np.random.Generator) -> Floats:
    return questions_for(stored.vectors, rng)


def recall(found: Hits, true: Hits) -> float:
    return len(dict(found).keys() & dict(true).keys()) / len(true)


@pytest.mark.parametrize("width", [4, embeddings.index.quantized.WIDTH])
@pytest.mark.parametrize("kind", [scattered, clustered, crowded, few_dimensions])
def test_hardly_a_passage_is_overlooked_whatever_the_vectors_are_like(
    kind: Callable[[np.random.Generator], Floats], width: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings.index.quantized, "WIDTH", width)
    stored = Stored(kind(rng))
    index = stored.index()

    recalls = [
        recall(index.search(question, DEPTH), stored.nearest(question, DEPTH))
        for question in questions_for(stored.vectors, rng)
    ]

    assert np.mean(recalls) >= 0.99
    assert min(recalls) >= 0.9


def test_scores_are_exact_and_in_order(stored: Stored, questions: Floats) -> None:
    index = stored.index()

    for question in questions:
        true = dict(stored.nearest(question, PASSAGES))
        hits = index.search(question, DEPTH)
        assert len(hits) == DEPTH
        assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))
        assert hits == [(key, true[key]) for key, _ in hits]


@pytest.mark.parametrize("rows", [2**18, 700])
def test_the_steps_that_an_index_grew_in_leave_no_trace(
    stored: Stored, questions: Floats, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(embeddings.index.quantized, "SEGMENT_ROWS", rows)
    gone = stored.keys[rng.random(PASSAGES) < 0.3]
    grown = QuantizedIndex.of(DIMENSION, (), stored.read)
    for some in np.array_split(rng.permutation(stored.keys), 40):
        grown = stored.changed(grown, gone[rng.random(len(gone)) < 0.02], some)
    grown = stored.changed(grown, gone)
    at_once = stored.changed(QuantizedIndex.of(DIMENSION, (), stored.read), added=np.setdiff1d(stored.keys, gone))
    even = stored.keys[::2]

    assert max(len(segment) for segment in (*grown.pieces, *at_once.pieces)) <= rows
    assert sorted(grown.keys.tolist()) == sorted(at_once.keys.tolist())
    for question in questions:
        assert grown.search(question, DEPTH) == at_once.search(question, DEPTH)
        assert grown.search(question, DEPTH, Listed(even.tolist())) == at_once.search(
            question, DEPTH, Listed(even.tolist())
        )


def test_an_index_written_and_read_finds_the_same(stored: Stored, questions: Floats) -> None:
    index = stored.index()
    again = QuantizedIndex.of(DIMENSION, [Segment.read(written(s), DIMENSION) for s in index.pieces], stored.read)

    assert [segment.name for segment in again.pieces] == [segment.name for segment in index.pieces]
    assert all(again.search(question, DEPTH) == index.search(question, DEPTH) for question in questions)


def written(segment: Segment) -> bytes:
    file = io.BytesIO()
    segment.write(file)
    return file.getvalue()


def test_a_segment_cut_short_anywhere_is_refused(rng: np.random.Generator) -> None:
    [segment] = Stored(unit_vectors(rng, 5, 16)).index().pieces
    data = written(segment)

    for length in range(0, len(data), 7):
        with pytest.raises(StoreCorruptError, match="it will be rebuilt"):
            Segment.read(data[:length], 16)


def test_a_segment_of_another_dimension_is_refused(rng: np.random.Generator) -> None:
    [segment] = Stored(unit_vectors(rng, 5, 16)).index().pieces

    with pytest.raises(StoreCorruptError, match="another kind"):
        Segment.read(written(segment), 24)


@pytest.mark.parametrize("few", [1.0, 0.0])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_filters_are_kept_to_and_give_as_many_as_are_wanted(
    stored: Stored,
    questions: Floats,
    rng: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
    share: float,
    few: float,
) -> None:
    monkeypatch.setattr(embeddings.index.quantized, "FEW", few)
    index, allowed = stored.index(), stored.keys[rng.random(PASSAGES) < share]
    found = [index.search(question, DEPTH, Listed(allowed.tolist())) for question in questions]
    true = [stored.nearest(question, DEPTH, allowed) for question in questions]

    assert all(len(hits) == min(DEPTH, len(allowed)) for hits in found)
    assert {key for hits in found for key, _ in hits} <= set(allowed.tolist())
    assert np.mean([recall(hits, wanted) for hits, wanted in zip(found, true, strict=True)]) >= 0.99


def test_of_the_few_that_a_filter_allows_the_best_are_found_exactly(
    stored: Stored, questions: Floats, rng: np.random.Generator
) -> None:
    index, allowed = stored.index(), rng.permutation(stored.keys)[:300]

    for question in questions:
        for passages in (Listed(allowed.tolist()), Unlisted(allowed.tolist())):
            assert index.search(question, DEPTH, passages) == stored.nearest(question, DEPTH, allowed)


def test_passages_far_from_the_question_are_found_where_no_others_are_allowed(
    stored: Stored, questions: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings.index.quantized, "FEW", 0.0)
    index = stored.index()

    for question in questions:
        far = np.array([key for key, _ in stored.nearest(question, PASSAGES)[-500:]])
        assert recall(index.search(question, DEPTH, Listed(far.tolist())), stored.nearest(question, DEPTH, far)) >= 0.9


@pytest.mark.parametrize("allowed", [[], [-1, 2**62]], ids=["nothing", "unknown keys"])
def test_a_search_allowed_nothing_that_exists_finds_nothing(
    stored: Stored, questions: Floats, allowed: list[int]
) -> None:
    assert stored.index().search(questions[0], DEPTH, Listed(allowed)) == []


@pytest.mark.parametrize("depth", [1, 99, 1500, 3000])
def test_of_many_copies_those_with_the_smallest_keys_are_found(depth: int, rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 3000, 16)
    vectors[:2000] = vectors[0]
    index = Stored(vectors).index()

    assert [key for key, _ in index.search(vectors[0], depth)][:2000] == list(range(min(depth, 2000)))
    assert len(index.search(vectors[0], depth)) == depth


@pytest.mark.parametrize("depth", [-1, 0])
def test_no_depth_finds_nothing(stored: Stored, questions: Floats, depth: int) -> None:
    assert stored.index().search(questions[0], depth) == []


def test_more_than_there_are_finds_all(stored: Stored, questions: Floats) -> None:
    assert stored.index().search(questions[0], 2 * PASSAGES) == stored.nearest(questions[0], PASSAGES)


def test_an_empty_index_finds_nothing() -> None:
    index = QuantizedIndex.of(DIMENSION, (), Stored(np.empty((0, DIMENSION), dtype=np.float32)).read)

    assert (len(index), index.keys.tolist(), index.search(np.ones(DIMENSION, dtype=np.float32), 5)) == (0, [], [])
    assert index.vectors([]).shape == (0, DIMENSION)


def test_a_vector_of_nothing_but_zeros_does_no_harm(rng: np.random.Generator) -> None:
    vectors = unit_vectors(rng, 40, 16)
    vectors[7] = 0
    question = unit_vectors(rng, 1, 16)[0]

    assert dict(Stored(vectors).index().search(question, 40))[7] == 0


def test_a_change_leaves_the_index_it_was_made_from_as_it_was(stored: Stored, questions: Floats) -> None:
    old = stored.changed(QuantizedIndex.of(DIMENSION, (), stored.read), added=stored.keys[:3000])
    before = old.keys.tolist(), [old.search(question, DEPTH) for question in questions]

    new = stored.changed(old, stored.keys[:1500], stored.keys[3000:])

    assert (old.keys.tolist(), [old.search(question, DEPTH) for question in questions]) == before
    assert sorted(new.keys.tolist()) == sorted(stored.keys[1500:].tolist())


def test_a_removal_leaves_an_index_with_earlier_removals_as_it_was(stored: Stored, questions: Floats) -> None:
    old = stored.changed(stored.index(), stored.keys[:10])
    before = old.keys.tolist(), [old.search(question, DEPTH) for question in questions]

    stored.changed(old, stored.keys[10:20])

    assert (old.keys.tolist(), [old.search(question, DEPTH) for question in questions]) == before


def test_a_small_change_copies_nothing_large(stored: Stored) -> None:
    old = stored.changed(QuantizedIndex.of(DIMENSION, (), stored.read), added=stored.keys[:3900])
    stored.asked.clear()

    new = stored.changed(old, stored.keys[:10], stored.keys[3900:])

    assert new.pieces[0] is old.pieces[0]
    assert sorted(stored.asked) == sorted(stored.keys[3900:].tolist())


def test_many_small_changes_leave_few_segments(stored: Stored) -> None:
    index = QuantizedIndex.of(DIMENSION, (), stored.read)
    for some in np.array_split(stored.keys, 200):
        index = stored.changed(index, added=some)

    assert len(index.pieces) <= 6


def test_a_segment_that_has_lost_many_passages_is_rewritten(stored: Stored) -> None:
    index = stored.changed(stored.index(), stored.keys[: PASSAGES // 2])

    assert [len(segment) for segment in index.pieces] == [PASSAGES // 2]


def test_exact_vectors_are_read_once(stored: Stored, questions: Floats) -> None:
    index = stored.index()
    stored.asked.clear()

    keys = [key for key, _ in index.search(questions[0], DEPTH)]
    given_back = index.vectors(keys[::-1])

    assert len(stored.asked) == len(set(stored.asked)) < 2 * DEPTH
    np.testing.assert_array_equal(given_back, stored.vectors[np.searchsorted(stored.keys, keys[::-1])])


def test_no_more_vectors_are_kept_than_are_allowed(
    stored: Stored, questions: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings.index.quantized, "KNOWN", 100)
    index = stored.index()
    for question in questions:
        keys = [key for key, _ in index.search(question, DEPTH)]
        np.testing.assert_array_equal(index.vectors(keys), stored.vectors[np.searchsorted(stored.keys, keys)])

    assert len(index._known) <= 100


def test_a_vector_of_another_size_is_reported(stored: Stored) -> None:
    with pytest.raises(StoreCorruptError, match="wrong size"):
        QuantizedIndex.of(DIMENSION + 8, (), stored.read).updated(NONE, stored.keys, stored.read)


def test_threads_find_what_one_finds(stored: Stored, questions: Floats) -> None:
    index = stored.index()
    expected = [index.search(question, DEPTH) for question in questions]

    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: [index.search(question, DEPTH) for question in questions], range(8)):
            assert found == expected


def test_codes_keep_the_share_of_an_inner_product_that_they_are_said_to(rng: np.random.Generator) -> None:
    vectors, question = few_dimensions(rng), unit_vectors(rng, 1, DIMENSION)[0]
    [segment] = Stored(vectors).index().pieces
    products, places = segment.best(rotated(question[np.newaxis])[0], PASSAGES, None)
    errors = products - GAIN * (vectors @ question)[places]

    assert abs(errors.mean()) < code_error(DIMENSION) / 4
    assert errors.std() == pytest.approx(code_error(DIMENSION), rel=0.2)


@pytest.mark.parametrize("dimension", [8, 384, 768, 1024])
def test_sums_of_rounded_vectors_have_no_error(dimension: int, rng: np.random.Generator) -> None:
    question = unit_vectors(rng, 1, dimension)[0]
    rows = rng.integers(-127, 128, size=(500, dimension)).astype(np.float32)
    rows[0] = 127 * np.sign(question)
    coarse = gridded(question)

    assert np.array_equal(rows @ coarse, rows.astype(np.float64) @ coarse.astype(np.float64))
    np.testing.assert_allclose(coarse, question, atol=1e-3 * (dimension / 384) ** 0.5)


def test_vectors_are_coded_as_those_on_disk_are(rng: np.random.Generator) -> None:
    """A change of the coding must raise the version."""
    vectors = np.eye(16, dtype=np.float32)[:3]
    [segment] = Stored(vectors).index().pieces
    products, places = segment.best(rotated(vectors[:1])[0], 3, None)

    assert CODING_VERSION == 1
    assert segment.rows[0].tolist() == [127] + [0] * 15
    assert dict(zip(places.tolist(), products.tolist(), strict=True)) == pytest.approx(
        {0: 0.873, 1: -0.096, 2: 0.034}, abs=0.01
    )
