"""Cross-origin requests (CORS)."""

import re

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import AccessControl, AccessPolicy, is_own_host
from service.http.middleware.path_prefix import route_path
from service.http.problems import problem_response

OPEN = (
    (re.compile(r"/v1/(ask|chat|feedback)"), "POST"),
    (re.compile(r"/v1/feedback/[^/]+"), "DELETE"),
    (re.compile(r"/v1/documents(/[^/]+(/text)?)?"), "GET"),
)
"""Paths and methods that are open to pages of other origins: asking, rating, and reading what is cited."""

SAFE_METHODS = ("GET", "HEAD")
"""Methods that change nothing; browsers hide their responses from pages of other origins."""


class CrossOriginMiddleware:
    """Add CORS headers for allowed origins, and refuse changes from pages of other origins.

    Args:
        app: Application that gets the other requests.
        access: Names the allowed origins; without any, only the service's own pages may ask.
    """

    def __init__(self, app: ASGIApp, access: AccessControl) -> None:
        self._app = app
        self._access = access
        self._without_origins = CORSMiddleware(app)  # adds `Vary: Origin` only
        self._configure(access.policy)

    def _configure(self, policy: AccessPolicy) -> None:
        self._policy = policy
        self._origins = policy.all_origins
        self._with_origins = {
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
        """Pass a request on, or answer it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._access.policy is not self._policy:
            self._configure(self._access.policy)
        headers = Headers(scope=scope)
        given, method = headers.getlist("origin"), scope["method"]
        origin = ", ".join(given) if given else None  # several match no allowed origin
        if origin is not None and method == "OPTIONS":
            method = headers.get("access-control-request-method", method)
        path = route_path(scope)
        is_open = any(pattern.fullmatch(path) and method == allowed for pattern, allowed in OPEN)
        app: ASGIApp = self._app
        if is_open and self._origins:
            app = self._with_origins[method] if origin in self._origins else self._without_origins
        if origin is not None and scope["method"] not in SAFE_METHODS and not _is_own(origin, headers):
            if origin not in self._origins:
                app = problem_response(
                    403,
                    "origin-not-allowed",
                    "Pages of this origin may not ask here. The operator can allow it with FOOTNOTE_ORIGINS.",
                )
            elif not is_open:
                app = problem_response(
                    403, "origin-not-allowed", "Pages of other origins may ask, rate and read, but not do this."
                )
        await app(scope, receive, send)


def _is_own(origin: str, headers: Headers) -> bool:
    """Return whether the page came from this service; browsers say so on connections that they trust."""
    return headers.get("sec-fetch-site") == "same-origin" or is_own_host(origin, headers.get("host", ""))
