"""Admission control for the API: keys, rate limits and concurrency limits, before a body is read."""

import asyncio
import logging
import math
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import AccessControl, AccessPolicy, is_within, parsed_address
from service.http.middleware.clients import Client, Role, identify_client
from service.http.middleware.in_progress import RequestsInProgress
from service.http.middleware.path_prefix import route_path
from service.http.middleware.rate_limits import RateLimiter
from service.http.problems import problem_response
from service.settings import Settings
from service.sharing import SharedLimits

logger = logging.getLogger(__name__)

CONTROLLED_PATHS = ("/v1/", "/metrics")
"""Paths that cost something or need keys. Pages, their files and health checks are open, without a limit."""

DOCUMENTS, FEEDBACK, METRICS = "/v1/documents", "/v1/feedback", "/metrics"

PAUSE_S = 0.25
"""Seconds before a 429 response. It slows down clients that ignore `Retry-After`: without it, 16 such connections made
other answers 2 to 17 times as slow on two processors."""

RETRY_AFTER_S = 1
"""`Retry-After` of a concurrency limit."""


class AdmissionMiddleware:
    """Refuse API requests without permission or beyond a limit; set `state["client"]` of all other requests.

    Args:
        app: Application that gets the admitted requests.
        access: Access policy.
        settings: Limits.
        shared: Makes the limits hold for all processes together; None if there is one.
    """

    def __init__(
        self, app: ASGIApp, access: AccessControl, settings: Settings, shared: SharedLimits | None = None
    ) -> None:
        self._app = app
        self._access = access
        self._rates = RateLimiter(settings, shared)
        self._in_progress = RequestsInProgress(settings, shared)
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        policy, path = self._access.policy, route_path(scope)
        client = identify_client(scope, policy)
        self._warn_of_unlisted_proxy(scope, policy)
        scope.setdefault("state", {})["client"] = client
        if not path.startswith(CONTROLLED_PATHS):
            await self._app(scope, receive, send)
            return
        refusal = self._check_rate(client, path) or self._start(client)
        if refusal is not None:
            if refusal.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                await asyncio.sleep(PAUSE_S)
            await refusal(scope, receive, send)
            return
        try:
            app = _check_permission(client, scope["method"], path, policy) or self._app
            await app(scope, receive, send)
        finally:
            self._in_progress.end(client.name)

    def _check_rate(self, client: Client, path: str) -> Response | None:
        wait = self._rates.wait(client, is_feedback=path.startswith(FEEDBACK))
        if wait:
            seconds = max(1, math.ceil(wait))
            after = "1 second" if seconds == 1 else f"{seconds} seconds"
            return _too_many(f"This client has sent too many requests. Try again in {after}.", seconds)
        return None

    def _start(self, client: Client) -> Response | None:
        """Count a request in progress, or return the refusal."""
        excess = self._in_progress.start(client.name)
        if excess == "client":
            return _too_many("This client has too many requests in progress. Wait for some answers.", RETRY_AFTER_S)
        if excess == "all":
            return problem_response(
                503,
                "too-busy",
                "Too many requests are in progress. Try again in a moment.",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        return None

    def _warn_of_unlisted_proxy(self, scope: Scope, policy: AccessPolicy) -> None:
        """Log once that requests seem to come from an unlisted proxy, whose clients share one rate limit."""
        if self._warned or "x-forwarded-for" not in Headers(scope=scope):
            return
        peer = parsed_address((scope.get("client") or ("",))[0])
        if peer is not None and not peer.is_global and not is_within(peer, policy.proxies):
            self._warned = True
            logger.warning(
                "Requests with X-Forwarded-For come from %s, which is not listed in FOOTNOTE_PROXIES. If it is your "
                "proxy, list it; until then all of its clients count as one.",
                peer,
            )


def _check_permission(client: Client, method: str, path: str, policy: AccessPolicy) -> Response | None:
    if client.role is Role.WRONG_SITE:
        return problem_response(
            403,
            "site-key-elsewhere",
            "This key is valid only for pages of its site's origins. The operator can add this page's origin to them.",
        )
    is_change = method not in ("GET", "HEAD") and path.startswith(DOCUMENTS)
    if is_change or path.startswith(METRICS):
        return None  # these routes check for an administrator's key themselves
    if client.role is Role.UNKNOWN_KEY:
        return problem_response(
            401,
            "key-unknown",
            "The key in the header 'Authorization' is unknown. It may have been replaced: ask the operator.",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    if client.role is Role.NO_KEY and policy.asking_needs_a_key:
        return problem_response(
            401,
            "key-required",
            "This needs a key in the header 'Authorization: Bearer KEY'. The operator of the service gives keys.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return None


def _too_many(detail: str, seconds: int) -> Response:
    return problem_response(429, "too-many-requests", detail, headers={"Retry-After": str(seconds)})
