"""Scores by hand, on tokens of eight dimensions."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from embeddings.tokens.maxsim import QuestionTokens, sign_bits
from service.answering.pipeline import Pipeline
from service.answering.ranking.candidates import Candidate
from service.answering.ranking.maxsim import COSINE, HALF_WINDOW, LEXICAL, MAX_SIM, WINDOW, max_sims, rerank
from service.answering.ranking.reranking import AskedQuestion, RerankedCandidate
from service.answering.ranking.rows import PassageRows
from service.settings import Settings
from tests.service.conftest import Add, OpenLibrary

Floats = NDArray[np.float32]

UP = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
HALF = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0]
"""Half as similar to UP as UP itself: (6 - 2) / 8."""
ACROSS = [1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0]
DOWN = [-1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0]

WEIGHTS = MAX_SIM + WINDOW + LEXICAL + COSINE

# Eighths add up without rounding.
similarities = arrays(
    np.float32,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=4 * HALF_WINDOW + 3),
    elements=st.integers(-8, 8).map(lambda n: n / 8),
)


def signs(*tokens: list[float]) -> NDArray[np.uint8]:
    return sign_bits(np.array(tokens, dtype=np.float32))


def question(*tokens: list[float]) -> QuestionTokens:
    return QuestionTokens(np.array(tokens, dtype=np.float32) / np.sqrt(np.float32(8)))


def measured(*matrices: Floats) -> list[tuple[float, float]]:
    """MaxSim and the best window's of passages, given the similarities `(question tokens, tokens)` of each."""
    starts = [range(0, matrix.shape[1], HALF_WINDOW) for matrix in matrices]
    halves = [m[:, at : at + HALF_WINDOW].max(axis=1) for m, ats in zip(matrices, starts, strict=True) for at in ats]
    return list(zip(*max_sims(np.array(halves), np.array([len(ats) for ats in starts])), strict=True))


def max_sim(matrix: Floats) -> float:
    [(whole, _)] = measured(matrix)
    return whole


def window_max_sim(matrix: Floats) -> float:
    [(_, window)] = measured(matrix)
    return window


def alike(*keys: int) -> list[Candidate]:
    """Candidates between which only their tokens tell."""
    return [Candidate(key, 0.0, 0.0) for key in keys]


def test_max_sim_is_the_mean_over_question_tokens_of_the_best_similarity() -> None:
    assert max_sim(np.array([[0.25, 1.0, -1.0], [-0.5, 0.0, -1.0]], dtype=np.float32)) == 0.5
    assert max_sim(np.array([[-1.0], [0.0]], dtype=np.float32)) == -0.5


def test_of_a_passage_as_long_as_a_window_both_measures_are_the_same() -> None:
    matrix = np.zeros((2, 2 * HALF_WINDOW), dtype=np.float32)
    matrix[0, 0] = matrix[1, -1] = 1

    assert max_sim(matrix) == window_max_sim(matrix) == 1


def test_question_tokens_met_far_apart_do_not_meet_in_a_window() -> None:
    together, apart = (np.zeros((2, 4 * HALF_WINDOW), dtype=np.float32) for _ in range(2))
    together[0, HALF_WINDOW] = together[1, HALF_WINDOW + 5] = 1
    apart[0, 0] = apart[1, 3 * HALF_WINDOW] = 1

    assert (max_sim(together), window_max_sim(together)) == (1, 1)
    assert (max_sim(apart), window_max_sim(apart)) == (1, 0.5)


def test_windows_overlap_so_that_none_cuts_neighbours_apart() -> None:
    matrix = np.zeros((2, 4 * HALF_WINDOW), dtype=np.float32)
    matrix[0, 2 * HALF_WINDOW - 1] = matrix[1, 2 * HALF_WINDOW] = 1

    assert window_max_sim(matrix) == 1


@given(similarities)
def test_the_best_window_is_the_one_found_by_hand(matrix: Floats) -> None:
    starts = range(0, matrix.shape[1], HALF_WINDOW)
    by_hand = max(max_sim(matrix[:, start : start + 2 * HALF_WINDOW]) for start in starts)

    assert window_max_sim(matrix) == pytest.approx(by_hand, abs=1e-6)
    assert window_max_sim(matrix) <= max_sim(matrix) + 1e-6


def plainly(matrix: Floats) -> tuple[float, float]:
    """Both measures of one passage, as one would write them down."""
    halves = [matrix[:, start : start + HALF_WINDOW].max(axis=1) for start in range(0, matrix.shape[1], HALF_WINDOW)]
    windows = [np.maximum(one, next_) for one, next_ in itertools.pairwise(halves)] or halves
    best = max(np.stack(windows, axis=1).mean(axis=0).tolist())
    return float(matrix.max(axis=1).mean()), best


@given(st.data(), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_measures_of_many_passages_are_those_of_each_to_the_last_bit(
    data: st.DataObject, asked: int, seed: int
) -> None:
    lengths = data.draw(st.lists(st.integers(1, 5 * HALF_WINDOW + 3), min_size=1, max_size=12))
    rng = np.random.default_rng(seed)
    matrices = [rng.uniform(-1, 1, size=(asked, length)).astype(np.float32) for length in lengths]

    together = measured(*matrices)

    assert together == [plainly(matrix) for matrix in matrices]
    assert measured(*matrices[::-1]) == together[::-1]
    assert [(max_sim(matrix), window_max_sim(matrix)) for matrix in matrices] == together


def test_a_passage_without_tokens_is_refused_not_given_its_neighbours_score() -> None:
    tokens = {1: signs(UP), 2: signs(UP)[:0], 3: signs(UP)}

    with pytest.raises(ValueError, match="no tokens"):
        rerank(question(UP), alike(1, 2, 3), tokens)


def test_a_score_is_the_weighted_mean_of_four_similarities() -> None:
    asked = question(UP, ACROSS)
    tokens = {1: signs(DOWN, HALF), 2: signs(UP, DOWN, ACROSS), 3: signs(DOWN)}
    candidates = [Candidate(1, 0.25, 1.0), Candidate(2, 1.0, 0.0), Candidate(3, -1.0, 0.5)]

    scores = {c.key: c.score for c in rerank(asked, candidates, tokens)}

    # of 1: UP finds HALF (.5), ACROSS finds HALF (6 of 8 signs agree, .5); of 3: DOWN is -1 to UP, 0 to ACROSS
    by_hand = {
        1: 0.5 * (MAX_SIM + WINDOW) + LEXICAL + 0.25 * COSINE,
        2: MAX_SIM + WINDOW + COSINE,
        3: -0.5 * (MAX_SIM + WINDOW) + 0.5 * LEXICAL - COSINE,
    }
    assert scores == pytest.approx({key: total / WEIGHTS for key, total in by_hand.items()}, abs=1e-5)


def test_the_reading_with_earlier_turns_counts_by_its_weight() -> None:
    read, unread = (Candidate(1, 0.5, 0.5, cosine) for cosine in (0.5, -0.25))

    [alone] = rerank(question(UP), [read], {1: signs(HALF)})
    found = [rerank(question(UP), [one], {1: signs(HALF)}, 2.0, 1.0)[0] for one in (read, unread)]

    def by_hand(weight: float) -> list[float]:
        return [(WEIGHTS * alone.score + weight * cosine) / (WEIGHTS + weight) for cosine in (0.5, -0.25)]

    assert alone.evidence == alone.score
    assert [c.score for c in found] == pytest.approx(by_hand(2.0), abs=1e-5)
    assert [c.evidence for c in found] == pytest.approx(by_hand(1.0), abs=1e-5)


@given(st.data())
def test_every_score_lies_between_minus_one_and_one(data: st.DataObject) -> None:
    unit = st.lists(st.floats(-1, 1, width=32), min_size=8, max_size=8).filter(lambda v: np.linalg.norm(v) > 1e-3)
    asked = np.array(data.draw(st.lists(unit, min_size=1, max_size=5)), dtype=np.float32)
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    packed = data.draw(arrays(np.uint8, st.tuples(st.integers(1, 40), st.just(1))))
    candidate = Candidate(1, data.draw(st.floats(-1, 1)), data.draw(st.floats(0, 1)))

    [reranked] = rerank(QuestionTokens(asked), [candidate], {1: packed})

    assert -1 <= reranked.score <= 1
    assert reranked.score == round(reranked.score, 6)


@pytest.mark.parametrize("asked", [question(UP), question(UP, UP), question(UP, UP, UP)])
def test_the_best_that_can_be_is_one_and_the_worst_minus_one_or_little_above(asked: QuestionTokens) -> None:
    best, worst = rerank(asked, [Candidate(1, 1.0, 1.0), Candidate(2, -1.0, 0.0)], {1: signs(UP), 2: signs(DOWN)})

    assert best.score == 1
    assert worst.score == pytest.approx(-(WEIGHTS - LEXICAL) / WEIGHTS, abs=1e-5)


def test_a_score_does_not_depend_on_what_other_candidates_there_are() -> None:
    asked = question(UP, ACROSS)
    one, others = Candidate(1, 0.3, 0.2), [Candidate(2, 0.9, 0.9), Candidate(3, -0.4, 0.0)]
    tokens = {1: signs(HALF, DOWN), 2: signs(UP), 3: signs(DOWN)}

    [alone] = rerank(asked, [one], tokens)
    [among] = [c for c in rerank(asked, [*others, one], tokens) if c.key == 1]

    assert alone.score == among.score


def test_the_tokens_decide_before_cosine_does() -> None:
    candidates = [Candidate(1, 1.0, 0.0), Candidate(2, 0.0, 0.0)]

    assert keys(rerank(question(UP), candidates, {1: signs(DOWN), 2: signs(UP)})) == [2, 1]


@pytest.mark.parametrize("better", [Candidate(2, 0.5, 0.1), Candidate(2, 0.6, 0.0)], ids=["words", "cosine"])
def test_between_equal_tokens_words_and_cosine_decide(better: Candidate) -> None:
    tokens = dict.fromkeys((1, 2), signs(UP, HALF))

    assert keys(rerank(question(UP), [Candidate(1, 0.5, 0.0), better], tokens)) == [2, 1]


def test_equal_scores_go_by_key() -> None:
    ranked = rerank(question(UP), alike(5, 3, 9, 1), dict.fromkeys((5, 3, 9, 1), signs(HALF, DOWN)))

    assert keys(ranked) == [1, 3, 5, 9]
    assert len({c.score for c in ranked}) == 1


def test_the_same_tokens_in_another_order_score_the_same_within_a_window() -> None:
    tokens = {1: signs(UP, DOWN, HALF), 2: signs(HALF, UP, DOWN)}

    first, second = rerank(question(UP, HALF, ACROSS), alike(2, 1), tokens)

    assert (first.key, second.key) == (1, 2)
    assert first.score == second.score


def test_no_candidates_stay_none() -> None:
    assert rerank(question(UP), [], {}) == []


def keys(ranked: list[RerankedCandidate]) -> list[int]:
    return [candidate.key for candidate in ranked]


class ByLength:
    """A reranker that knows nothing of vectors: the shortest passage first."""

    version = "by-length-1"

    def rerank(
        self, question: AskedQuestion, candidates: Sequence[Candidate], rows: PassageRows
    ) -> list[RerankedCandidate]:
        lengths = {c.key: len(rows.passage(c.key).text) for c in candidates}
        ordered = sorted(lengths, key=lambda key: (lengths[key], key))
        return [RerankedCandidate(key, 1 / lengths[key], 1 / lengths[key]) for key in ordered]


def test_another_reranker_orders_the_answer_and_has_no_calibration_of_this_one(
    add: Add, open_library: OpenLibrary, settings: Settings
) -> None:
    for name, words in (("long", "The truce began in the spring of that year, and it lasted."), ("short", "A truce.")):
        add(f"{name}.txt", words)
    library = open_library()

    answer = Pipeline(library, settings, reranker=ByLength()).ask("truce")

    assert [passage.citation.document_id for passage in answer.passages] == ["short", "long"]
    assert answer.passages[0].score == 1 / len("A truce.")
    assert answer.confidence.probability is None
