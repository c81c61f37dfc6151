"""Fusion by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.candidates import Candidate
from service.answering.fusion import convex_combination, min_max

ranked_lists = st.dictionaries(st.integers(0, 30), st.floats(-1, 1), max_size=12).map(
    lambda scores: sorted((Candidate(key, score) for key, score in scores.items()), key=lambda c: (-c.score, c.key))
)


def test_scores_are_moved_between_nothing_and_one() -> None:
    assert min_max([2.0, 4.0, 3.0, -2.0]) == [4 / 6, 1.0, 5 / 6, 0.0]


@pytest.mark.parametrize("scores", [[0.5], [0.0, 0.0], [-3.0, -3.0, -3.0]])
def test_scores_that_are_all_equal_become_one(scores: list[float]) -> None:
    assert min_max(scores) == [1.0] * len(scores)


def test_no_scores_stay_no_scores() -> None:
    assert min_max([]) == []


def test_two_lists_are_added_by_their_weights() -> None:
    dense = [Candidate(1, 0.9), Candidate(2, 0.7), Candidate(3, 0.5)]
    lexical = [Candidate(3, 20.0), Candidate(4, 15.0), Candidate(1, 10.0)]

    fused = convex_combination([(0.25, dense), (0.75, lexical)])

    assert [c.key for c in fused] == [3, 4, 1, 2]
    assert [c.score for c in fused] == pytest.approx([0.75, 0.375, 0.25, 0.125])


def test_a_list_of_one_gives_its_passage_the_whole_weight() -> None:
    assert convex_combination([(0.4, [Candidate(7, 0.01)])]) == [Candidate(7, 0.4)]


def test_equal_scores_go_by_key() -> None:
    fused = convex_combination([(0.5, [Candidate(9, 1.0)]), (0.5, [Candidate(2, 1.0)]), (0.5, [Candidate(5, 3.0)])])

    assert [c.key for c in fused] == [2, 5, 9]


def test_nothing_fused_is_nothing() -> None:
    assert convex_combination([]) == []
    assert convex_combination([(1.0, []), (0.5, [])]) == []


@given(ranked_lists)
def test_one_list_keeps_its_order(candidates: list[Candidate]) -> None:
    fused = convex_combination([(1.0, candidates)])
    score_of = {c.key: c.score for c in candidates}

    assert {c.key for c in fused} == set(score_of)
    assert [score_of[c.key] for c in fused] == pytest.approx([c.score for c in candidates])
    assert all(0 <= c.score <= 1 for c in fused)


@given(ranked_lists, ranked_lists, st.floats(0, 1))
def test_every_passage_of_any_list_is_there_once_best_first(
    one: list[Candidate], other: list[Candidate], weight: float
) -> None:
    fused = convex_combination([(weight, one), (1 - weight, other)])

    assert sorted(c.key for c in fused) == sorted({c.key for c in (*one, *other)})
    assert fused == sorted(fused, key=lambda c: (-c.score, c.key))
    assert fused == convex_combination([(1 - weight, other), (weight, one)])
    assert all(0 <= c.score <= 1 + 1e-9 for c in fused)
