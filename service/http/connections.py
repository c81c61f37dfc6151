"""Connections within bounds: how many there are, how long a request may take to come, how much its head may hold."""

import asyncio
import functools
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.http.problems import problem

__all__ = ["MOST_CONNECTIONS", "TOLD", "Connection", "TurnedAway"]

MOST_CONNECTIONS = 1024
"""Open at once, those of browsers that only keep them ready included; an idle one is closed after five seconds."""

TOLD = 64
"""So many more are accepted only to be told to come again, and to be asked whether the process lives."""

HEAD_S = 10.0
"""For a request's first line and headers, and for what comes of a body that nobody reads any more."""

MOST_HEAD_BYTES = 64 * 1024
"""Of a request's first line and headers."""

RETRY_AFTER_S = 5
"""By then idle connections have been closed."""

ALIVE = "/health/live"

BEYOND = "footnote.beyond"
"""Marks the scope of a request on a connection beyond the bound."""


class Connection(HttpToolsProtocol):
    """A client's connection, as uvicorn reads it, within this module's bounds.

    One that says nothing, or stops in the middle, is closed. Of those beyond the bound, each request is answered with
    `too-busy`, save the one that asks whether the process lives; those far beyond it are closed unheard.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **more)
        self._timer: asyncio.TimerHandle | None = None
        self._in_head = False
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, or turn it away."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS + TOLD:
            transport.abort()
            return
        if len(self.connections) > MOST_CONNECTIONS:
            self.app = cast(Any, functools.partial(_marked, cast(ASGIApp, self.app)))
        self._begin_head()

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head grows without end."""
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self.transport.abort()

    def on_message_begin(self) -> None:
        """A request's first byte has come."""
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        """A request's head has come whole."""
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request has come whole."""
        self._stop_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """A request has been answered, perhaps before its body has come."""
        super().on_response_complete()
        if self.cycle.response_complete and self.cycle.more_body:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stop_timer()
        super().connection_lost(exc)

    def _begin_head(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._start_timer()

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(HEAD_S, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


async def _marked(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    scope[BEYOND] = True
    await app(scope, receive, send)


class TurnedAway:
    """Answers the requests on connections beyond the bound.

    Args:
        app: What answers the others, and whether the process lives.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or have it answered."""
        if BEYOND not in scope or scope["path"] == ALIVE:
            await self._app(scope, receive, send)
            return
        headers = {"Retry-After": str(RETRY_AFTER_S), "Connection": "close"}
        detail = "Too many connections are open. Try again in a moment."
        await problem(503, "too-busy", detail, headers=headers)(scope, receive, send)
