"""The server of the application: uvicorn, with bounded connections and an end that comes."""

import asyncio
import functools
import math
import socket
import sys
from collections.abc import Callable
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from service.http.connections import TOLD, Connection, Open

__all__ = ["STOP_S", "Server"]

BACKLOG = 512
"""Connections that the system holds until they are accepted; those are taken all at once, between two requests."""

STOP_S = 8.0
"""How long whoever is being answered may take when the server is to stop; containers are killed after ten seconds."""

LAST_S = 4
"""Those who are cut off have been let go by then."""

UNREAD_S = 30
"""A client that takes nothing of what is sent to it for so long is given up."""

OTHER_FILES = 512
"""Descriptors for all that is no connection: the store's, the indexes', and those of files that are sent."""


class Server(uvicorn.Server):
    """Serves an application until it is told to stop; then what is being answered is finished, within a bound.

    Args:
        app: As `build_app` makes it.
        ready: Called when requests are taken.
        stopping: Called when it begins to stop, with the seconds after which it is to have ended.
    """

    def __init__(
        self,
        app: FastAPI,
        ready: Callable[[], None] = lambda: None,
        stopping: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._open = Open(app.state.service.settings.connections, app.state.access)
        super().__init__(
            uvicorn.Config(
                app,
                http=cast(Any, functools.partial(Connection, open_ones=self._open)),
                ws="none",
                log_config=None,  # what it logs goes the way of all that is logged
                log_level=None,  # nor does it decide what that is
                access_log=False,
                server_header=False,  # it would tell strangers what to try
                proxy_headers=False,  # whom to believe is for the gate: uvicorn would believe whoever is at 127.0.0.1
                backlog=BACKLOG,
                timeout_graceful_shutdown=math.ceil(STOP_S) + LAST_S,
            )
        )
        self._app = app
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take requests."""
        _allow_files(self._open.most + TOLD + OTHER_FILES)
        for listener in sockets or ():
            _give_up_who_reads_nothing(listener)
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is being answered; whoever still waits is told so, and whoever stalls is cut off."""
        self._stopping(STOP_S + LAST_S)
        self._app.state.asks.stop()
        self._app.state.intake.stop()
        cut = asyncio.get_running_loop().call_later(STOP_S, self._cut_off)
        await super().shutdown(sockets)
        cut.cancel()

    def _cut_off(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _allow_files(wanted: int) -> None:
    """Let this process have so many open files, as far as the system lets it: often it is asked for no more."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _give_up_who_reads_nothing(listener: socket.socket) -> None:
    """Have the system end connections whose other end takes nothing; they have it from their listener."""
    if hasattr(socket, "TCP_USER_TIMEOUT") and listener.family in (socket.AF_INET, socket.AF_INET6):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * UNREAD_S)
