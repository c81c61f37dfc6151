"""Connection limits: number of connections in total and by address, and seconds for a request's head."""

import asyncio
import functools
from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import AccessControl, is_within, parsed_address
from service.http.middleware.path_prefix import route_path
from service.http.problems import problem_response
from service.http.server.strict_parsing import StrictHttpProtocol
from service.runtime.listener import Listener

MAX_TURNED_AWAY = 64
"""Connections accepted beyond the limit, only for `too-busy` responses and liveness probes."""

SHARE = 4
"""One address may have a quarter of the connections: it takes four addresses to use up all of them."""

HEAD_S = 10.0
"""Seconds for a request's first line and headers, and for the rest of a body that is no longer read."""

SHORT_HEAD_S = 1.0
"""The same without free descriptors: idle connections would keep others from a `too-busy` response."""

RETRY_AFTER_S = 5
"""Seconds after which uvicorn closes idle connections."""

LIVENESS = "/health/live"

OVER_LIMIT = "footnote.over-limit"
"""Key in the scope of requests on a connection beyond the limit."""


FIRST_REQUEST_S = 0.25
"""Seconds for the first request of a connection when the server stops."""


class ConnectionCounter:
    """Number of open connections in total and by address.

    Args:
        limit: Maximum in total, idle ones included; uvicorn closes those after five seconds.
        access: Names the trusted proxies, which may use the whole limit.
    """

    def __init__(self, limit: int, access: AccessControl) -> None:
        self.limit = limit
        self._turned_away = MAX_TURNED_AWAY
        self._listeners: Sequence[Listener] = ()
        self._access = access
        self._by_address: Counter[str] = Counter()
        self._total = 0

    def configure(self, limit: int, turned_away: int, listeners: Sequence[Listener]) -> None:
        """Set limits that the available descriptors allow.

        Args:
            limit: Maximum in total.
            turned_away: Maximum beyond it.
            listeners: Sockets that report a lack of descriptors.
        """
        self.limit, self._turned_away, self._listeners = limit, turned_away, listeners

    @property
    def is_out_of_descriptors(self) -> bool:
        """Whether a listener uses its reserved descriptors."""
        return any(listener.uses_reserve for listener in self._listeners)

    def add(self, address: str) -> tuple[bool, bool]:
        """Count a new connection; return whether it is over the limit, and whether it must be closed at once."""
        self._by_address[address] += 1
        self._total += 1
        excess, tolerated = self._total - self.limit, min(MAX_TURNED_AWAY, self._turned_away)
        parsed = parsed_address(address)
        if parsed is None or not is_within(parsed, self._access.policy.proxies):
            share = self.limit // SHARE
            own_excess = self._by_address[address] - share
            return excess > 0 or own_excess > 0, excess > tolerated or own_excess > min(share, tolerated // SHARE)
        return excess > 0, excess > tolerated

    def remove(self, address: str) -> None:
        """Count a closed connection."""
        self._total -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]


class Connection(StrictHttpProtocol):
    """Connection with a time limit for heads.

    An idle or incomplete request closes it. Requests on a connection over the limit get `too-busy`, except for the
    liveness probe; connections far over the limit are closed at once.
    """

    def __init__(self, *arguments: Any, counter: ConnectionCounter, **more: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **more)
        self._counter = counter
        self._address = ""
        self._timer: asyncio.TimerHandle | None = None
        self._is_brief = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and close it if it is far over the limit."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        is_over, is_far_over = self._counter.add(self._address)
        if is_far_over:
            transport.abort()
            return
        self._is_brief = self._counter.is_out_of_descriptors
        if is_over or self._is_brief:
            self.app = cast(Any, functools.partial(_over_limit, cast(ASGIApp, self.app)))
        self._start_timer()

    def on_message_begin(self) -> None:
        """Start the timer at a request's first byte."""
        super().on_message_begin()
        self._start_timer()

    def on_headers_complete(self) -> None:
        """Stop the timer at the end of a head."""
        self._stop_timer()
        super().on_headers_complete()
        if self._is_brief:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Stop the timer at the end of a request."""
        self._stop_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Start the timer if the request's body is still incomplete."""
        super().on_response_complete()
        if self.cycle.response_complete and self.cycle.more_body:
            self._start_timer()

    def shutdown(self) -> None:
        """Close the connection, or let it close after the response in progress; see uvicorn.

        A new connection has a moment for its first request, which its client may have sent already.
        """
        has_asked = getattr(self, "cycle", None) is not None
        if not has_asked:
            self.loop.call_later(FIRST_REQUEST_S, super().shutdown)
        else:
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the closed connection."""
        self._counter.remove(self._address)
        self._stop_timer()
        super().connection_lost(exc)

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(SHORT_HEAD_S if self._is_brief else HEAD_S, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


async def _over_limit(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    scope[OVER_LIMIT] = True
    await app(scope, receive, send)


class ConnectionLimitMiddleware:
    """Answer requests on connections over the limit with `too-busy`.

    Args:
        app: Application that gets the other requests, and the liveness probe.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem."""
        if OVER_LIMIT not in scope or route_path(scope) == LIVENESS:
            await self._app(scope, receive, send)
            return
        headers = {"Retry-After": str(RETRY_AFTER_S), "Connection": "close"}
        detail = "Too many connections are open. Try again in a moment."
        await problem_response(503, "too-busy", detail, headers=headers)(scope, receive, send)
