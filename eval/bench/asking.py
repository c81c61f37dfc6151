"""Askers: so many at once, each asking its next question when its last one is answered."""

import asyncio
import contextlib
import itertools
import json
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from eval.bench.timing import Percentiles, median, percentiles

__all__ = ["Asking", "Load", "ask_all", "summarised_asking"]

TIMEOUT_S = 60.0
"""A question that takes longer has failed."""

FAILURES = (OSError, EOFError, ValueError, IndexError)
"""What a connection comes to grief with; a timeout is an OSError."""


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


class _Connection:
    """A connection for one request after another: HTTP/1.1 as far as it takes to ask.

    A complete client takes 1 ms of a processor for each question, 3 ms with 32 connections: more than the half of what
    answering takes, on the very processors that are to answer.
    """

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, content: bytes = b"") -> tuple[int, bytes]:
        """Send a request, connecting if need be; give the response's status and body.

        Raises:
            OSError, EOFError, ValueError: The connection cannot be had, ends early, or what comes is not HTTP.
        """
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        lengths = [line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")]
        return int(status.split()[1]), await reader.readexactly(int(lengths[0]) if lengths else 0)

    def close(self) -> None:
        """Close it; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _ask_all(url: str, questions: Sequence[str], askers: int) -> Load:
    load = Load(askers)
    waiting = iter(questions)
    connections = [_Connection(url) for _ in range(askers)]
    try:
        await asyncio.gather(*(_open(connection) for connection in connections))
        begun = time.perf_counter()
        await asyncio.gather(*(_ask_on(connection, waiting, load) for connection in connections))
        load.seconds = time.perf_counter() - begun
    finally:
        for connection in connections:
            connection.close()
    return load


async def _open(connection: _Connection) -> None:
    """Connect; if that fails, so will the questions, which say why."""
    with contextlib.suppress(*FAILURES):
        await connection.send("GET", "/health/live")


async def _ask_on(connection: _Connection, waiting: Iterator[str], load: Load) -> None:
    for question in waiting:
        content = json.dumps({"question": question}).encode()
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status, body = await connection.send("POST", "/v1/ask", content)
        except FAILURES as error:
            load.failures.append(type(error).__name__)
            connection.close()
            continue
        elapsed = time.perf_counter() - begun
        if status != 200:
            load.failures.append(f"status {status}")
            continue
        load.latencies_ms.append(1000 * elapsed)
        for step, milliseconds in json.loads(body)["timing_ms"].items():
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
