"""Borders of claims: worked out by hand, and kept on average over draws of questions."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from eval.calibration.claims import claim_borders

EVEN = np.ones(12)


def test_the_border_is_the_last_that_leaves_room_for_one_more_wrong_claim() -> None:
    evidence = np.arange(12, 0, -1.0)
    wrong = np.array([False] * 5 + [True] + [False] * 3 + [True] * 3)
    # at share .5, losses are -.5 for a right claim and .5 for a wrong one, and one more wrong one needs .5 more:
    # the sums down to each rank, with it, are 0 -.5 -1 -1.5 -2 -1.5 -2 -2.5 -3 -2.5 -2 -1.5, so all are claimed
    assert claim_borders(evidence, wrong, EVEN, [0.5]) == [(0.5, 1.0)]
    # at share .25: .5 .25 0 -.25 -.5 .25 0 -.25 -.5 .25 1 1.75; the sixth does not keep it
    assert claim_borders(evidence, wrong, EVEN, [0.25]) == [(0.25, 8.0)]


def test_a_greater_share_has_no_higher_border_although_it_is_kept_sooner_by_chance() -> None:
    evidence = np.arange(10, 0, -1.0)
    wrong = np.array([False, True, *[False] * 8])
    # share .5 is kept after one question and not after two; share .4 is kept from the fifth question on
    assert claim_borders(evidence, wrong, EVEN[:10], [0.5]) == [(0.5, 10.0)]
    assert claim_borders(evidence, wrong, EVEN[:10], [0.4, 0.5]) == [(0.4, 1.0), (0.5, 1.0)]


def test_a_share_that_too_few_questions_can_show_has_no_border() -> None:
    right = np.zeros(12, dtype=bool)
    # n right claims show a share of 1 / (n + 1), as one more may be wrong
    assert claim_borders(np.arange(12.0), right, EVEN, [1 / 14, 1 / 13]) == [(1 / 13, 0.0)]


def test_where_every_claim_is_wrong_there_is_no_border() -> None:
    assert claim_borders(np.arange(12.0), np.ones(12, dtype=bool), EVEN, [0.1, 0.5]) == []


def test_questions_of_equal_evidence_are_claimed_together() -> None:
    evidence = np.array([2.0] * 6 + [1.0] * 6)
    wrong = np.array([False] * 6 + [False, True, True, True, True, True])
    assert claim_borders(evidence, wrong, EVEN, [0.2]) == [(0.2, 2.0)]
    assert claim_borders(evidence, wrong[::-1], EVEN, [0.2]) == []


def test_a_question_of_double_weight_counts_as_two() -> None:
    evidence = np.arange(8, 0, -1.0)
    wrong = np.array([False] * 6 + [True, False])
    double = np.array([1, 1, 1, 1, 1, 1, 2, 1.0])
    twice = np.repeat([0, 1, 2, 3, 4, 5, 6, 7], [1, 1, 1, 1, 1, 1, 2, 1])
    for share in (0.3, 0.35, 0.4, 0.45):
        [(_, ours)] = claim_borders(evidence, wrong, double, [share])
        [(_, theirs)] = claim_borders(evidence[twice], wrong[twice], np.ones(9), [share])
        # the room for one more wrong claim is that of the heaviest question, so ours is not lower
        assert ours >= theirs


def test_borders_do_not_rise_with_the_share() -> None:
    evidence, wrong = draw(np.random.default_rng(0), 500)
    borders = [
        border for _, border in claim_borders(evidence, wrong, np.ones(500), np.linspace(0.05, 0.6, 30).tolist())
    ]
    assert borders == sorted(borders, reverse=True)
    assert len(set(borders)) > 5


def draw(chance: np.random.Generator, count: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return evidence in [0, 1] and whether the answer is wrong, with probability 1 - evidence."""
    evidence = chance.random(count)
    return evidence, chance.random(count) > evidence


@pytest.mark.parametrize("share", [0.1, 0.25])
def test_new_questions_like_the_labelled_ones_have_at_most_this_share_of_wrong_claims(share: float) -> None:
    chance = np.random.default_rng(1)
    claimed = wrongly = 0.0
    for _ in range(400):
        evidence, wrong = draw(chance, 200)
        [(_, border)] = claim_borders(evidence, wrong, np.ones(200), [share]) or [(share, math.inf)]
        least = min(border, 1.0)
        claimed += 1 - least
        wrongly += (1 - least) ** 2 / 2  # the integral of 1 - evidence from the border to 1
    assert 0.85 * share < wrongly / claimed <= share
