"""Token signs and MaxSim's similarities against the naive computation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from embeddings.tokens.maxsim import BLOCK, GRID, QuestionTokens, sign_bits, signs_from_bytes, signs_to_bytes

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
    return draw(token_rows(dimension)), draw(st.lists(token_rows(dimension), min_size=1, max_size=5))


def plus_minus_one(tokens: Floats) -> NDArray[np.float64]:
    return np.where(tokens > 0, 1.0, -1.0)


@given(token_rows())
def test_packing_keeps_the_sign_of_every_dimension(tokens: Floats) -> None:
    signs = sign_bits(tokens)

    assert signs.shape == (len(tokens), tokens.shape[1] // 8)
    assert (np.unpackbits(signs, axis=1).astype(bool) == (tokens > 0)).all()


@given(token_rows())
def test_signs_survive_the_way_through_the_store(tokens: Floats) -> None:
    signs = sign_bits(tokens)
    data = signs_to_bytes(signs)

    assert len(data) == tokens.size // 8
    assert (signs_from_bytes(data, tokens.shape[1]) == signs).all()


def test_bytes_that_are_no_whole_number_of_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        signs_from_bytes(b"12345", 32)


@given(questions_and_passages())
def test_similarities_equal_the_dot_products_with_plus_and_minus_one(case: tuple[Floats, list[Floats]]) -> None:
    question, passages = case
    similarities = QuestionTokens(question).similarities([sign_bits(tokens) for tokens in passages])

    assert len(similarities) == len(passages)
    for got, tokens in zip(similarities, passages, strict=True):
        wanted = plus_minus_one(tokens) @ question.astype(np.float64).T / np.sqrt(question.shape[1])
        assert got.dtype == np.float32
        assert got.shape == (len(tokens), len(question))
        np.testing.assert_allclose(got, wanted, atol=1e-4)


def test_a_single_token_that_points_like_its_own_signs_scores_one() -> None:
    direction = np.array([[1, -1, 1, 1, -1, -1, 1, -1]], dtype=np.float32)
    question = direction / np.sqrt(np.float32(8))

    same, opposite = QuestionTokens(question).similarities([sign_bits(direction), sign_bits(-direction)])

    assert same == pytest.approx(np.array([[1.0]]), abs=1e-5)
    assert opposite == pytest.approx(np.array([[-1.0]]), abs=1e-5)


def in_floats(question: Floats, signs: NDArray[np.uint8]) -> Floats:
    """Similarities by a product of floats, which is exact on the grid."""
    question = np.rint(question * GRID) / GRID
    bits = np.unpackbits(signs, axis=1).astype(np.float32)
    scores: Floats = (2 * (bits @ question.T) - question.sum(axis=1)) / np.sqrt(np.float32(question.shape[1]))
    return scores


def drawn(rng: np.random.Generator, asked: int, lengths: list[int]) -> tuple[Floats, list[NDArray[np.uint8]]]:
    question = rng.normal(size=(asked, 384)).astype(np.float32)
    question /= np.linalg.norm(question, axis=1, keepdims=True)
    return question, [rng.integers(0, 256, size=(length, 48), dtype=np.uint8) for length in lengths]


@given(
    st.lists(st.integers(1, 70), min_size=1, max_size=9),
    st.integers(1, 40),
    st.integers(1, 20),
    st.integers(0, 2**32 - 1),
)
def test_the_greatest_of_each_run_is_the_one_found_by_hand_to_the_last_bit(
    lengths: list[int], asked: int, run: int, seed: int
) -> None:
    question, passages = drawn(np.random.default_rng(seed), asked, lengths)

    greatest, counts = QuestionTokens(question).greatest(passages, run)

    runs = [[p[at : at + run] for at in range(0, len(p), run)] for p in passages]
    by_hand = [in_floats(question, rows).max(axis=0) for of_passage in runs for rows in of_passage]
    assert counts.tolist() == [len(of_passage) for of_passage in runs]
    assert greatest.dtype == np.float32
    assert np.array_equal(greatest, by_hand)


@pytest.mark.parametrize("dimension", [8, 384, 768, 4096])
def test_similarities_are_those_of_floats_to_the_last_bit(dimension: int) -> None:
    rng = np.random.default_rng(dimension)
    question = rng.normal(size=(7, dimension)).astype(np.float32)
    question /= np.linalg.norm(question, axis=1, keepdims=True)
    question[0] = np.eye(dimension, dtype=np.float32)[0]
    question[1] = -np.ones(dimension, dtype=np.float32) / np.sqrt(np.float32(dimension))
    signs = rng.integers(0, 256, size=(99, dimension // 8), dtype=np.uint8)
    signs[0], signs[1] = 0, 255

    [similarities] = QuestionTokens(question).similarities([signs])

    assert np.array_equal(similarities, in_floats(question, signs))


def test_more_runs_than_fit_into_a_block_change_no_bit() -> None:
    question, passages = drawn(np.random.default_rng(5), 3, [2, 1, 3] * (BLOCK // 3) + [5] * 9)

    greatest, counts = QuestionTokens(question).greatest(passages, 2)

    assert counts.sum() > BLOCK
    alone = [QuestionTokens(question).greatest([passage], 2)[0] for passage in passages]
    assert np.array_equal(greatest, np.concatenate(alone))


def test_a_passage_without_tokens_is_refused() -> None:
    question, passages = drawn(np.random.default_rng(5), 3, [3, 0, 3])

    with pytest.raises(ValueError, match="no tokens"):
        QuestionTokens(question).greatest(passages, 16)
