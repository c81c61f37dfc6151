"""What every response carries, and under which host names there is a response at all."""

import re
from collections.abc import Mapping, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access import AccessInForce, is_known_host
from service.http.problems import problem

__all__ = ["HEADERS", "PROBES", "Surface"]

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Of every response, save where a route gives one of its own: browsers do no more with what comes than they must."""

HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]+)(:[0-9]{0,5})?")
"""What a `Host` header may be: a name or address, and perhaps a port (RFC 9110, section 7.2)."""

PROBES = "/health/"
"""Asked by whatever name a load balancer has for this process."""


class Surface:
    """Around everything: refuses requests for other hosts, and gives each response its security headers.

    A page of a name that somebody else owns can point that name at this service (DNS rebinding), and its browser then
    takes the service for that page's own. Addresses and names without a dot cannot be had that way.

    Args:
        app: What answers.
        access: Names the hosts that requests may be for besides those; `*` for all.
    """

    def __init__(self, app: ASGIApp, access: AccessInForce) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with a problem."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        hosts = self._access.now.hosts
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        answer: ASGIApp = self._app
        if not _names_one_host(given, scope["http_version"]):
            answer = problem(400, "invalid-host", "A request is for one host; send one Host header that names it.")
        elif not scope["path"].startswith(PROBES) and not all(is_known_host(one, hosts) for one in given):
            answer = problem(
                421,
                "host-not-allowed",
                "This service is not known by the host name that was asked for: the operator has not named it in "
                "FOOTNOTE_HOSTS.",
            )
        await answer(scope, receive, send_with_headers)


def _names_one_host(given: Sequence[str], version: str) -> bool:
    """Whether there is one usable `Host`; clients older than HTTP/1.1 need not send any (RFC 9112, section 3.2)."""
    if not given:
        return version < "1.1"
    return len(given) == 1 and HOST.fullmatch(given[0]) is not None
