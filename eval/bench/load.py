"""Load on a running service: concurrent askers, each with one question at a time."""

import asyncio
import contextlib
import itertools
import json
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from eval.bench.timing import Percentiles, median, percentiles

TIMEOUT_S = 60.0
"""Time limit of a question."""

FAILURES = (OSError, EOFError, ValueError, IndexError)
"""Errors of a connection; a timeout is an OSError."""


@dataclass(slots=True)
class LoadRound:
    """The measurements of one round.

    Args:
        askers: Number of concurrent askers.
        seconds: Time from the first question to the last answer.
        latencies_ms: Latency of each answered question, measured by the asker.
        steps_ms: Times of each step, from the answers.
        failures: Reason of each failure.
    """

    askers: int
    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    steps_ms: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies_ms) / self.seconds


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """Summary of `POST /v1/ask` with a number of concurrent askers, over all rounds.

    Args:
        askers: Number of concurrent askers.
        asked, failed: Number of questions.
        first_failure: Reason of the first failure.
        per_second: Answers per second; median of the rounds.
        rounds_per_second: Answers per second of each round.
        latency_ms: Latency measured by the askers, over open connections.
        steps_ms: Median time of each step, from the answers.
    """

    askers: int
    asked: int
    failed: int
    first_failure: str | None
    per_second: float
    rounds_per_second: Sequence[float]
    latency_ms: Percentiles | None
    steps_ms: Mapping[str, float]


def ask_all(url: str, questions: Sequence[str], askers: int) -> LoadRound:
    """Send every question to a running service.

    Args:
        url: Address of the service.
        questions: The questions, in order; each free asker takes the next one.
        askers: Number of concurrent askers, each with its own connection, open before the time starts.
    """
    return asyncio.run(_ask_all(url, questions, askers))


class _Connection:
    """A minimal HTTP/1.1 connection for sequential requests.

    A complete client takes 1 ms of processor time per question, 3 ms with 32 connections: more than half of what the
    answer takes, on the same processors.
    """

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, content: bytes = b"") -> tuple[int, bytes]:
        """Send a request, connecting if necessary, and return the status and body of the response.

        Raises:
            OSError, EOFError, ValueError: The connection fails or ends early, or the response is not HTTP.
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
        """Close the connection; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _ask_all(url: str, questions: Sequence[str], askers: int) -> LoadRound:
    load = LoadRound(askers)
    waiting = iter(questions)
    connections = [_Connection(url) for _ in range(askers)]
    try:
        await asyncio.gather(*(_open(connection) for connection in connections))
        start = time.perf_counter()
        await asyncio.gather(*(_ask_on(connection, waiting, load) for connection in connections))
        load.seconds = time.perf_counter() - start
    finally:
        for connection in connections:
            connection.close()
    return load


async def _open(connection: _Connection) -> None:
    """Open a connection; a failure recurs with the first question and is recorded there."""
    with contextlib.suppress(*FAILURES):
        await connection.send("GET", "/health/live")


async def _ask_on(connection: _Connection, waiting: Iterator[str], load: LoadRound) -> None:
    for question in waiting:
        content = json.dumps({"question": question}).encode()
        start = time.perf_counter()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status, body = await connection.send("POST", "/v1/ask", content)
        except FAILURES as error:
            load.failures.append(type(error).__name__)
            connection.close()
            continue
        elapsed = time.perf_counter() - start
        if status != 200:
            load.failures.append(f"status {status}")
            continue
        load.latencies_ms.append(1000 * elapsed)
        for step, milliseconds in json.loads(body)["timing_ms"].items():
            load.steps_ms.setdefault(step, []).append(milliseconds)


def summarise_rounds(loads: Sequence[LoadRound]) -> LoadSummary:
    """Summarise rounds with the same number of askers."""
    latencies = list(itertools.chain.from_iterable(load.latencies_ms for load in loads))
    failures = list(itertools.chain.from_iterable(load.failures for load in loads))
    steps: dict[str, list[float]] = {}
    for load in loads:
        for step, times in load.steps_ms.items():
            steps.setdefault(step, []).extend(times)
    return LoadSummary(
        askers=loads[0].askers,
        asked=len(latencies) + len(failures),
        failed=len(failures),
        first_failure=failures[0] if failures else None,
        per_second=round(median([load.rate for load in loads]), 2),
        rounds_per_second=[round(load.rate, 2) for load in loads],
        latency_ms=percentiles(latencies),
        steps_ms={step: round(median(times), 2) for step, times in steps.items()},
    )
