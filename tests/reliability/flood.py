"""One client floods a server with requests and with bodies that never arrive; another client is not affected.

python -m tests.reliability.flood --seconds 60
"""

import asyncio
import json
import time
from dataclasses import dataclass, field

import click

from service.http.middleware import admission
from tests.reliability.clients import Connection, Response, percentile
from tests.reliability.load import SEED, UNTIMED, check_stop, ingest, run_in_temporary_folder
from tests.reliability.reports import Report
from tests.reliability.servers import Place, ServerProcess
from tests.reliability.texts import Writing

__all__ = ["Options", "run"]

AT_ONCE = 64
"""Default of `FOOTNOTE_CONCURRENT_PER_CLIENT`."""

FLOODING, CALM = {"X-Forwarded-For": "198.51.100.7"}, {"X-Forwarded-For": "198.51.100.8"}
"""Addresses of the clients, given by a trusted proxy."""

QUICK, STALLED = 16, 32
"""Connections of the flood: those that ask as fast as they can, and those whose bodies never arrive."""

PAUSE_S = 0.25
"""Seconds between questions of the other client, which stays below all limits."""

REFUSED_S = admission.PAUSE_S + 0.1
MORE_S = 0.05
"""Allowed increase of the other client's median latency."""


@dataclass(frozen=True, slots=True)
class Options:
    """Duration and amount of load.

    Args:
        seconds: Of the flood.
        documents: In the store.
        a_minute: `FOOTNOTE_REQUESTS_PER_MINUTE`, as it is by default.
        timed: Whether times are judged at all.
    """

    seconds: float = 60.0
    documents: int = 100
    a_minute: int = 300
    timed: bool = True


@dataclass(slots=True)
class Came:
    """Durations of refusals, and number of answers, of one client's requests."""

    refused: list[float] = field(default_factory=list)
    answered: int = 0


def run(place: Place, options: Options, report: Report) -> None:
    """Measure a client alone, and next to one that floods the server."""
    writing = ingest(place, options.documents, report)
    limits = {"FOOTNOTE_REQUESTS_PER_MINUTE": str(options.a_minute), "FOOTNOTE_CONCURRENT_PER_CLIENT": str(AT_ONCE)}
    with place.serving(**limits) as server:
        asyncio.run(_flood(server, writing, options, report))
        check_stop(server, report)


async def _flood(server: ServerProcess, writing: Writing, options: Options, report: Report) -> None:
    report.say("Asking calmly.")
    alone = await _calm(server, writing, min(10.0, options.seconds), report)
    before, came, stop = server.usage(), Came(), asyncio.Event()
    stalled = [asyncio.create_task(_stall(server, stop)) for _ in range(STALLED)]
    quick = [asyncio.create_task(_ask_quickly(server, writing, came, stop, report)) for _ in range(QUICK)]
    report.say(f"Asking calmly beside a flood, for {options.seconds:.0f} seconds.")
    beside = await _calm(server, writing, options.seconds, report)
    stop.set()
    await asyncio.gather(*stalled, *quick)
    after = server.usage()
    report.figures |= {
        "the calm client alone: p50, p99, most": _of(alone),
        "beside the flood: p50, p99, most": _of(beside),
        "requests a second of the flood": f"{(len(came.refused) + came.answered) / options.seconds:.0f}",
        "of them answered, refused": f"{came.answered:,}, {len(came.refused):,}",
        "refused: p50, p99, most": _of(came.refused),
        "memory before, after": f"{before.memory / 2**20:.0f} MiB, {after.memory / 2**20:.0f} MiB",
    }
    may = options.a_minute * (1 + (options.seconds + 1) / 60)
    report.check(bool(came.refused), "nothing was refused")
    report.check(came.answered <= may, f"{came.answered} were answered, and {may:.0f} may be")
    if options.timed:
        slow, more = percentile(came.refused, 0.99), percentile(beside, 0.5) - percentile(alone, 0.5)
        report.check(slow <= REFUSED_S, f"refused after {slow:.3f} s (p99), and {REFUSED_S} s is promised")
        report.check(more <= MORE_S, f"the calm client waits {more:.3f} s longer, and {MORE_S} s is promised")


def _of(times: list[float]) -> str:
    return ", ".join(f"{1000 * percentile(times, share):.1f} ms" for share in (0.5, 0.99, 1.0))


async def _calm(server: ServerProcess, writing: Writing, seconds: float, report: Report) -> list[float]:
    """Measure the duration of each answer."""
    times: list[float] = []
    connection = Connection(server.port)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        response = await connection.send("POST", "/v1/ask", _body(writing), CALM)
        times.append(time.monotonic() - begun)
        report.check(response.status == 200, f"the calm client: {response.status} {response.body[:200]!r}")
        await asyncio.sleep(PAUSE_S)
    connection.close()
    return times


async def _ask_quickly(
    server: ServerProcess, writing: Writing, came: Came, stop: asyncio.Event, report: Report
) -> None:
    connection = Connection(server.port)
    while not stop.is_set():
        begun = time.monotonic()
        response = await connection.send("POST", "/v1/ask", _body(writing), FLOODING)
        if response.status == 200:
            came.answered += 1
        else:
            came.refused.append(time.monotonic() - begun)
            report.check(_is_refusal(response), f"an odd refusal: {response.status}, {response.body[:200]!r}")
    connection.close()


async def _stall(server: ServerProcess, stop: asyncio.Event) -> None:
    """Announce a body repeatedly, and send its first byte only."""
    named = {"Host": "here", "Content-Type": "application/json", "Content-Length": "100", **FLOODING}
    head = "\r\n".join(("POST /v1/ask HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""))
    while not stop.is_set():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(head.encode() + b"{")
        ended = asyncio.ensure_future(reader.read())
        told = asyncio.ensure_future(stop.wait())
        await asyncio.wait((ended, told), return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        writer.close()
        await asyncio.wait((ended,))


def _body(writing: Writing) -> bytes:
    return json.dumps({"question": writing.question()}).encode()


def _is_refusal(response: Response) -> bool:
    headers = response.headers
    return (
        response.status == 429
        and headers.get("content-type") == "application/problem+json"
        and headers.get("retry-after", "").isdecimal()
        and response.json()["type"] == "urn:footnote:problem:too-many-requests"
    )


@click.command()
@click.option("--seconds", default=60.0, show_default=True, help="Of the flood.")
@click.option("--documents", default=100, show_default=True, help="In the store; eight passages each.")
@SEED
@UNTIMED
def main(seconds: float, documents: int, seed: int | None, untimed: bool) -> None:
    """Flood a server from one address; exit code 1 if a promise is broken."""
    options = Options(seconds, documents, timed=not untimed)
    run_in_temporary_folder("flood", seed, lambda place, report: run(place, options, report))


if __name__ == "__main__":
    main()
