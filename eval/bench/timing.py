"""Times, summarised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Percentiles", "median", "percentiles"]


@dataclass(frozen=True, slots=True)
class Percentiles:
    """What a list of times says, in the unit of the list; percentiles are interpolated as numpy does by default."""

    count: int
    mean: float
    p50: float
    p95: float
    p99: float
    worst: float


def percentiles(times: Sequence[float]) -> Percentiles | None:
    """Summarise times; None if there is none."""
    if not times:
        return None
    p50, p95, p99 = (round(float(value), 3) for value in np.percentile(times, [50, 95, 99]))
    return Percentiles(len(times), round(float(np.mean(times)), 3), p50, p95, p99, round(max(times), 3))


def median(values: Sequence[float]) -> float:
    """The median of a list that is not empty."""
    return float(np.median(values))
