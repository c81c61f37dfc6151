"""Ask concurrently while documents are added, replaced and removed, and while the store is re-encoded.

No request may fail. Each answer must agree with the generation that it names, in content and encoding. A server must
show the commits of others within a second. Writers take turns, or get a message that names the holder of the lock.

    python -m tests.reliability.concurrency --seconds 120
"""

import asyncio
import contextlib
import itertools
import os
import random
import shutil
import signal
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from tests.reliability.clients import Connection, Response, percentile, posted
from tests.reliability.load import SEED, UNTIMED, check_stop, check_verify, ingest, run_in_temporary_folder
from tests.reliability.reports import Report
from tests.reliability.servers import KEY, Place, ServerProcess
from tests.reliability.texts import Writing
from tests.reliability.witness import Witness

__all__ = ["Options", "run"]

AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
FOLLOW_S = 1.0
WAIT_S = "30"
"""No request may be refused here, however slow the machine; `overload` tests refusals."""

CHANGING = 12
"""Documents that change repeatedly, in every way."""

BUSY = "is being written to by process"
LOOK_S = 0.02
KS = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class Options:
    """Duration and amount of load.

    Args:
        seconds: Of each of the two phases with the clock on: without writers, and with them.
        askers: How many ask at once, each its next question when its last one is answered.
        documents: In the store that nobody changes; each has eight passages or so.
        pause: Seconds that each of the three writers takes between two changes.
        most_ratio: What the 99th percentile beside writers may be of the one without.
        timed: Whether times are judged at all.
        kill_every: Mean seconds between two kills of a random worker, beside the writers; 0 kills none. Clients send a
            request again whose connection broke.
    """

    seconds: float = 60.0
    askers: int = 32
    documents: int = 250
    pause: float = 0.5
    most_ratio: float = 2.0
    timed: bool = True
    kill_every: float = 0.0


@dataclass(slots=True)
class Asked:
    """Answers of one phase."""

    latencies: list[float] = field(default_factory=list)
    answers: int = 0

    def p(self, share: float) -> str:
        """Return a percentile as text."""
        return f"{1000 * percentile(self.latencies, share):.0f} ms"


def run(place: Place, options: Options, report: Report) -> None:
    """Run every phase in a folder."""
    writing = ingest(place, options.documents, report, FOOTNOTE_PRECISION="int8")
    expected = _expected(place, writing.questions(12))
    with place.serving(FOOTNOTE_WAIT_SECONDS=WAIT_S) as server, Witness(place.data) as witness:
        asyncio.run(_phases(place, server, witness, writing, options, report, expected))
        report.figures["seconds until SIGTERM ended the server"] = f"{check_stop(server, report):.1f}"
    check_verify(place, report)


Expected = Mapping[str, Mapping[tuple[str, int], Any]]
"""By precision: the answer to each question and `k` of the store without writers."""


def _expected(place: Place, questions: Sequence[str]) -> Expected:
    """Return the answers of a copy of the store in either precision, from another process."""
    expected: dict[str, dict[tuple[str, int], Any]] = {}
    for precision in ("int8", "float32"):
        exports = os.environ.get("FOOTNOTE_EXPORTS", str(place.folder / "exports"))
        copy = Place(place.folder / f"copy-{precision}", {"FOOTNOTE_EXPORTS": exports, **place.settings})
        shutil.copytree(place.data, copy.data)
        if precision != "int8":
            copy.command("reindex", FOOTNOTE_PRECISION=precision)
        with copy.serving() as server:
            expected[precision] = asyncio.run(_answers(server, questions))
    return expected


async def _answers(server: ServerProcess, questions: Sequence[str]) -> dict[tuple[str, int], Any]:
    connection = Connection(server.port)
    try:
        return {
            (question, k): _comparable((await connection.ask(question, k=k)).json())
            for question, k in itertools.product(questions, KS)
        }
    finally:
        connection.close()


def _comparable(answer: Any) -> Any:
    return {name: value for name, value in answer.items() if name not in ("generation", "timing_ms")}


async def _phases(
    place: Place,
    server: ServerProcess,
    witness: Witness,
    writing: Writing,
    options: Options,
    report: Report,
    expected: Expected,
) -> None:
    report.say("Switching to float32 and back, while questions are asked whose answers are known.")
    for precision in ("float32", "int8"):
        await _switch(place, server, witness, options, report, expected, precision)
    report.say("Asking without writers.")
    alone = await _asking(server, witness, writing, options, report, _sleep(options.seconds))
    report.say(f"p50 {alone.p(0.5)}, p99 {alone.p(0.99)}. Asking beside writers.")
    writers = Writers(place, server, writing, report, options)
    follower = asyncio.create_task(_follow(server, witness, report, options))
    killer = asyncio.create_task(_kill(server, options, report))
    beside = await _asking(server, witness, writing, options, report, writers.run())
    for task in (killer, follower):
        task.cancel()
    await asyncio.gather(killer, follower, return_exceptions=True)
    ratio = percentile(beside.latencies, 0.99) / percentile(alone.latencies, 0.99)
    report.say(f"p50 {beside.p(0.5)}, p99 {beside.p(0.99)}, {ratio:.2f} times the one without writers.")
    report.figures |= {
        "answers checked": f"{alone.answers + beside.answers:,}",
        "commits seen": f"{len(witness.generations):,}",
        "changes by processes, over HTTP": f"{writers.by_process}, {writers.by_http}",
        f"p50, p99 of {options.askers} askers without writers": f"{alone.p(0.5)}, {alone.p(0.99)}",
        f"p50, p99 of {options.askers} askers beside writers": f"{beside.p(0.5)}, {beside.p(0.99)}",
        "ratio of the p99": f"{ratio:.2f}",
        "answers a second without writers, beside them": (
            f"{alone.answers / options.seconds:.0f}, {beside.answers / options.seconds:.0f}"
        ),
    }
    if options.timed:
        report.check(ratio <= options.most_ratio, f"p99 beside writers is {ratio:.2f} times the one without")


async def _kill(server: ServerProcess, options: Options, report: Report) -> None:
    """Kill random workers."""
    chosen, killed = random.Random(report.seed), 0
    while options.kill_every:
        await asyncio.sleep(chosen.expovariate(1 / options.kill_every))
        workers = server.workers()
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chosen.choice(workers), signal.SIGKILL)
                killed += 1
        report.figures["workers killed"] = f"{killed}"


async def _sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def _asking(
    server: ServerProcess,
    witness: Witness,
    writing: Writing,
    options: Options,
    report: Report,
    meanwhile: Awaitable[None],
) -> Asked:
    """Ask while something else runs."""
    asked, end = Asked(), asyncio.Event()

    async def ask() -> None:
        connection = Connection(server.port, insists=bool(options.kill_every))
        while not end.is_set():
            question = writing.question()
            begun = time.monotonic()
            response = await connection.ask(question)
            asked.latencies.append(time.monotonic() - begun)
            _judge(response, question, witness, report)
            asked.answers += 1
        connection.close()

    askers = [asyncio.create_task(ask()) for _ in range(options.askers)]
    try:
        await meanwhile
    finally:
        end.set()
        await asyncio.gather(*askers)
    return asked


def _judge(response: Response, question: str, witness: Witness, report: Report) -> Any:
    if response.status != 200:
        report.check(False, f"a question was answered {response.status}: {response.body[:300]!r}")
        return None
    answer = response.json()
    report.check(answer["question"] == question, "an answer names another question")
    problem = witness.problem(answer)
    report.check(problem is None, f"a wrong answer: {problem}")
    return answer


async def _switch(
    place: Place,
    server: ServerProcess,
    witness: Witness,
    options: Options,
    report: Report,
    expected: Expected,
    precision: str,
) -> None:
    """Re-encode the store, and ask until the server answers from it; each generation answers with its own encoder."""
    questions = list(next(iter(expected.values())))
    state = {"end": False, "asked": 0}
    newest = max(witness.generations)
    latencies: list[float] = []

    async def ask(seed: int) -> None:
        chosen = random.Random(seed)
        connection = Connection(server.port)
        while not state["end"]:
            question, k = chosen.choice(questions)
            begun = time.monotonic()
            response = await connection.ask(question, k=k)
            latencies.append(time.monotonic() - begun)
            answer = _judge(response, question, witness, report)
            if answer is not None:
                state["asked"] += 1
                held = witness.generations[answer["generation"]].precision
                right = _comparable(answer) == expected[held][question, k]
                report.check(right, f"an answer of generation {answer['generation']} is not what {held} answers")
                if answer["generation"] > newest and not state["end"]:
                    state["end"] = True
                    lag = time.monotonic() - witness.generations[answer["generation"]].seen
                    report.figures[f"seconds from the commit in {precision} to the first answer in it"] = f"{lag:.1f}"
        connection.close()

    begun = time.monotonic()
    askers = [asyncio.create_task(ask(at)) for at in range(options.askers)]
    reindex = await asyncio.to_thread(place.command, "reindex", FOOTNOTE_PRECISION=precision)
    took = time.monotonic() - begun
    report.check(reindex.returncode == 0, f"reindex failed: {reindex.stderr}")
    _, waiting = await asyncio.wait(askers, timeout=60)
    state["end"] = True
    report.check(not waiting, f"the server has not followed to {precision} within a minute: {server.said()[-500:]}")
    await asyncio.gather(*askers)
    report.figures[f"re-encoding to {precision}: seconds; answers; p99"] = (
        f"{took:.0f}; {state['asked']:,}; {1000 * percentile(latencies, 0.99):.0f} ms"
    )
    connection = Connection(server.port)
    ready = await connection.send("GET", "/health/ready")
    connection.close()
    report.check(ready.status == 200, f"not ready after the switch: {ready.body!r}")
    report.say(f"The server answers in {precision}; {state['asked']:,} answers checked.")


async def _follow(server: ServerProcess, witness: Witness, report: Report, options: Options) -> None:
    """Measure how soon the server has each commit."""
    with contextlib.closing(Connection(server.port, insists=bool(options.kill_every))) as connection:
        await _follow_on(connection, witness, report, options)


async def _follow_on(connection: Connection, witness: Witness, report: Report, options: Options) -> None:
    seen: set[int] = set()
    lags: list[float] = []
    begun = max(witness.generations)
    while True:
        await asyncio.sleep(LOOK_S)
        asked = time.monotonic()
        response = await connection.send("GET", "/health/ready")
        if response.status != 200:
            report.check(False, f"not ready: {response.body!r}")
            continue
        serves = response.json()["generation"]
        for number in [n for n in list(witness.generations) if begun < n <= serves and n not in seen]:
            seen.add(number)
            lags.append(max(0.0, asked - witness.generations[number].seen))
        report.figures["seconds until a commit is served: median, p99, most"] = (
            f"{percentile(lags, 0.5):.2f}, {percentile(lags, 0.99):.2f}, {max(lags, default=0):.2f}"
        )
        if options.timed and lags and lags[-1] > FOLLOW_S:
            report.check(False, f"a commit was served after {lags.pop():.2f} seconds")


class Writers:
    """Change documents by processes and over HTTP concurrently."""

    def __init__(self, place: Place, server: ServerProcess, writing: Writing, report: Report, options: Options) -> None:
        self.by_process = self.by_http = 0
        self._place = place
        self._server = server
        self._writing = writing
        self._report = report
        self._options = options
        self._random = random.Random(report.seed)
        self._folder = place.folder / "changing"
        self._folder.mkdir(exist_ok=True)

    async def run(self) -> None:
        """Change documents until the time is over, then finish the current changes."""
        self._end = time.monotonic() + self._options.seconds
        await asyncio.gather(self._processes("a"), self._processes("b"), self._http())

    async def _processes(self, name: str) -> None:
        held: set[str] = set()
        while time.monotonic() < self._end:
            identifier = f"{name}-{self._random.randrange(CHANGING)}"
            if identifier in held and self._random.random() < 0.3:
                held.discard(identifier)
                await self._command("documents", "remove", identifier)
            else:
                held.add(identifier)
                path = self._folder / f"{identifier}.txt"
                path.write_text(self._writing.document(identifier))
                await self._command("ingest", str(path))
            await asyncio.sleep(self._options.pause)

    async def _command(self, *arguments: str) -> None:
        ran = await asyncio.to_thread(self._place.command, *arguments)
        self.by_process += 1
        done = ran.returncode == 0 or (ran.returncode == 3 and BUSY in ran.stderr)
        self._report.check(done, f"footnote {arguments[0]} ended with {ran.returncode}: {ran.stderr}")

    async def _http(self) -> None:
        connection = Connection(self._server.port, insists=bool(self._options.kill_every))
        held: set[str] = set()
        while time.monotonic() < self._end:
            identifier = f"http-{self._random.randrange(CHANGING)}"
            if identifier in held and self._random.random() < 0.3:
                held.discard(identifier)
                path = f"/v1/documents/{identifier}"
                await self._sent(connection.send("DELETE", path, headers=AUTHORIZED), path)
            else:
                held.add(identifier)
                body, headers = posted(f"{identifier}.txt", self._writing.document(identifier))
                response = connection.send("POST", "/v1/documents", body, {**headers, **AUTHORIZED})
                await self._sent(response, identifier)
            await asyncio.sleep(self._options.pause)
        connection.close()

    async def _sent(self, sending: Awaitable[Response], what: str) -> None:
        response = await sending
        self.by_http += 1
        refused = response.status != 200 or b'"refused"' in response.body
        self._report.check(not refused, f"a change of {what} got {response.status}: {response.body[:300]!r}")


@click.command()
@click.option("--seconds", default=60.0, show_default=True, help="Of each phase whose times are compared.")
@click.option("--askers", default=32, show_default=True)
@click.option("--documents", default=250, show_default=True, help="That nobody changes; eight passages each.")
@SEED
@UNTIMED
@click.option("--kill-every", default=0.0, help="Mean seconds between two kills of a worker; set FOOTNOTE_WORKERS too.")
def main(seconds: float, askers: int, documents: int, seed: int | None, untimed: bool, kill_every: float) -> None:
    """Ask concurrently while everything changes; exit code 1 if a promise is broken."""
    options = Options(seconds, askers, documents, timed=not untimed, kill_every=kill_every)
    run_in_temporary_folder("concurrency", seed, lambda place, report: run(place, options, report))


if __name__ == "__main__":
    main()
