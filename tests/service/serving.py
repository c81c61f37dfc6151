"""A real service on a free port of this machine, for tests that stop it and start it again."""

import socket
import threading

import uvicorn

from embeddings.encoder.encoder import Encoder
from service.answering.pipeline import Pipeline
from service.http.app import build_app
from service.http.state import Service
from service.retrieval.library import Library
from service.settings import Settings

__all__ = ["RunningService"]

READY_SECONDS = 30
"""Far beyond what starting takes: past it, something hangs."""


class RunningService:
    """The service, answering until it is stopped; started again, it has the same address.

    Args:
        settings: Their data folder holds a store.
        encoder: The one that made its vectors.
    """

    def __init__(self, settings: Settings, encoder: Encoder) -> None:
        self.settings = settings
        self._encoder = encoder
        self._port = 0
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        """The port that it answers on."""
        return self._port

    def start(self) -> None:
        """Answer, on the port of the time before if there was one."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        ready = threading.Event()

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                ready.set()

        library = Library(self.settings, self._encoder)
        app = build_app(Service(self.settings, library, Pipeline(library, self.settings)))
        self._server = Server(uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=5))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        if not ready.wait(READY_SECONDS):
            raise TimeoutError("The service did not start.")

    def stop(self) -> None:
        """Answer no more; stopping twice does no harm."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self._server = self._thread = None
