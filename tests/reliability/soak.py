"""An hour of mixed load on a server: its usage must not grow.

python -m tests.reliability.soak --minutes 60
"""

import asyncio
import functools
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import click

from tests.reliability.clients import Connection, Response, percentile, posted
from tests.reliability.load import SEED, check_stop, check_verify, ingest, run_in_temporary_folder, settled
from tests.reliability.reports import Report
from tests.reliability.servers import KEY, Place, ServerProcess, Usage
from tests.reliability.texts import Writing

__all__ = ["Options", "run"]

AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
MOST_GROWTH = 1.02
WARM_UP = 0.2
"""Share of the time before the first measurement of usage."""

LOOK_S = 2.0
SPARE_FILES = 2
"""SQLite keeps the descriptors of closed connections for reuse, up to the maximum open at once."""

CHANGING = 12


@dataclass(frozen=True, slots=True)
class Options:
    """Duration and amount of load.

    Args:
        minutes: Of mixed load, the warm-up included.
        documents: In the store that nobody changes.
        pause: Seconds that each client takes between two requests.
        most_growth: Of memory, from the end of the warm-up to the end.
    """

    minutes: float = 60.0
    documents: int = 100
    pause: float = 0.05
    most_growth: float = MOST_GROWTH


def run(place: Place, options: Options, report: Report) -> None:
    """Load a server, and measure its usage."""
    writing = ingest(place, options.documents, report)
    with place.serving() as server:
        asyncio.run(_soak(server, writing, options, report))
        check_stop(server, report)
    check_verify(place, report)


async def _soak(server: ServerProcess, writing: Writing, options: Options, report: Report) -> None:
    seconds = 60 * options.minutes
    _, warm = await _loaded(server, writing, options, report, WARM_UP * seconds)
    wanted = replace(warm, files=warm.files + SPARE_FILES)
    done, after = await _loaded(server, writing, options, report, (1 - WARM_UP) * seconds, wanted)
    grown = after.memory / warm.memory
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(done.items()))
    report.figures |= {
        "minutes": f"{options.minutes:.0f}",
        "requests": f"{sum(done.values()):,}: {kinds}",
        "memory after warm-up, at the end": (
            f"{warm.memory / 2**20:.1f} MiB, {after.memory / 2**20:.1f} MiB ({100 * (grown - 1):+.1f} %)"
        ),
        "descriptors after warm-up, at the end": f"{warm.files}, {after.files}",
        "threads after warm-up, at the end": f"{warm.threads}, {after.threads}",
    }
    report.check(grown <= options.most_growth, f"memory has grown by {100 * (grown - 1):.1f} %")
    report.check(after.files <= wanted.files, f"{after.files} descriptors are open, {warm.files} were")
    report.check(after.threads <= warm.threads, f"{after.threads} threads run, {warm.threads} did")


async def _loaded(
    server: ServerProcess,
    writing: Writing,
    options: Options,
    report: Report,
    seconds: float,
    wanted: Usage | None = None,
) -> tuple[Counter[str], Usage]:
    """Load the server for a while, then let it settle; return the work done and its usage.

    Memory is the median of the last quarter under load, when it is highest.
    """
    people = People(server, writing, options, report)
    tasks = [asyncio.create_task(one()) for one in people.all()]
    memory: list[float] = []
    begun = told = time.monotonic()
    while time.monotonic() - begun < seconds:
        await asyncio.sleep(LOOK_S)
        usage = server.usage()
        memory.append(usage.memory)
        if time.monotonic() - told >= 60:
            told = time.monotonic()
            report.say(
                f"{sum(people.done.values()):,} requests, {usage.memory / 2**20:.1f} MiB, {usage.files} descriptors, "
                f"{usage.threads} threads, {len(report.violations)} violations."
            )
    people.end.set()
    await asyncio.gather(*tasks)
    quiet = await settled(server, wanted)
    report.say(f"Left alone: {quiet}.")
    return people.done, replace(quiet, memory=round(percentile(memory[3 * len(memory) // 4 :], 0.5)))


class People:
    """The kinds of clients."""

    def __init__(self, server: ServerProcess, writing: Writing, options: Options, report: Report) -> None:
        self.done: Counter[str] = Counter()
        self.end = asyncio.Event()
        self._server = server
        self._writing = writing
        self._options = options
        self._report = report
        self._random = random.Random(report.seed)
        self._answers: list[Any] = []

    def all(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """Return each client, to be started."""
        kinds = (self._ask, self._ask, self._chat, self._stream, self._leave, self._change, self._rate, self._read)
        return [functools.partial(self._again, kind) for kind in kinds]

    async def _again(self, kind: Callable[[Connection], Awaitable[None]]) -> None:
        connection = Connection(self._server.port)
        while not self.end.is_set():
            await kind(connection)
            self.done[kind.__name__.strip("_")] += 1
            await asyncio.sleep(self._options.pause)
        connection.close()

    def _well(self, response: Response, *allowed: int) -> Response:
        good = response.status in (allowed or (200,))
        self._report.check(good, f"got {response.status}: {response.body[:200]!r}")
        return response

    async def _ask(self, connection: Connection) -> None:
        self._answers = [*self._answers[-5:], self._well(await connection.ask(self._writing.question())).json()]

    async def _chat(self, connection: Connection) -> None:
        turns = [self._writing.question() for _ in range(2)]
        messages = [{"role": "user", "content": turn} for turn in turns]
        self._well(await connection.send("POST", "/v1/chat", json.dumps({"messages": messages}).encode()))

    async def _stream(self, connection: Connection) -> None:
        response = await connection.send("POST", "/v1/chat", self._message(), {"Accept": "text/event-stream"})
        self._report.check(b"event: done" in self._well(response).body, "a stream has no end")

    async def _leave(self, connection: Connection) -> None:
        """Start a stream, and leave at some moment."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._server.port)
        body = self._message()
        head = f"POST /v1/chat HTTP/1.1\r\nHost: here\r\nAccept: text/event-stream\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Content-Type: application/json\r\n\r\n" + body)
        if self._random.random() < 0.5:
            await reader.read(100)
        await asyncio.sleep(self._random.random() / 50)
        writer.transport.abort()

    async def _change(self, connection: Connection) -> None:
        name = f"changing-{self._random.randrange(CHANGING)}"
        if self.done["change"] and self._random.random() < 0.3:  # the first upload starts the threads of all others
            self._well(await connection.send("DELETE", f"/v1/documents/{name}", headers=AUTHORIZED), 200, 404)
        else:
            body, headers = posted(f"{name}.txt", self._writing.document(name, 3))
            self._well(await connection.send("POST", "/v1/documents", body, {**headers, **AUTHORIZED}))
        await asyncio.sleep(10 * self._options.pause)

    async def _rate(self, connection: Connection) -> None:
        if not self._answers:
            return
        answer = self._random.choice(self._answers)
        rated = {"question": answer["question"], "status": "not_found", "rating": "up", "passage": None}
        given = self._well(await connection.send("POST", "/v1/feedback", json.dumps(rated).encode()), 201)
        path = f"/v1/feedback/{given.json()['id']}"
        self._well(await connection.send("DELETE", path))

    async def _read(self, connection: Connection) -> None:
        kept = f"kept-{self._random.randrange(self._options.documents):05}"
        paths = ("/", f"/documents/{kept}", "/v1/documents?limit=50", f"/v1/documents/{kept}/text", "/widget.js")
        for path in (*paths, "/health/ready", "/openapi.json"):
            self._well(await connection.send("GET", path, headers={"Accept": "text/html"}))

    def _message(self) -> bytes:
        return json.dumps({"messages": [{"role": "user", "content": self._writing.question()}]}).encode()


@click.command()
@click.option("--minutes", default=60.0, show_default=True)
@click.option("--documents", default=100, show_default=True, help="That nobody changes; eight passages each.")
@SEED
def main(minutes: float, documents: int, seed: int | None) -> None:
    """Load a server for long; exit code 1 if it grows, or anything fails."""
    options = Options(minutes, documents)
    run_in_temporary_folder("soak", seed, lambda place, report: run(place, options, report))


if __name__ == "__main__":
    main()
