"""Four times the load that a server can carry: it answers in time or refuses at once, and it recovers.

Questions come at their own pace, whether or not earlier ones have been answered, as they do from many people.

    python -m tests.reliability.overload --seconds 60
"""

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field

import click

from tests.reliability.clients import Connection, Response, percentile
from tests.reliability.load import SEED, UNTIMED, check_stop, ingest, run_in_temporary_folder
from tests.reliability.reports import Report
from tests.reliability.servers import Place, ServerProcess
from tests.reliability.texts import Writing

__all__ = ["Options", "run"]

WAIT_S = 1.5
"""Default of `FOOTNOTE_WAIT_SECONDS`."""

ACCEPTED_S = 2 * WAIT_S
REFUSED_S = 0.1
ALIVE_S = 0.1
RECOVERY_S = 2.0
LOOK_S = 0.05
CAPACITY_ASKERS = 32


@dataclass(frozen=True, slots=True)
class Options:
    """Duration and amount of load.

    Args:
        seconds: Of the overload.
        times: Multiple of the capacity of the server.
        documents: In the store.
        timed: Whether times are judged at all.
    """

    seconds: float = 60.0
    times: float = 4.0
    documents: int = 100
    timed: bool = True


@dataclass(slots=True)
class Came:
    """Durations of answers, refusals and health checks."""

    accepted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    alive: list[float] = field(default_factory=list)
    most_at_once: int = 0


def run(place: Place, options: Options, report: Report) -> None:
    """Measure the capacity of a server, exceed it, and measure the recovery."""
    writing = ingest(place, options.documents, report)
    with place.serving(FOOTNOTE_WAIT_SECONDS=str(WAIT_S)) as server:
        asyncio.run(_overload(server, writing, options, report))
        check_stop(server, report)


async def _overload(server: ServerProcess, writing: Writing, options: Options, report: Report) -> None:
    capacity, alone = await _capacity(server, writing, min(10.0, options.seconds))
    rate = options.times * capacity
    before = server.usage()
    report.say(f"It carries {capacity:.0f} questions a second. Asking {rate:.0f} for {options.seconds:.0f} seconds.")
    came, recovery = await _flood(server, writing, rate, alone, options, report)
    await asyncio.sleep(LOOK_S)
    after = server.usage()
    report.figures |= {
        "answers a second that it carries": f"{capacity:.0f}",
        "questions a second that came": f"{rate:.0f}",
        "answered, refused": f"{len(came.accepted):,}, {len(came.refused):,}",
        "answers a second during the overload": f"{len(came.accepted) / options.seconds:.0f}",
        "answered: p50, p99, most": _of(came.accepted),
        "refused: p50, p99, most": _of(came.refused),
        "/health/live: p50, p99, most": _of(came.alive),
        "connections at once, at most": f"{came.most_at_once}",
        "seconds until it answers as before": f"{recovery:.1f}",
        "memory before, after": f"{before.memory / 2**20:.0f} MiB, {after.memory / 2**20:.0f} MiB",
    }
    report.check(bool(came.accepted and came.refused), "nothing was answered, or nothing refused")
    if options.timed:
        for what, times, most in (
            ("answered", came.accepted, ACCEPTED_S),
            ("refused", came.refused, REFUSED_S),
            ("/health/live answered", came.alive, ALIVE_S),
        ):
            slow = percentile(times, 0.99)
            report.check(slow <= most, f"{what} after {slow:.3f} s (p99), and {most} s is promised")
        report.check(recovery <= RECOVERY_S, f"it answers as before after {recovery:.1f} s")


def _of(times: list[float]) -> str:
    return ", ".join(f"{1000 * percentile(times, share):.0f} ms" for share in (0.5, 0.99, 1.0))


async def _capacity(server: ServerProcess, writing: Writing, seconds: float) -> tuple[float, float]:
    """Return answers per second, and the duration of a single one."""
    latencies: list[float] = []
    end = time.monotonic() + seconds

    async def ask() -> None:
        connection = Connection(server.port)
        while time.monotonic() < end:
            latencies.append(await _timed(connection, writing.question()))
        connection.close()

    await asyncio.gather(*(ask() for _ in range(CAPACITY_ASKERS)))
    connection = Connection(server.port)
    alone = [await _timed(connection, writing.question()) for _ in range(10)]
    connection.close()
    return len(latencies) / seconds, percentile(alone, 0.5)


async def _timed(connection: Connection, question: str) -> float:
    begun = time.monotonic()
    await connection.ask(question)
    return time.monotonic() - begun


async def _flood(
    server: ServerProcess, writing: Writing, rate: float, alone: float, options: Options, report: Report
) -> tuple[Came, float]:
    """Ask at a fixed rate, on free open connections."""
    came, free, asking = Came(), list[Connection](), set[asyncio.Task[None]]()
    chosen = random.Random(report.seed)
    living = asyncio.create_task(_living(server, came, report))

    async def ask() -> None:
        connection = free.pop() if free else Connection(server.port)
        begun = time.monotonic()
        response = await connection.ask(writing.question())
        took = time.monotonic() - begun
        if response.status == 200:
            came.accepted.append(took)
        else:
            came.refused.append(took)
            report.check(_is_refusal(response), f"an odd refusal: {response.status}, {response.body[:200]!r}")
        free.append(connection)

    begun, told, due = time.monotonic(), 0.0, 0.0
    while due < options.seconds:
        await asyncio.sleep(max(0.0, begun + due - time.monotonic()))
        task = asyncio.create_task(ask())
        asking.add(task)
        task.add_done_callback(asking.discard)
        came.most_at_once = max(came.most_at_once, len(asking))
        due += chosen.expovariate(rate)
        if due - told >= 10:
            told = due
            report.say(f"{len(came.accepted):,} answered, {len(came.refused):,} refused.")
    recovery = await _recovery(server, writing, alone)  # beside those that still wait
    living.cancel()
    await asyncio.gather(living, *asking, return_exceptions=True)
    for connection in free:
        connection.close()
    return came, recovery


def _is_refusal(response: Response) -> bool:
    headers = response.headers
    return (
        response.status == 503
        and headers.get("content-type") == "application/problem+json"
        and headers.get("retry-after", "").isdecimal()
        and response.json()["type"] == "urn:footnote:problem:too-busy"
    )


async def _living(server: ServerProcess, came: Came, report: Report) -> None:
    """Check its health, each time on a new connection."""
    while True:
        with contextlib.closing(Connection(server.port)) as connection:
            begun = time.monotonic()
            response = await connection.send("GET", "/health/live")
        came.alive.append(time.monotonic() - begun)
        report.check(response.status == 200, f"/health/live: {response.status} {response.body[:200]!r}")
        await asyncio.sleep(LOOK_S)


async def _recovery(server: ServerProcess, writing: Writing, alone: float) -> float:
    """Return the seconds until a question takes about as long as a single one did before."""
    connection = Connection(server.port)
    begun = time.monotonic()
    while time.monotonic() - begun < 30:
        asked = time.monotonic()
        response = await connection.ask(writing.question())
        if response.status == 200 and time.monotonic() - asked <= max(3 * alone, LOOK_S):
            break
    connection.close()
    return time.monotonic() - begun


@click.command()
@click.option("--seconds", default=60.0, show_default=True, help="Of the overload.")
@click.option("--times", default=4.0, show_default=True, help="Multiple of the capacity of the server.")
@click.option("--documents", default=100, show_default=True, help="In the store; eight passages each.")
@SEED
@UNTIMED
def main(seconds: float, times: float, documents: int, seed: int | None, untimed: bool) -> None:
    """Exceed the capacity of a server; exit code 1 if a promise is broken."""
    options = Options(seconds, times, documents, timed=not untimed)
    run_in_temporary_folder("overload", seed, lambda place, report: run(place, options, report))


if __name__ == "__main__":
    main()
