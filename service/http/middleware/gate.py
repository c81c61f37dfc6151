"""The gate before the API: whose key is good, and who has asked too much; it looks at heads of requests alone."""

import asyncio
import contextlib
import logging
import math
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import Access, AccessInForce, is_within, parsed_address
from service.http.middleware.clients import Client, Role, client_of
from service.http.middleware.rate_limits import Rates
from service.http.problems import problem
from service.settings import Settings

__all__ = ["GUARDED", "Gate"]

logger = logging.getLogger(__name__)

GUARDED = ("/v1/", "/metrics")
"""What costs something, or takes keys; pages, their files and the state of health are for everyone, without a limit."""

DOCUMENTS, FEEDBACK, METRICS = "/v1/documents", "/v1/feedback", "/metrics"

PAUSE_S = 0.25
"""Before a client is told that it asks too much: one that never waits is slowed by it, and takes next to nothing from
others. On two processors, 16 connections that asked as quickly as they could had made all other answers two to 17 times
as slow."""

SOON_S = 1
"""When to try again where others must first be answered."""

BEARER = {"WWW-Authenticate": "Bearer"}


class Gate:
    """Before the application: refuses who may not ask or asks too much, before anything of a body is read.

    What comes through has its client at `state["client"]` of its scope.

    Args:
        app: What answers.
        access: Who may do what.
        settings: How much.
    """

    def __init__(self, app: ASGIApp, access: AccessInForce, settings: Settings) -> None:
        self._app = app
        self._access = access
        self._settings = settings
        self._rates = Rates(settings)
        self._at_once: Counter[str] = Counter()
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        access = self._access.now
        client = client_of(scope, access)
        self._warn_of_proxy(scope, access)
        scope.setdefault("state", {})["client"] = client
        if not scope["path"].startswith(GUARDED):
            await self._app(scope, receive, send)
            return
        refusal = self._too_many(client, scope) or _not_allowed(client, scope, access)
        if refusal is not None:
            if refusal.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                await asyncio.sleep(PAUSE_S)
            await refusal(scope, receive, send)
            return
        with self._counted(client):
            await self._app(scope, receive, send)

    def _too_many(self, client: Client, scope: Scope) -> Response | None:
        wait = self._rates.wait(client, is_feedback=scope["path"].startswith(FEEDBACK))
        if wait:
            return _too_many(f"Too many requests have come from here; the next one is taken in {_s(wait)}.", wait)
        if self._at_once[client.name] >= self._settings.concurrent_per_client:
            return _too_many("Too many requests from here wait for their answers; let some be answered first.", SOON_S)
        if self._at_once.total() >= self._settings.concurrent:
            return problem(
                503,
                "too-busy",
                "Too many requests wait for their answers. Try again in a moment.",
                headers={"Retry-After": str(SOON_S)},
            )
        return None

    @contextlib.contextmanager
    def _counted(self, client: Client) -> Iterator[None]:
        self._at_once[client.name] += 1
        try:
            yield
        finally:
            self._at_once[client.name] -= 1
            if not self._at_once[client.name]:
                del self._at_once[client.name]

    def _warn_of_proxy(self, scope: Scope, access: Access) -> None:
        """Say once that a proxy seems to be there that is not named: all who come through it would share one bucket."""
        if self._warned or "x-forwarded-for" not in Headers(scope=scope):
            return
        peer = parsed_address((scope.get("client") or ("",))[0])
        if peer is not None and not peer.is_global and not is_within(peer, access.proxies):
            self._warned = True
            logger.warning(
                "Requests with X-Forwarded-For come from %s, which FOOTNOTE_PROXIES does not name. If that is your own "
                "proxy, name it; until then, all who come through it count as one.",
                peer,
            )


def _not_allowed(client: Client, scope: Scope, access: Access) -> Response | None:
    if client.role is Role.ELSEWHERE:
        return problem(
            403,
            "site-key-elsewhere",
            "This key is for pages of certain sites, and this request comes from none of them; the operator can name "
            "this one's origin beside the key.",
        )
    is_change = scope["method"] not in ("GET", "HEAD") and scope["path"].startswith(DOCUMENTS)
    if is_change or scope["path"].startswith(METRICS):
        return None  # for administrators, as these say themselves
    if client.role is Role.STRANGER:
        return problem(
            401,
            "key-unknown",
            "The key in the header 'Authorization' is not known here. It may have been replaced: ask the operator.",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    if client.role is Role.ANYONE and access.asking_needs_a_key:
        return problem(
            401,
            "key-required",
            "This needs a key in the header 'Authorization: Bearer KEY'. The operator of the service gives keys.",
            headers=BEARER,
        )
    return None


def _too_many(detail: str, wait: float) -> Response:
    return problem(429, "too-many-requests", detail, headers={"Retry-After": str(max(1, math.ceil(wait)))})


def _s(wait: float) -> str:
    seconds = max(1, math.ceil(wait))
    return "1 second" if seconds == 1 else f"{seconds} seconds"
