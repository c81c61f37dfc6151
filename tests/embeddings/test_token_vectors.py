"""Token signs and MaxSim's similarities against the naive computation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from embeddings import signs_from_bytes, signs_to_bytes, token_similarities
from embeddings.token_vectors import BLOCK, GRID, pack_signs

Floats = NDArray[np.float32]

dimensions = st.integers(1, 12).map(lambda bytes_: 8 * bytes_)
values = st.floats(-1, 1, width=32)


@st.composite
def token_rows(draw: st.DrawFn, dimension: int | None = None) -> Floats:
    width = draw(dimensions) if dimension is None else dimension
    rows: Floats = draw(arrays(np.float32, (draw(st.integers(1, 9)), width), elements=values))
    return rows


@st.composite
def questions_and_passages(draw: st.DrawFn) -> tuple[Floats, list[Floats]]:
    dimension = draw(dimensions)
    return draw(token_rows(dimension)), draw(st.lists(token_rows(dimension), max_size=5))


def plus_minus_one(tokens: Floats) -> NDArray[np.float64]:
    return np.where(tokens > 0, 1.0, -1.0)


@given(token_rows())
def test_packing_keeps_the_sign_of_every_dimension(tokens: Floats) -> None:
    signs = pack_signs(tokens)

    assert signs.shape == (len(tokens), tokens.shape[1] // 8)
    assert (np.unpackbits(signs, axis=1).astype(bool) == (tokens > 0)).all()


@given(token_rows())
def test_signs_survive_the_way_through_the_store(tokens: Floats) -> None:
    signs = pack_signs(tokens)
    data = signs_to_bytes(signs)

    assert len(data) == tokens.size // 8
    assert (signs_from_bytes(data, tokens.shape[1]) == signs).all()


def test_bytes_that_are_no_whole_number_of_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        signs_from_bytes(b"12345", 32)


@given(questions_and_passages())
def test_similarities_equal_the_dot_products_with_plus_and_minus_one(case: tuple[Floats, list[Floats]]) -> None:
    question, passages = case
    similarities = token_similarities(question, [pack_signs(tokens) for tokens in passages])

    assert len(similarities) == len(passages)
    for got, tokens in zip(similarities, passages, strict=True):
        wanted = question.astype(np.float64) @ plus_minus_one(tokens).T / np.sqrt(question.shape[1])
        assert got.dtype == np.float32
        assert got.shape == (len(question), len(tokens))
        np.testing.assert_allclose(got, wanted, atol=1e-4)


def test_no_passages_have_no_similarities() -> None:
    assert token_similarities(np.ones((3, 8), dtype=np.float32), []) == []


def test_a_single_token_that_points_like_its_own_signs_scores_one() -> None:
    direction = np.array([[1, -1, 1, 1, -1, -1, 1, -1]], dtype=np.float32)
    question = direction / np.sqrt(np.float32(8))

    [same] = token_similarities(question, [pack_signs(direction)])
    [opposite] = token_similarities(question, [pack_signs(-direction)])

    assert same == pytest.approx(np.array([[1.0]]), abs=1e-5)
    assert opposite == pytest.approx(np.array([[-1.0]]), abs=1e-5)


def test_a_passage_scores_the_same_to_the_last_bit_in_whatever_company_it_is_reranked() -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        question = rng.normal(size=(int(rng.integers(2, 20)), 384)).astype(np.float32)
        question /= np.linalg.norm(question, axis=1, keepdims=True)
        passages = [pack_signs(rng.normal(size=(int(rng.integers(1, 99)), 384)).astype(np.float32)) for _ in range(30)]

        together = token_similarities(question, passages)
        backwards = token_similarities(question, passages[::-1])[::-1]

        for passage, one, other in zip(passages, together, backwards, strict=True):
            [alone] = token_similarities(question, [passage])
            assert (one == alone).all()
            assert (one == other).all()


def all_at_once(question: Floats, passages: list[NDArray[np.uint8]]) -> list[Floats]:
    """The same without blocks."""
    dimension = question.shape[1]
    question = np.rint(question * GRID) / GRID
    bits = np.unpackbits(np.concatenate(passages), axis=1).astype(np.float32)
    scores = (2 * (question @ bits.T) - question.sum(axis=1, keepdims=True)) / np.sqrt(np.float32(dimension))
    return np.split(scores, np.cumsum([len(passage) for passage in passages])[:-1], axis=1)


@given(st.lists(st.integers(0, 2 * BLOCK + 1), min_size=1, max_size=4), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_blocks_change_no_bit(lengths: list[int], asked: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    question = rng.normal(size=(asked, 384)).astype(np.float32)
    question /= np.linalg.norm(question, axis=1, keepdims=True)
    passages = [rng.integers(0, 256, size=(length, 48), dtype=np.uint8) for length in lengths]

    in_blocks = token_similarities(question, passages)

    for one, other in zip(in_blocks, all_at_once(question, passages), strict=True):
        assert one.dtype == other.dtype == np.float32
        assert np.array_equal(one, other)
