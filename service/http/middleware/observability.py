"""Request ids, and the log line, metrics and trace of each request."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.telemetry import RequestContext, use_request_context
from service.telemetry.metrics import Metrics
from service.telemetry.tracing import Tracing

logger = logging.getLogger("service.requests")

REQUEST_ID = "X-Request-ID"

VALID_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""Ids that are accepted from a proxy, so that both logs show the same one. Others could forge log lines."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Methods that are labels; clients can invent others."""

OTHER = "other"
"""Label of any other method, and of requests without a route, such as those that inner middleware refuses."""

CLIENT_CLOSED_REQUEST = 499
"""Status of a request whose client disconnected before the response, as in nginx."""

PROBES = ("/health/live", "/health/ready", "/metrics")
"""Routes that are requested every few seconds; successful requests are logged at level debug."""


class ObservabilityMiddleware:
    """Set `X-Request-ID`, and record each request.

    The route is read from the request's scope afterwards, so inner middleware must pass on the same scope object.

    Args:
        app: Application that gets the requests.
        metrics: Counts them.
        tracing: Receives their spans.
        log_questions: Whether the log may contain questions.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing, *, log_questions: bool = False) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing
        self._log_questions = log_questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and record it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        context = RequestContext(given if VALID_ID.fullmatch(given) else secrets.token_hex(8))
        method = scope["method"] if scope["method"] in METHODS else OTHER
        status, is_complete = 0, False

        async def send_with_id(message: Message) -> None:
            nonlocal status, is_complete
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = context.id
            elif message["type"] == "http.response.body":
                is_complete = not message.get("more_body", False)
            await send(message)

        started = time.perf_counter()
        self._metrics.request_started()
        with use_request_context(context), self._tracing.request(method, headers, context.id) as end_span:
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                if not is_complete:  # the server logs it, and closes the connection
                    status = status or 500
                    raise
            finally:
                route = getattr(scope.get("route"), "path", OTHER)
                seconds = time.perf_counter() - started
                status = status or CLIENT_CLOSED_REQUEST
                self._metrics.request_finished(method, route, status, seconds, context.problem)
                end_span(route, status, context.problem)
                self._log(method, route, status, seconds, context)

    def _log(self, method: str, route: str, status: int, seconds: float, context: RequestContext) -> None:
        level = logging.DEBUG if route in PROBES and status < 400 else logging.INFO
        if logger.isEnabledFor(level):
            fields = {
                "method": method,
                "route": route,
                "status": status,
                "ms": round(1000 * seconds, 1),
                "problem": context.problem,
                "question": context.question if self._log_questions else None,
            }
            logger.log(level, "%s %s %d %.1f ms", method, route, status, 1000 * seconds, extra=fields)
