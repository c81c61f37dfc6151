"""Paired statistics."""

import math

import numpy as np
import pytest

from eval.measures.significance import holm, paired_difference, proportion_interval


def test_equal_runs_do_not_differ() -> None:
    found = paired_difference([0.5, 1.0, 0.0], [0.5, 1.0, 0.0])
    assert (found.difference, found.p, found.wins, found.ties, found.losses) == (0.0, 1.0, 0, 3, 0)


def test_a_clear_gain_is_significant_and_its_interval_holds_the_mean() -> None:
    before = np.linspace(0, 0.5, 40)
    found = paired_difference(list(before), list(before + 0.3))
    assert found.difference == pytest.approx(0.3)
    assert found.low <= found.difference <= found.high
    assert found.p < 0.001
    assert (found.wins, found.ties, found.losses) == (40, 0, 0)


def test_a_gain_on_half_of_few_questions_is_chance() -> None:
    assert paired_difference([0, 1, 0, 1], [1, 0, 0, 1]).p == pytest.approx(1.0)


def test_the_p_value_of_few_questions_is_the_exact_one() -> None:
    # of the 2**3 sign assignments of (1, 1, 1), two reach a mean as far from zero
    assert paired_difference([0, 0, 0], [1, 1, 1]).p == pytest.approx(2 / 8)


def test_the_verdict_is_the_same_every_time() -> None:
    rng = np.random.default_rng(3)
    a, b = list(rng.random(50)), list(rng.random(50))
    assert paired_difference(a, b) == paired_difference(a, b)


def test_holm_multiplies_by_the_tests_left_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03]) == [pytest.approx(0.03), pytest.approx(0.06), pytest.approx(0.06)]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_interval_of_a_share_is_wilsons() -> None:
    n, p, z = 20, 0.1, 1.959964
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    assert proportion_interval(2, 20) == pytest.approx(((middle - half) / scale, (middle + half) / scale), abs=1e-6)
    assert proportion_interval(0, 5)[0] == 0.0
    assert proportion_interval(0, 5)[1] < 0.5
