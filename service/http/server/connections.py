"""Connections within bounds: how many there are, and how long a request may take to come."""

import asyncio
import functools
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import AccessInForce, is_within, parsed_address
from service.http.problems import problem
from service.http.server.listener import Listener
from service.http.server.strict_parsing import StrictHttp

__all__ = ["TOLD", "Connection", "Open", "TurnedAway"]

TOLD = 64
"""So many more are accepted only to be told to come again, and to be asked whether the process lives."""

SHARE = 4
"""One address may have a quarter of the connections, so that four are needed to leave none to others."""

HEAD_S = 10.0
"""For a request's first line and headers, and for what comes of a body that nobody reads any more."""

SHORT_HEAD_S = 1.0
"""For the same where there are no more descriptors: who says nothing would keep others from being told."""

RETRY_AFTER_S = 5
"""By then idle connections have been closed."""

ALIVE = "/health/live"

BEYOND = "footnote.beyond"
"""Marks the scope of a request on a connection beyond the bound."""


class Open:
    """How many connections are open, and from whom.

    Args:
        most: In all, those of browsers that only keep them ready included; an idle one is closed after five seconds.
        access: Names the proxies; each stands for many, and may have all of them.
    """

    def __init__(self, most: int, access: AccessInForce) -> None:
        self.most = most
        self._told = TOLD
        self._listeners: Sequence[Listener] = ()
        self._access = access
        self._from: Counter[str] = Counter()
        self._in_all = 0

    def fit(self, most: int, told: int, listeners: Sequence[Listener]) -> None:
        """Take no more than there are descriptors for.

        Args:
            most: In all.
            told: So many more are told to come again.
            listeners: Where connections come from, and where it is known if there are no descriptors left.
        """
        self.most, self._told, self._listeners = most, told, listeners

    @property
    def is_short(self) -> bool:
        """Whether there are no more descriptors: whoever comes is to leave soon."""
        return any(listener.is_short for listener in self._listeners)

    def add(self, whose: str) -> tuple[bool, bool]:
        """Count one more from an address; give whether it is one too many, and whether far too many."""
        self._from[whose] += 1
        self._in_all += 1
        beyond, far = self._in_all - self.most, min(TOLD, self._told)
        address = parsed_address(whose)
        if address is None or not is_within(address, self._access.now.proxies):
            share = self.most // SHARE
            own_beyond = self._from[whose] - share
            return beyond > 0 or own_beyond > 0, beyond > far or own_beyond > min(share, far // SHARE)
        return beyond > 0, beyond > far

    def remove(self, whose: str) -> None:
        """Count one less from an address."""
        self._in_all -= 1
        self._from[whose] -= 1
        if not self._from[whose]:
            del self._from[whose]


class Connection(StrictHttp):
    """A client's connection, read strictly, within this module's bounds.

    One that says nothing, or stops in the middle, is closed. Of those beyond the bound, each request is answered with
    `too-busy`, save the one that asks whether the process lives; those far beyond it are closed unheard.
    """

    def __init__(self, *arguments: Any, open_ones: Open, **more: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **more)
        self._open = open_ones
        self._whose = ""
        self._timer: asyncio.TimerHandle | None = None
        self._is_short = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, or turn it away."""
        super().connection_made(transport)
        self._whose = self.client[0] if self.client else ""
        too_many, far_too_many = self._open.add(self._whose)
        if far_too_many:
            transport.abort()
            return
        self._is_short = self._open.is_short
        if too_many or self._is_short:
            self.app = cast(Any, functools.partial(_marked, cast(ASGIApp, self.app)))
        self._start_timer()

    def on_message_begin(self) -> None:
        """A request's first byte has come."""
        super().on_message_begin()
        self._start_timer()

    def on_headers_complete(self) -> None:
        """A request's head has come whole."""
        self._stop_timer()
        super().on_headers_complete()
        if self._is_short:
            self.cycle.keep_alive = False

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
        self._open.remove(self._whose)
        self._stop_timer()
        super().connection_lost(exc)

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(SHORT_HEAD_S if self._is_short else HEAD_S, self.transport.abort)

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
