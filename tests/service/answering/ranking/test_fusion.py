"""Fusion by hand."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.ranking.candidates import COSINE_DECIMALS, Candidate
from service.answering.ranking.fusion import fuse, min_max

scores = st.tuples(*(st.floats(least, 1).map(lambda score: round(score, COSINE_DECIMALS)) for least in (-1, 0)))
candidates = st.dictionaries(st.integers(0, 30), scores, max_size=12).map(
    lambda given: [Candidate(key, cosine, lexical) for key, (cosine, lexical) in given.items()]
)


def test_scores_are_moved_between_nothing_and_one() -> None:
    assert min_max([2.0, 4.0, 3.0, -2.0]) == [4 / 6, 1.0, 5 / 6, 0.0]


@pytest.mark.parametrize("scores", [[0.5], [0.0, 0.0], [-3.0, -3.0, -3.0]])
def test_scores_that_are_all_equal_become_one(scores: list[float]) -> None:
    assert min_max(scores) == [1.0] * len(scores)


def test_no_scores_stay_no_scores() -> None:
    assert min_max([]) == []


def test_both_scores_count_the_same_whatever_their_scale() -> None:
    meaning, words = Candidate(1, 0.9, 0.0), Candidate(2, 0.1, 0.02)
    both, neither = Candidate(3, 0.7, 0.015), Candidate(4, 0.1, 0.0)

    # by meaning 1, 0, .75, 0; by words 0, 1, .75, 0
    assert fuse([neither, words, both, meaning], 10) == [both, meaning, words, neither]


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 4])
def test_only_the_best_are_kept(depth: int) -> None:
    found = [Candidate(key, key / 10, key / 10) for key in (2, 1, 3)]

    assert [candidate.key for candidate in fuse(found, depth)] == [3, 2, 1][:depth]


def test_equal_candidates_go_by_key() -> None:
    assert [c.key for c in fuse([Candidate(key, 0.5, 0.5) for key in (9, 2, 5)], 3)] == [2, 5, 9]


def test_where_no_word_is_shared_meaning_alone_decides() -> None:
    found = [Candidate(key, cosine, 0.0) for key, cosine in ((1, -0.2), (2, 0.4), (3, 0.1))]

    assert [candidate.key for candidate in fuse(found, 10)] == [2, 3, 1]


def test_the_reading_with_earlier_turns_brings_a_candidate_up() -> None:
    near, read = Candidate(1, 0.6, 0.0, 0.1), Candidate(2, 0.2, 0.0, 0.4)

    assert [c.key for c in fuse([near, read], 1)] == [1]
    assert [c.key for c in fuse([near, read], 1, reading_weight=2.0)] == [2]


def test_nothing_fused_is_nothing() -> None:
    assert fuse([], 10) == []


@given(candidates, st.integers(0, 15), st.randoms())
def test_as_many_as_asked_for_in_an_order_that_the_scores_and_keys_give(
    found: list[Candidate], depth: int, random: Random
) -> None:
    fused = fuse(found, depth)
    shuffled = list(found)
    random.shuffle(shuffled)

    assert len(fused) == min(depth, len(found))
    assert len(set(fused)) == len(fused)
    assert fuse(shuffled, depth) == fused
    assert fuse(found, 100)[:depth] == fused


@given(candidates)
def test_none_is_placed_before_one_that_is_better_both_ways(found: list[Candidate]) -> None:
    fused = fuse(found, 100)

    for at, later in enumerate(fused):
        for earlier in fused[:at]:
            assert not (later.cosine > earlier.cosine and later.lexical > earlier.lexical)
