"""Summaries of times."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Summary of a list of times, in its unit; percentiles are interpolated linearly."""

    count: int
    mean: float
    p50: float
    p95: float
    p99: float
    worst: float


def percentiles(times: Sequence[float]) -> Percentiles | None:
    """Summarise times; return None if there are none."""
    if not times:
        return None
    p50, p95, p99 = (round(float(value), 3) for value in np.percentile(times, [50, 95, 99]))
    return Percentiles(len(times), round(float(np.mean(times)), 3), p50, p95, p99, round(max(times), 3))


def median(values: Sequence[float]) -> float:
    """Return the median of a non-empty list."""
    return float(np.median(values))
