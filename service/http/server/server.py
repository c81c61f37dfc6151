"""The server: uvicorn with connection limits and a bounded shutdown."""

import asyncio
import functools
import logging
import math
import socket
from collections.abc import Callable
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from service.http.server.connections import MAX_TURNED_AWAY, Connection, ConnectionCounter
from service.runtime.descriptors import OUT_OF_DESCRIPTORS, descriptor_budget, log_out_of_descriptors
from service.runtime.listener import ACCEPTS_PER_TURN, LATE_CLOSES, RESERVED, Listener

logger = logging.getLogger(__name__)

STOP_S = 8.0
"""Seconds for requests in progress at shutdown; container engines kill a process after ten."""

CLOSE_S = 4
"""Seconds for closing the remaining connections after that."""

UNREAD_S = 30
"""Seconds after which a connection is closed whose client reads nothing of what was sent."""


class Server(uvicorn.Server):
    """Serve an application until stopped; then finish the requests in progress, within `STOP_S`.

    Args:
        app: Application made by `build_app`.
        ready: Called when the server accepts requests.
        stopping: Called when shutdown begins, with its maximum duration in seconds.
    """

    def __init__(
        self,
        app: FastAPI,
        ready: Callable[[], None] = lambda: None,
        stopping: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._counter = ConnectionCounter(app.state.service.settings.connections, app.state.access)
        super().__init__(
            uvicorn.Config(
                app,
                http=cast(Any, functools.partial(Connection, counter=self._counter)),
                ws="none",
                log_config=None,  # keep the logging configuration of the process
                log_level=None,
                access_log=False,
                server_header=False,  # do not name the server to attackers
                proxy_headers=False,  # handled by the middleware; uvicorn would trust all of 127.0.0.1
                backlog=ACCEPTS_PER_TURN,
                timeout_graceful_shutdown=math.ceil(STOP_S) + CLOSE_S,
            )
        )
        self._app = app
        self._ready = ready
        self._stopping = stopping
        self._is_retiring = False

    def retire(self) -> None:
        """Stop, and answer the questions that wait too: another process accepts the new ones."""
        self._is_retiring = self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting requests."""
        asyncio.get_running_loop().set_exception_handler(_handle_uncaught)
        budget = descriptor_budget(self._counter.limit, MAX_TURNED_AWAY, RESERVED + LATE_CLOSES)
        if budget.connections < self._counter.limit:
            logger.warning(
                "This process may have %d files open, so it accepts %d connections at once instead of %d. To accept "
                "all, let it have %d (LimitNOFILE of systemd, ulimits of a container, ulimit -n).",
                *(budget.files, budget.connections, self._counter.limit, budget.wanted),
            )
        listeners = [each for each in sockets or () if isinstance(each, Listener)]
        self._counter.configure(budget.connections, budget.turned_away, listeners)
        for listener in sockets or ():
            _set_unread_timeout(listener)
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Refuse queued questions, finish requests in progress, and abort those that stall."""
        self._stopping(STOP_S + CLOSE_S)
        if not self._is_retiring:
            self._app.state.question_queue.stop()
            self._app.state.intake.stop()
        abort = asyncio.get_running_loop().call_later(STOP_S, self._abort_connections)
        await super().shutdown(sockets)
        abort.cancel()

    def _abort_connections(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _handle_uncaught(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log uncaught exceptions; a lack of descriptors at most once a minute."""
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in OUT_OF_DESCRIPTORS:
        log_out_of_descriptors()
    else:
        loop.default_exception_handler(context)


def _set_unread_timeout(listener: socket.socket) -> None:
    """Let the system close connections whose client reads nothing; they inherit the option."""
    if hasattr(socket, "TCP_USER_TIMEOUT") and listener.family in (socket.AF_INET, socket.AF_INET6):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * UNREAD_S)
