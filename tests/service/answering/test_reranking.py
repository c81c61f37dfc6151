"""Mean MaxSim by hand, on tokens of eight dimensions."""

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.token_vectors import pack_signs
from service.answering.candidates import Candidate
from service.answering.reranking import rerank

UP = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
HALF = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0]
"""Half as similar to UP as UP itself: (6 - 2) / 8."""
ACROSS = [1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0]
DOWN = [-1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0]


def signs(*tokens: list[float]) -> NDArray[np.uint8]:
    return pack_signs(np.array(tokens, dtype=np.float32))


def question(*tokens: list[float]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = np.array(tokens, dtype=np.float32) / np.sqrt(np.float32(8))
    return unit


def test_a_score_is_the_mean_over_question_tokens_of_the_best_similarity() -> None:
    asked = question(UP, ACROSS)
    candidates = [Candidate(1, 0.0), Candidate(2, 0.0), Candidate(3, 0.0)]
    tokens = {1: signs(DOWN, HALF), 2: signs(UP, DOWN, ACROSS), 3: signs(DOWN)}

    ranked = rerank(asked, candidates, tokens)

    assert [c.key for c in ranked] == [2, 1, 3]
    # of 1: UP finds HALF (.5), ACROSS finds HALF (6 of 8 signs agree, .5); of 3: DOWN is -1 to UP, 0 to ACROSS
    assert [c.score for c in ranked] == pytest.approx([1.0, 0.5, -0.5], abs=1e-5)


def test_similarities_are_kept_for_the_highlight() -> None:
    [ranked] = rerank(question(UP, ACROSS), [Candidate(1, 0.0)], {1: signs(UP, HALF, DOWN)})

    np.testing.assert_allclose(ranked.similarities, [[1, 0.5, -1], [0, 0.5, 0]], atol=1e-5)


def test_the_score_of_retrieval_does_not_count() -> None:
    tokens = {1: signs(DOWN), 2: signs(UP)}

    ranked = rerank(question(UP), [Candidate(1, 1.0), Candidate(2, 0.0)], tokens)

    assert [c.key for c in ranked] == [2, 1]


def test_equal_scores_go_by_key() -> None:
    keys = [5, 3, 9, 1]

    ranked = rerank(question(UP), [Candidate(key, 0.5) for key in keys], dict.fromkeys(keys, signs(HALF, DOWN)))

    assert [c.key for c in ranked] == [1, 3, 5, 9]
    assert len({c.score for c in ranked}) == 1


def test_the_same_tokens_in_another_order_score_the_same() -> None:
    tokens = {1: signs(UP, DOWN, HALF), 2: signs(HALF, UP, DOWN)}

    first, second = rerank(question(UP, HALF, ACROSS), [Candidate(2, 0.0), Candidate(1, 0.0)], tokens)

    assert (first.key, second.key) == (1, 2)
    assert first.score == second.score


def test_no_candidates_stay_none() -> None:
    assert rerank(question(UP), [], {}) == []
