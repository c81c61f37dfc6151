"""An application served for real, for tests of what a client in process cannot do: leave."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

__all__ = ["Running", "eventually", "running"]

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
    listener = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            loops.append(asyncio.get_running_loop())
            ready.set()

    server = Server(uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=5))
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
