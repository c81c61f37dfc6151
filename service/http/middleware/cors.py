"""Which pages of other origins may use the service (CORS)."""

import re

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import Access, AccessInForce, is_own_host
from service.http.problems import problem

__all__ = ["SAFE", "OtherOrigins"]

OPEN = (
    (re.compile(r"/v1/(ask|chat|feedback)"), "POST"),
    (re.compile(r"/v1/feedback/[^/]+"), "DELETE"),
    (re.compile(r"/v1/documents(/[^/]+(/text)?)?"), "GET"),
)
"""All that pages of other origins are let do: to ask, to rate, and to read what is cited."""

SAFE = ("GET", "HEAD")
"""They change nothing; browsers keep from a page of another origin what comes back."""


class OtherOrigins:
    """Around everything: lets pages of the origins named use what is open to them, and refuses other origins' changes.

    Args:
        app: What answers.
        access: Whose pages may; if none may, only the service's own can ask.
    """

    def __init__(self, app: ASGIApp, access: AccessInForce) -> None:
        self._app = app
        self._access = access
        self._keeping = CORSMiddleware(app)  # says no more than that the answer depends on the origin
        self._share(access.now)

    def _share(self, access: Access) -> None:
        self._shared = access
        self._origins = access.all_origins
        self._sharing = {
            method: CORSMiddleware(
                self._app,
                allow_origins=self._origins,
                allow_methods=[method],
                allow_headers=["Authorization"],
                expose_headers=["ETag", "Retry-After", "X-Request-ID"],
            )
            for _, method in OPEN
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._access.now is not self._shared:
            self._share(self._access.now)
        headers = Headers(scope=scope)
        given, method = headers.getlist("origin"), scope["method"]
        origin = ", ".join(given) if given else None  # two are none that is named
        if origin is not None and method == "OPTIONS":
            method = headers.get("access-control-request-method", method)
        is_open = any(pattern.fullmatch(scope["path"]) and method == allowed for pattern, allowed in OPEN)
        answer: ASGIApp = self._app
        if is_open and self._origins:
            answer = self._sharing[method] if origin in self._origins else self._keeping
        if origin is not None and scope["method"] not in SAFE and not _is_own(origin, headers):
            if origin not in self._origins:
                answer = problem(
                    403,
                    "origin-not-allowed",
                    "Pages of this origin may not ask here: the operator has not named it in FOOTNOTE_ORIGINS.",
                )
            elif not is_open:
                answer = problem(403, "origin-not-allowed", "This is open to no page of another origin.")
        await answer(scope, receive, send)


def _is_own(origin: str, headers: Headers) -> bool:
    """Whether the page that asks came from here. Browsers say so themselves where they trust the connection."""
    return headers.get("sec-fetch-site") == "same-origin" or is_own_host(origin, headers.get("host", ""))
