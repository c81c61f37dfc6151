"""The server of the application: uvicorn, with bounded connections and an end that comes."""

import asyncio
import functools
import logging
import math
import socket
from collections.abc import Callable
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from service.http.server.connections import TOLD, Connection, Open
from service.http.server.listener import AT_ONCE, KEPT_BACK, ON_THE_WAY, Listener
from service.runtime.descriptors import OUT_OF_FILES, room_for, say_out_of_files

__all__ = ["STOP_S", "Server"]

logger = logging.getLogger(__name__)

STOP_S = 8.0
"""How long whoever is being answered may take when the server is to stop; containers are killed after ten seconds."""

LAST_S = 4
"""Those who are cut off have been let go by then."""

UNREAD_S = 30
"""A client that takes nothing of what is sent to it for so long is given up."""


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
                backlog=AT_ONCE,
                timeout_graceful_shutdown=math.ceil(STOP_S) + LAST_S,
            )
        )
        self._app = app
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take requests."""
        asyncio.get_running_loop().set_exception_handler(_said)
        room = room_for(self._open.most, TOLD, KEPT_BACK + ON_THE_WAY)
        if room.connections < self._open.most:
            logger.warning(
                "This process may have %d files open, so that it takes %d connections at once instead of %d. To take "
                "all, let it have %d (LimitNOFILE of systemd, ulimits of a container, ulimit -n).",
                *(room.files, room.connections, self._open.most, room.wanted),
            )
        self._open.fit(room.connections, room.told, [each for each in sockets or () if isinstance(each, Listener)])
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


def _said(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what nobody has caught, save that no connection could be accepted, which is said once in a while."""
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in OUT_OF_FILES:
        say_out_of_files()
    else:
        loop.default_exception_handler(context)


def _give_up_who_reads_nothing(listener: socket.socket) -> None:
    """Have the system end connections whose other end takes nothing; they have it from their listener."""
    if hasattr(socket, "TCP_USER_TIMEOUT") and listener.family in (socket.AF_INET, socket.AF_INET6):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * UNREAD_S)
