"""Verdicts on budgets."""

from dataclasses import replace
from pathlib import Path

import pytest

from eval.bench.budgets import FULL_SIZE, verdicts
from eval.bench.encoding import Ingest
from eval.bench.load import LoadSummary
from eval.bench.machine import Memory
from eval.bench.record import Served, Verdict
from eval.bench.stores import BuiltStore
from eval.bench.timing import Percentiles
from eval.bench.vectors import VectorSearch

GIB = 2**30
LATENCY = Percentiles(100, 20.0, 20.0, 30.0, 50.0, 60.0)
SERVED = Served(
    store=BuiltStore(Path("store"), 10, FULL_SIZE, 100, 10, False, 1.0, None, 1, 1),
    vectors=VectorSearch("quantized", 0.1, LATENCY, LATENCY, 1.0, 1.0, {0.5: LATENCY}, {0.5: 1.0}),
    ask_command_s=[2.0, 3.0, 9.0],
    ready_s=[10.0],
    question_ms=Percentiles(100, 10.0, 10.0, 11.0, 12.0, 13.0),
    asking=[
        LoadSummary(1, 100, 0, None, 10.0, [10.0], LATENCY, {}),
        LoadSummary(32, 256, 0, None, 30.0, [30.0], LATENCY, {}),
    ],
    ask_to_encode=2.0,
    rounds_ask_to_encode=[2.0],
    gain={1: 1.0, 32: 3.0},
    memory=Memory(3 * GIB // 2, GIB, 2 * GIB),
)
INGEST = Ingest(18, 100, 40.0, 36.0, 0.9, [40.0], [36.0])


def of(found: list[Verdict], name: str) -> Verdict:
    return next(verdict for verdict in found if verdict.name == name)


def test_what_just_keeps_to_every_budget_meets_it() -> None:
    found = verdicts(INGEST, [SERVED])
    assert len(found) == 7
    assert [verdict.name for verdict in found if not verdict.met] == []


@pytest.mark.parametrize(
    ("name", "worse"),
    [
        ("ask / encode", replace(SERVED, ask_to_encode=2.001)),
        (
            "ask p99, ms",
            replace(SERVED, asking=[replace(SERVED.asking[0], latency_ms=replace(LATENCY, p99=50.1))]),
        ),
        ("32 askers / 1", replace(SERVED, gain={1: 1.0, 32: 2.999})),
        ("resident, GiB", replace(SERVED, memory=Memory(2 * GIB, GIB, 2 * GIB))),
        ("footnote ask, s", replace(SERVED, ask_command_s=[1.0, 3.1, 3.2])),
        ("serve ready, s", replace(SERVED, ready_s=[10.1])),
    ],
)
def test_a_worse_value_misses_its_budget_and_no_other(name: str, worse: Served) -> None:
    found = verdicts(INGEST, [worse])
    assert [verdict.name for verdict in found if not verdict.met] == [name]


def test_slow_ingest_misses_its_budget() -> None:
    assert of(verdicts(replace(INGEST, share=0.899), []), "ingest / encoder").met is False


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    found = verdicts(INGEST, [replace(SERVED, memory=None, gain={1: 1.0, 8: 2.0})])
    for name in ("resident, GiB", "32 askers / 1"):
        assert (of(found, name).value, of(found, name).met) == (None, None)


def test_a_verdict_on_a_smaller_store_says_what_size_the_budget_is_set_for() -> None:
    small = replace(SERVED, store=replace(SERVED.store, passages=1000))
    verdict = of(verdicts(INGEST, [small]), "resident, GiB")
    assert (verdict.passages, verdict.meant_for) == (1000, FULL_SIZE)
