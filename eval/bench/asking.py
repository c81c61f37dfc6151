"""Askers: so many at once, each asking its next question when its last one is answered."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import httpx2

from eval.bench.timing import Percentiles, median, percentiles

__all__ = ["Asking", "Load", "ask_all", "summarised_asking"]

TIMEOUT_S = 60.0
"""A question that takes longer has failed."""


@dataclass(slots=True)
class Load:
    """What came of one round of asking.

    Args:
        askers: How many asked at once.
        seconds: From the first question until the last answer.
        latencies_ms: Of each question that was answered, as the asker saw it.
        steps_ms: What the answers say of their own steps, by step.
        failures: Why questions were not answered.
    """

    askers: int
    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    steps_ms: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies_ms) / self.seconds


@dataclass(frozen=True, slots=True)
class Asking:
    """`POST /v1/ask` with so many askers at once, over all rounds.

    Args:
        askers: How many asked at once.
        asked, failed: Questions.
        first_failure: Why the first one failed that did.
        per_second: Answers a second: the median of the rounds.
        rounds_per_second: The same of each round.
        latency_ms: As the askers saw it, connections open already.
        steps_ms: The median of each step, as the answers say it.
    """

    askers: int
    asked: int
    failed: int
    first_failure: str | None
    per_second: float
    rounds_per_second: Sequence[float]
    latency_ms: Percentiles | None
    steps_ms: Mapping[str, float]


def ask_all(url: str, questions: Sequence[str], askers: int) -> Load:
    """Ask every question of a running service.

    Args:
        url: Its address.
        questions: What to ask, in this order; shared out among the askers as they get free.
        askers: So many ask at once, each on a connection of its own that is open before the clock starts.
    """
    return asyncio.run(_ask_all(url, questions, askers))


async def _ask_all(url: str, questions: Sequence[str], askers: int) -> Load:
    load = Load(askers)
    waiting = iter(questions)
    clients = [httpx2.AsyncClient(base_url=url, timeout=TIMEOUT_S, trust_env=False) for _ in range(askers)]
    try:
        await asyncio.gather(*(_open(client) for client in clients))
        begun = time.perf_counter()
        await asyncio.gather(*(_ask_on(client, waiting, load) for client in clients))
        load.seconds = time.perf_counter() - begun
    finally:
        for client in clients:
            await client.aclose()
    return load


async def _open(client: httpx2.AsyncClient) -> None:
    """Connect; if that fails, so will the questions, which say why."""
    try:
        await client.get("/health/live")
    except httpx2.HTTPError:
        return


async def _ask_on(client: httpx2.AsyncClient, waiting: Iterator[str], load: Load) -> None:
    for question in waiting:
        begun = time.perf_counter()
        try:
            response = await client.post("/v1/ask", json={"question": question})
        except httpx2.HTTPError as error:
            load.failures.append(type(error).__name__)
            continue
        elapsed = time.perf_counter() - begun
        if response.status_code != 200:
            load.failures.append(f"status {response.status_code}")
            continue
        load.latencies_ms.append(1000 * elapsed)
        for step, milliseconds in response.json()["timing_ms"].items():
            load.steps_ms.setdefault(step, []).append(milliseconds)


def summarised_asking(loads: Sequence[Load]) -> Asking:
    """Rounds with the same number of askers, summarised."""
    latencies = list(itertools.chain.from_iterable(load.latencies_ms for load in loads))
    failures = list(itertools.chain.from_iterable(load.failures for load in loads))
    steps: dict[str, list[float]] = {}
    for load in loads:
        for step, times in load.steps_ms.items():
            steps.setdefault(step, []).extend(times)
    return Asking(
        askers=loads[0].askers,
        asked=len(latencies) + len(failures),
        failed=len(failures),
        first_failure=failures[0] if failures else None,
        per_second=round(median([load.rate for load in loads]), 2),
        rounds_per_second=[round(load.rate, 2) for load in loads],
        latency_ms=percentiles(latencies),
        steps_ms={step: round(median(times), 2) for step, times in steps.items()},
    )
