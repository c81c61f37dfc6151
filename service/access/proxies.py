"""Trusted reverse proxies: the client address and path prefix that they report."""

import ipaddress
import re
from collections.abc import Sequence

from pydantic_core import PydanticCustomError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NO_ADDRESS = ipaddress.IPv6Address(0)
"""Stands for a client without an address, as on a Unix socket."""

MAX_HOPS = 32
"""Proxies followed back; no deployment has as many, and clients can write any number into the header."""

MAX_PREFIX_CHARACTERS = 200
"""Longer than the paths that services are published under."""

PREFIX = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
"""Syntax of a path prefix: no character needs escaping in URLs, HTML or JSON, and it cannot name a host (`//host`)."""

OWN_SEGMENTS = frozenset(
    ("docs", "documents", "favicon.svg", "health", "metrics", "openapi.json", "v1", "web", "widget.js")
)
"""First segments of the service's own paths. A prefix that begins with one could not be distinguished from them."""


def parsed_proxies(proxies: Sequence[str]) -> tuple[Network, ...]:
    """Parse addresses and networks, such as `10.0.0.0/8`.

    Raises:
        PydanticCustomError: One is neither; the message has its number and the expected form.
    """
    return tuple(_parsed(proxy, number) for number, proxy in enumerate(proxies, start=1))


def _parsed(proxy: str, number: int) -> Network:
    context = {"number": number}
    try:
        network = ipaddress.ip_network(proxy, strict=False)
    except ValueError:
        what = "its proxy {number} is no address or network; write it like 127.0.0.1 or 10.0.0.0/8"
        raise PydanticCustomError("proxy", what, context) from None
    if not network.prefixlen:
        what = "its proxy {number} includes every address, so that any client could claim any address; list the proxies"
        raise PydanticCustomError("proxy", what, context)
    return network


def parsed_prefix(text: str) -> str:
    """Parse a path prefix, such as `/answers`; return it without a slash at the end.

    Raises:
        PydanticCustomError: It is not an absolute path of plain segments, too long, or a path of the service.
    """
    if len(text) > MAX_PREFIX_CHARACTERS or not PREFIX.fullmatch(text):
        raise PydanticCustomError(
            "path_prefix",
            "it must be a path such as /answers: ASCII letters, digits and -._~ between slashes, no dot after a slash, "
            "at most {most} characters",
            {"most": MAX_PREFIX_CHARACTERS},
        )
    first = text.split("/")[1] if text else ""
    if first in OWN_SEGMENTS:
        raise PydanticCustomError(
            "own_path", "the service has paths of its own below /{first}; choose another prefix", {"first": first}
        )
    return text.removesuffix("/")


def parsed_address(text: str) -> Address | None:
    """Parse an address as written in `X-Forwarded-For`, with or without a port; return None if it is invalid.

    IPv6 may be in brackets. An IPv4 address mapped to IPv6 becomes IPv4. Zones are dropped.
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        text, _, port = text[1:].partition("]")
        if port and not _is_port(port):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not _is_port(":" + port):
            return None
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_port(text: str) -> bool:
    return text[0] == ":" and text[1:].isascii() and text[1:].isdecimal() and len(text) <= 6


def is_within(address: Address, networks: Sequence[Network]) -> bool:
    """Return whether an address is in one of these networks."""
    return any(address in network for network in networks)


def is_trusted_proxy(peer: Sequence[object] | None, proxies: Sequence[Network]) -> bool:
    """Return whether a connection comes from a trusted proxy.

    Args:
        peer: ASGI's `client`: host and port at the other end of the connection, or None.
        proxies: Trusted proxies.
    """
    address = parsed_address(str(peer[0])) if peer else None
    return address is not None and is_within(address, proxies)


def client_address(peer: str | None, forwarded: Sequence[str], proxies: Sequence[Network]) -> Address:
    """Return the address of the client that made a request.

    It is the peer, unless that is a trusted proxy; then the last entry of `X-Forwarded-For`, unless that is one too,
    and so on from right to left. Entries further left can be forged. A proxy that forwards an invalid address is itself
    the client.

    Args:
        peer: Address at the other end of the connection; None if it has none.
        forwarded: All `X-Forwarded-For` headers, in order.
        proxies: Trusted proxies.
    """
    address = NO_ADDRESS if peer is None else parsed_address(peer) or NO_ADDRESS
    hops = ",".join(forwarded).rsplit(",", MAX_HOPS)[-MAX_HOPS:] if forwarded else []
    for hop in reversed(hops):
        before = parsed_address(hop) if is_within(address, proxies) else None
        if before is None:
            break
        address = before
    return address
