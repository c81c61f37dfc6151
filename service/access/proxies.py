"""Reverse proxies, which are believed when they say whom they ask for; and so where a request comes from."""

import ipaddress
from collections.abc import Sequence

from pydantic_core import PydanticCustomError

__all__ = ["NOWHERE", "Address", "Network", "client_address", "is_within", "parsed_address", "parsed_proxies"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NOWHERE = ipaddress.IPv6Address(0)
"""Stands for a client that has no address, as those at a Unix socket."""

MAX_HOPS = 32
"""Proxies that a request is followed back through; nobody has so many, and the list is the client's to write."""


def parsed_proxies(proxies: Sequence[str]) -> tuple[Network, ...]:
    """Addresses and networks, such as `10.0.0.0/8`.

    Raises:
        PydanticCustomError: One is neither; it says which, and what to write instead.
    """
    return tuple(_parsed(proxy, number) for number, proxy in enumerate(proxies, start=1))


def _parsed(proxy: str, number: int) -> Network:
    about = {"number": number}
    try:
        network = ipaddress.ip_network(proxy, strict=False)
    except ValueError:
        what = "its proxy {number} is no address or network; write it like 127.0.0.1 or 10.0.0.0/8"
        raise PydanticCustomError("proxy", what, about) from None
    if not network.prefixlen:
        what = (
            "its proxy {number} stands for every address, so that anyone could pretend to be anyone; name the proxies"
        )
        raise PydanticCustomError("proxy", what, about)
    return network


def parsed_address(text: str) -> Address | None:
    """An address as one is written in `X-Forwarded-For`, also with a port; None for what is none.

    IPv6 within brackets or without, an IPv4 address that is written as IPv6 as itself, zones left out.
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
    """Whether an address lies in one of these networks."""
    return any(address in network for network in networks)


def client_address(peer: str | None, forwarded: Sequence[str], proxies: Sequence[Network]) -> Address:
    """Whom a request comes from.

    That is who sent it, unless that is a named proxy: then the last of `X-Forwarded-For`, unless that is one too, and
    so on from right to left. What stands further left was written by nobody who is believed. Where a proxy passes on
    what is no address, it is the proxy itself.

    Args:
        peer: The address at the other end of the connection; None if it has none.
        forwarded: Each `X-Forwarded-For` header, in order.
        proxies: Those that are believed.
    """
    address = NOWHERE if peer is None else parsed_address(peer) or NOWHERE
    hops = ",".join(forwarded).rsplit(",", MAX_HOPS)[-MAX_HOPS:] if forwarded else []
    for hop in reversed(hops):
        before = parsed_address(hop) if is_within(address, proxies) else None
        if before is None:
            break
        address = before
    return address
