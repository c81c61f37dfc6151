"""The budgets, and whether a benchmark meets them."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.bench.encoding import Ingest
from eval.bench.record import Served, Verdict
from eval.bench.timing import median

FULL_SIZE = 100_000
"""Number of passages that the budgets apply to."""

MANY = 32
GIB = 2**30


@dataclass(frozen=True, slots=True)
class _Budget:
    """A limit on a measurement of a store."""

    name: str
    demand: str
    limit: float
    value: Callable[[Served], float | None]
    keeps: Callable[[float, float], bool] = operator.le
    meant_for: int | None = FULL_SIZE


def _one_at_a_time_p99(served: Served) -> float | None:
    latency = next(asking.latency_ms for asking in served.asking if asking.askers == 1)
    return None if latency is None else latency.p99


BUDGETS = (
    _Budget(
        "ask / encode",
        "/v1/ask, one at a time: p50 at most 2 x encoding the question alone",
        2.0,
        lambda served: served.ask_to_encode,
    ),
    _Budget("ask p99, ms", "/v1/ask, one at a time: p99 at most 50 ms", 50.0, _one_at_a_time_p99),
    _Budget(
        "32 askers / 1",
        "32 askers get at least 3 x the answers a second of one",
        3.0,
        lambda served: served.gain.get(MANY),
        operator.ge,
    ),
    _Budget(
        "resident, GiB",
        "the server's resident memory at most 1.5 GiB",
        1.5,
        lambda served: None if served.memory is None else round(served.memory.resident / GIB, 3),
    ),
    _Budget(
        "footnote ask, s",
        "'footnote ask' in a new process at most 3 s",
        3.0,
        lambda served: round(median(served.ask_command_s), 3),
        meant_for=None,
    ),
    _Budget(
        "serve ready, s",
        "'footnote serve' ready within 10 s",
        10.0,
        lambda served: round(median(served.ready_s), 3),
    ),
)

INGEST_SHARE = 0.9


def verdicts(ingest: Ingest, served: Sequence[Served]) -> list[Verdict]:
    """Return the verdict of every budget for every store, with `met=None` for a missing measurement."""
    found = [
        Verdict(
            "ingest / encoder",
            "ingest at least 90 % of the passages a second of the bare encoder",
            ingest.share,
            None,
            None,
            ingest.share >= INGEST_SHARE,
        )
    ]
    for one in served:
        for budget in BUDGETS:
            value = budget.value(one)
            met = None if value is None else budget.keeps(value, budget.limit)
            found.append(Verdict(budget.name, budget.demand, value, one.store.passages, budget.meant_for, met))
    return found
