"""Path prefix below which a reverse proxy publishes the service."""

from pydantic_core import PydanticCustomError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import AccessControl, is_trusted_proxy, parsed_prefix


class PathPrefixMiddleware:
    """Set ASGI's `root_path` to the path prefix of each request.

    It is the configured prefix, whether or not the proxy removes it from paths. If none is configured, it is the
    `X-Forwarded-Prefix` of a trusted proxy, which has removed it. Behind this middleware, `path` begins with
    `root_path`.

    Args:
        app: Application that gets the requests.
        access: Names the trusted proxies.
        configured: Value of FOOTNOTE_ROOT_PATH; empty for none.
    """

    def __init__(self, app: ASGIApp, access: AccessControl, configured: str) -> None:
        self._app = app
        self._access = access
        self._configured = configured

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the prefix, and pass the request on."""
        if scope["type"] == "http":
            prefix, path = self._configured or self._forwarded(scope), scope["path"]
            if self._configured and path.startswith(prefix + "/"):
                path = path.removeprefix(prefix)
            scope["root_path"], scope["path"] = prefix, prefix + path
        await self._app(scope, receive, send)

    def _forwarded(self, scope: Scope) -> str:
        given = Headers(scope=scope).getlist("x-forwarded-prefix")
        if len(given) != 1 or not is_trusted_proxy(scope.get("client"), self._access.policy.proxies):
            return ""
        try:
            return parsed_prefix(given[0])
        except PydanticCustomError:
            return ""


def route_path(scope: Scope) -> str:
    """Return a request's path below the prefix."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def root_path(scope: Scope) -> str:
    """Return a request's prefix, within a mounted application too."""
    prefix: str = scope.get("app_root_path", scope.get("root_path", ""))
    return prefix
