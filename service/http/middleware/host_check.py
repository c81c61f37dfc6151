"""Host names that the service answers to."""

import re
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import AccessControl, is_known_host
from service.http.middleware.path_prefix import route_path
from service.http.problems import problem_response

HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]+)(:[0-9]{0,5})?")
"""Syntax of `Host`: a name or address with an optional port (RFC 9110, section 7.2)."""

PROBES = "/health/"
"""Paths that are answered under any host name: load balancers use names of their own."""


class HostCheckMiddleware:
    """Refuse requests for unknown host names.

    The owner of a name can point it at this service, and browsers then treat the service as that site's own (DNS
    rebinding). Addresses and names without a dot cannot be used for that.

    Args:
        app: Application that gets the other requests.
        access: Names the allowed hosts; `*` allows all.
    """

    def __init__(self, app: ASGIApp, access: AccessControl) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a problem."""
        app = self._app
        if scope["type"] == "http":
            hosts = self._access.policy.hosts
            given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
            if not _is_one_host(given, scope["http_version"]):
                app = problem_response(400, "invalid-host", "The request must have exactly one valid Host header.")
            elif not route_path(scope).startswith(PROBES) and not all(is_known_host(host, hosts) for host in given):
                app = problem_response(
                    421,
                    "host-not-allowed",
                    "This service does not answer to this host name. The operator can allow it with FOOTNOTE_HOSTS.",
                )
        await app(scope, receive, send)


def _is_one_host(given: Sequence[str], version: str) -> bool:
    """Check for exactly one valid `Host`; clients older than HTTP/1.1 may omit it (RFC 9112, section 3.2)."""
    if not given:
        return version < "1.1"
    return len(given) == 1 and HOST.fullmatch(given[0]) is not None
