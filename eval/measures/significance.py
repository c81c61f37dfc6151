"""Significance of differences: paired tests over the questions of two runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

RESAMPLES = 9999
SEED = 20170119
"""Fixed, so that the same runs give the same verdict."""


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Difference of two runs in one measure, B minus A.

    Args:
        difference: Mean difference over the questions.
        low, high: 95 % bootstrap confidence interval of the mean.
        p: Two-sided p-value of the paired randomisation test.
        wins, ties, losses: Number of questions on which B is better, equal, worse.
    """

    difference: float
    low: float
    high: float
    p: float
    wins: int
    ties: int
    losses: int


def paired_difference(a: Sequence[float], b: Sequence[float]) -> PairedDifference:
    """Compare two runs question by question.

    The test swaps the two runs' values at random within each question (Fisher's randomisation; Smucker, Allan and
    Carterette, 2007); the interval is the percentile bootstrap of the mean difference.

    Args:
        a: Values of run A, `(questions,)`, at least one.
        b: Values of run B for the same questions, in the same order.
    """
    differences = np.asarray(b, dtype=float) - np.asarray(a, dtype=float)
    counts = (int((differences > 0).sum()), int((differences == 0).sum()), int((differences < 0).sum()))
    mean = float(differences.mean())
    if not differences.any() or len(differences) == 1:
        return PairedDifference(mean, mean, mean, 1.0, *counts)
    test = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(SEED),
        vectorized=True,
    )
    interval = stats.bootstrap(
        (differences,), np.mean, n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(SEED)
    ).confidence_interval
    return PairedDifference(mean, float(interval.low), float(interval.high), float(test.pvalue), *counts)


def proportion_interval(successes: int, count: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a share (Wilson, 1927).

    Args:
        successes: Number of successes.
        count: Number of trials, at least one.
    """
    interval = stats.binomtest(successes, count).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected by Holm's step-down method (1979) for multiple tests, in the same order."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        corrected[i] = highest
    return corrected
