"""Around all else: gives each request its id, and tells the log, the metrics and the traces how it ended."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.telemetry import Observed, observing
from service.telemetry.metrics import Metrics
from service.telemetry.tracing import Tracing

__all__ = ["LEFT", "REQUEST_ID", "Observing"]

logger = logging.getLogger("service.requests")

REQUEST_ID = "X-Request-ID"

GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""An id that a proxy gave is kept, so that its log and ours speak of the same; anything else could forge a line."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Told by name; whoever asks may make up others."""

OTHER = "other"
"""Stands for a method that is none of these, and for the route of a request that has none."""

LEFT = 499
"""The status of a request whose client left before it was answered, as nginx has it."""

PROBES = ("/health/live", "/health/ready", "/metrics")
"""Asked every few seconds: that all was well is logged at level debug only."""


class Observing:
    """Every response carries `X-Request-ID`, problems included.

    The route is read from the request's scope when it has been answered, so what lies within must pass on that very
    scope.

    Args:
        app: What answers.
        metrics: Where requests are counted.
        tracing: Where they are told of.
        questions: Whether the log may hold what was asked.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing, *, questions: bool = False) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing
        self._questions = questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        observed = Observed(given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8))
        method = scope["method"] if scope["method"] in METHODS else OTHER
        status, is_whole = 0, False

        async def told(message: Message) -> None:
            nonlocal status, is_whole
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = observed.id
            elif message["type"] == "http.response.body":
                is_whole = not message.get("more_body", False)
            await send(message)

        begun = time.perf_counter()
        self._metrics.request_came()
        with observing(observed), self._tracing.request(method, headers, observed.id) as ended:
            try:
                await self._app(scope, receive, told)
            except Exception:
                if not is_whole:  # the server logs it, and breaks the connection off
                    status = status or 500
                    raise
            finally:
                route = getattr(scope.get("route"), "path", OTHER)
                seconds = time.perf_counter() - begun
                self._metrics.request_done(method, route, status or LEFT, seconds, observed.problem)
                ended(route, status or LEFT, observed.problem)
                self._log(method, route, status or LEFT, seconds, observed)

    def _log(self, method: str, route: str, status: int, seconds: float, observed: Observed) -> None:
        level = logging.DEBUG if route in PROBES and status < 400 else logging.INFO
        if logger.isEnabledFor(level):
            fields = {
                "method": method,
                "route": route,
                "status": status,
                "ms": round(1000 * seconds, 1),
                "problem": observed.problem,
                "question": observed.question if self._questions else None,
            }
            logger.log(level, "%s %s %d %.1f ms", method, route, status, 1000 * seconds, extra=fields)
