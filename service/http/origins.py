"""Which pages of other origins may use the service (CORS)."""

import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import problem
from service.origins import is_own_host

__all__ = ["OtherOrigins"]

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
        origins: As browsers write them; none means that only the service's own pages may ask.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._origins = origins
        self._keeping = CORSMiddleware(app)  # says no more than that the answer depends on the origin
        self._sharing = {
            method: CORSMiddleware(app, allow_origins=origins, allow_methods=[method], expose_headers=["ETag"])
            for _, method in OPEN
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
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
