"""Clients that leave at any stage, stall or never read, and a server that is stopped under load.

Descriptors and threads return to where they were, memory nearly so, everybody else is answered meanwhile, and the
server ends with 0 within a bound, having answered what was in flight.

    python -m tests.reliability.leaving --clients 1000
"""

import asyncio
import contextlib
import json
import random
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from tests.reliability.clients import Connection
from tests.reliability.load import SEED, UNTIMED, ingest, run_in_temporary_folder, settled
from tests.reliability.reports import Report
from tests.reliability.servers import KEY, Place, ServerProcess
from tests.reliability.texts import Writing

__all__ = ["Options", "run"]

AT_ONCE = 50
GROWTH = 1.05
STOP_S = 12.0
"""Seconds in which a server ends whatever its clients do; stalled clients are cut off after 8 seconds."""

SURELY_READ_S = 0.1
"""A request sent this long before a signal has been read by the server, and is answered."""

ASKERS = 16


@dataclass(frozen=True, slots=True)
class Options:
    """Numbers of clients.

    Args:
        clients: That leave.
        documents: In the store.
        stops: How many signals a server is stopped with, each time under load.
        timed: Whether the end of a server under load is judged by the clock.
    """

    clients: int = 1000
    documents: int = 50
    stops: Sequence[int] = (1, 3)
    timed: bool = True


def run(place: Place, options: Options, report: Report) -> None:
    """Leave, then stop a server under load, once by one signal and once by repeated signals."""
    writing = ingest(place, options.documents, report)
    with place.serving() as server:
        asyncio.run(_leaving(server, writing, options, report))
        asyncio.run(_stopped(server, writing, options, report, options.stops[0]))
    for signals in options.stops[1:]:
        with place.serving() as server:
            asyncio.run(_stopped(server, writing, options, report, signals))


async def _leaving(server: ServerProcess, writing: Writing, options: Options, report: Report) -> None:
    chosen = random.Random(report.seed)
    report.say("Warming up.")
    await _leave(server, writing, chosen, max(AT_ONCE, options.clients // 4))
    before = await settled(server)
    report.say(f"{before}. {options.clients} clients come and leave.")
    asked = asyncio.create_task(_asking(server, writing, report))
    await _leave(server, writing, chosen, options.clients)
    asked.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asked
    begun = time.monotonic()
    after = await settled(server, before)
    report.say(f"{after}, after {time.monotonic() - begun:.0f} seconds.")
    report.figures |= {
        "clients that left": f"{options.clients:,}",
        "descriptors before, after": f"{before.files}, {after.files}",
        "threads before, after": f"{before.threads}, {after.threads}",
        "memory before, after": f"{before.memory / 2**20:.0f} MiB, {after.memory / 2**20:.0f} MiB",
    }
    report.check(after.files <= before.files, f"{after.files} descriptors are open, {before.files} were")
    report.check(after.threads <= before.threads, f"{after.threads} threads run, {before.threads} did")
    grown = after.memory / before.memory
    report.check(grown <= GROWTH, f"memory has grown to {100 * grown:.0f} %")
    report.check("Traceback" not in server.said(), f"the server logged a traceback: {server.said()[-3000:]}")


async def _asking(server: ServerProcess, writing: Writing, report: Report) -> None:
    """Check that the clients that stay are answered."""
    connection = Connection(server.port)
    try:
        while True:
            response = await connection.ask(writing.question())
            report.check(response.status == 200, f"who stayed got {response.status}: {response.body[:200]!r}")
            await asyncio.sleep(0.01)
    finally:
        connection.close()


async def _leave(server: ServerProcess, writing: Writing, chosen: random.Random, count: int) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(at: int) -> None:
        async with turns:
            await asyncio.to_thread(_one_leaves, server.port, at, writing.question(), chosen.random())

    await asyncio.gather(*(one(at) for at in range(count)))


def _one_leaves(port: int, at: int, question: str, part: float) -> None:
    """Run one client, of the kind and at the stage given by its number."""
    client = socket.socket()
    if at % 3 == 0:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.settimeout(10)
    try:
        client.connect(("127.0.0.1", port))
        request = KINDS[at % len(KINDS)](question)
        match (at // len(KINDS)) % 5:
            case 0:
                client.sendall(request[: int(part * len(request))])  # half-sent, perhaps not even begun
            case 1:
                client.sendall(request)
            case 2:
                client.sendall(request)
                time.sleep(part / 10)
            case 3:
                client.sendall(request)
                client.recv(max(1, int(2000 * part)))
            case _:
                client.sendall(request * 5)  # and never reads
                time.sleep(part)
        if at % 2:  # in the middle of everything, without a word
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    except OSError:
        pass  # the server is free to have had enough of it
    finally:
        client.close()


def _request(path: str, body: bytes, **headers: str) -> bytes:
    named = {"Host": "here", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _chat(question: str) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": question}], "k": 20}).encode()


def _upload(question: str) -> bytes:
    part = '--x\r\nContent-Disposition: form-data; name="files"; filename="left.txt"\r\n\r\n'
    return f"{part}{question}\r\n--x--\r\n".encode()


KINDS: tuple[Callable[[str], bytes], ...] = (
    lambda question: _request("/v1/ask", json.dumps({"question": question, "k": 20}).encode()),
    lambda question: _request("/v1/chat", _chat(question), Accept="text/event-stream"),
    lambda question: _request("/v1/chat", _chat(question)),
    lambda question: _request(
        "/v1/documents",
        _upload(question),
        Authorization=f"Bearer {KEY}",
        Content_Type="multipart/form-data; boundary=x",
    ),
    lambda _: b"GET /v1/documents?limit=1000 HTTP/1.1\r\nHost: here\r\n\r\n",
)


async def _stopped(server: ServerProcess, writing: Writing, options: Options, report: Report, signals: int) -> None:
    """Stop a server that answers questions, with clients that stall, are idle, or never read."""
    stalling = _stalling(server.port)
    sent: dict[int, float] = {}
    fates: dict[int, int] = {}

    async def ask(at: int) -> None:
        connection = Connection(server.port)
        while server.process.poll() is None:
            sent[at] = time.monotonic()
            response = await connection.ask(writing.question())
            fates[at] = response.status
            if response.status != 200:
                return

    askers = [asyncio.create_task(ask(at)) for at in range(ASKERS)]
    await asyncio.sleep(1)
    signalled = time.monotonic()
    in_flight = [at for at, since in sent.items() if since < signalled - SURELY_READ_S]
    for number in range(signals):
        server.process.send_signal(signal.SIGTERM)
        if number < signals - 1:
            await asyncio.sleep(0.3)
    code, _ = await asyncio.to_thread(server.stop, 0)
    took = time.monotonic() - signalled
    await asyncio.gather(*askers)
    for client in stalling:
        client.close()
    lost = [at for at in in_flight if sent[at] < signalled and fates[at] not in (200, 503)]
    report.say(f"Ended with {code} {took:.1f} seconds after {signals} signals; {len(in_flight)} questions in flight.")
    report.figures[f"exit code, seconds until the end, after {signals} × SIGTERM under load"] = f"{code}, {took:.1f}"
    report.check(code == 0, f"the server ended with {code}: {server.said()[-2000:]}")
    report.check(not lost, f"{len(lost)} questions in flight got no answer")
    report.check("Traceback" not in server.said(), f"the server logged a traceback: {server.said()[-3000:]}")
    if options.timed:
        report.check(took <= STOP_S, f"the server ended after {took:.1f} seconds")


def _stalling(port: int) -> list[socket.socket]:
    """Open connections that would keep a server forever: idle, half a head, half a body, unread answers."""
    ask = _request("/v1/ask", json.dumps({"question": "Who began it?", "k": 20}).encode())
    stream = _request("/v1/chat", _chat("Who ended it?"), Accept="text/event-stream")
    clients = []
    for said in (b"", ask[:40], ask[:-5], ask * 20, stream[:-5], stream):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(("127.0.0.1", port))
        client.sendall(said)
        clients.append(client)
    return clients


@click.command()
@click.option("--clients", default=1000, show_default=True, help="That leave.")
@click.option("--documents", default=50, show_default=True, help="In the store; eight passages each.")
@SEED
@UNTIMED
def main(clients: int, documents: int, seed: int | None, untimed: bool) -> None:
    """Leave a server in every way; exit code 1 if it keeps anything, or does not end in time."""
    options = Options(clients, documents, timed=not untimed)
    run_in_temporary_folder("leaving", seed, lambda place, report: run(place, options, report))


if __name__ == "__main__":
    main()
