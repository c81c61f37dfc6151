"""Percentiles against values calculated by hand."""

import pytest

from eval.bench.load import LoadRound, summarise_rounds
from eval.bench.timing import median, percentiles


def test_percentiles_are_those_worked_out_by_hand() -> None:
    summary = percentiles([float(n) for n in range(101)])
    assert summary is not None
    assert (summary.count, summary.mean, summary.worst) == (101, 50.0, 100.0)
    assert (summary.p50, summary.p95, summary.p99) == (50.0, 95.0, 99.0)


def test_between_two_times_a_percentile_is_interpolated() -> None:
    summary = percentiles([10.0, 20.0])
    assert summary is not None
    assert (summary.p50, summary.p95) == (15.0, 19.5)


def test_of_no_times_there_is_no_percentile() -> None:
    assert percentiles([]) is None


def test_rounds_are_summarised_by_their_median_and_failures_are_counted() -> None:
    loads = [
        LoadRound(8, 2.0, [10.0, 20.0], {"encode": [4.0, 6.0]}),
        LoadRound(8, 1.0, [30.0], {"encode": [8.0]}, ["status 503", "ReadTimeout"]),
        LoadRound(8, 1.0, [40.0, 50.0, 60.0, 70.0], {"encode": [5.0] * 4}),
    ]
    asking = summarise_rounds(loads)
    assert (asking.askers, asking.asked, asking.failed, asking.first_failure) == (8, 9, 2, "status 503")
    assert asking.rounds_per_second == [1.0, 1.0, 4.0]
    assert asking.per_second == 1.0
    assert asking.steps_ms == {"encode": 5.0}
    assert asking.latency_ms is not None
    assert (asking.latency_ms.count, asking.latency_ms.p50) == (7, 40.0)


def test_where_nothing_was_answered_there_is_no_latency() -> None:
    asking = summarise_rounds([LoadRound(1, 1.0, failures=["ConnectError"])])
    assert (asking.per_second, asking.latency_ms, asking.failed) == (0.0, None, 1)


def test_the_median_of_an_even_number_lies_between() -> None:
    assert median([1.0, 4.0]) == pytest.approx(2.5)
