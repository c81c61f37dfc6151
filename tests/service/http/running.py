"""An application on a real server, for tests with clients that disconnect."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI

from service.answering.answer import Answer
from service.http.server.server import Server
from service.http.state import Service
from service.runtime.listener import Listener

__all__ = ["Gate", "Running", "eventually", "read_until", "received", "running", "sent"]

PATIENCE_S = 30
"""Far beyond what anything here takes: past it, something hangs."""


@dataclass(frozen=True, slots=True)
class Running:
    """Where the application answers, and the loop that it runs on."""

    port: int
    loop: asyncio.AbstractEventLoop

    def tasks(self) -> int:
        """How many tasks there are."""
        return len(asyncio.all_tasks(self.loop))


@contextlib.contextmanager
def running(app: FastAPI) -> Iterator[Running]:
    """Serve an application on a free port until the block ends."""
    listener = Listener(fileno=socket.create_server(("127.0.0.1", 0)).detach())
    ready = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    def told() -> None:
        loops.append(asyncio.get_running_loop())
        ready.set()

    server = Server(app, told)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        if not ready.wait(PATIENCE_S):
            raise TimeoutError("The service did not start.")
        yield Running(listener.getsockname()[1], loops[0])
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)


def eventually(is_so: Callable[[], bool]) -> bool:
    """Whether something comes true; looked at until it does."""
    give_up = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > give_up:
            return False
        threading.Event().wait(0.01)
    return True


class Gate:
    """Holds every question until it is opened."""

    def __init__(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = threading.Event()
        self.begun: list[str] = []
        ask = service.pipeline.ask

        def held(question: str, **more: Any) -> Answer:
            self.begun.append(question)
            self.open.wait()
            return ask(question, **more)

        monkeypatch.setattr(service.pipeline, "ask", held)


def sent(server: Running, path: str, body: object, headers: Mapping[str, str] | None = None) -> socket.socket:
    """A connection on which a request has been sent."""
    content = json.dumps(body).encode()
    named = {"Host": "here", "Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}
    client = socket.create_connection(("127.0.0.1", server.port))
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    client.sendall("\r\n".join(lines).encode() + content)
    return client


def read_until(client: socket.socket, mark: bytes) -> bytes:
    """What comes, up to a mark."""
    received = b""
    while mark not in received:
        some = client.recv(65536)
        assert some, received
        received += some
    return received


def received(client: socket.socket) -> tuple[int, dict[str, str], Any]:
    """Return status, headers and JSON of a response, and read no further."""
    head = b""
    while b"\r\n\r\n" not in head:
        some = client.recv(65536, socket.MSG_PEEK)
        assert some, head
        end = (head + some).find(b"\r\n\r\n")
        head += client.recv(len(some) if end < 0 else end + len(b"\r\n\r\n") - len(head))
    status, *lines = head.decode().rstrip().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = b""
    while len(body) < int(headers["content-length"]):
        some = client.recv(int(headers["content-length"]) - len(body))
        assert some, body
        body += some
    return int(status.split()[1]), headers, json.loads(body)
