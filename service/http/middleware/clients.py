"""Who asks: by which key, and from where."""

import enum
from dataclasses import dataclass
from ipaddress import IPv6Network

from starlette.datastructures import Headers
from starlette.types import Scope

from service.access import Access, Address, Key, Site, client_address

__all__ = ["Client", "Role", "client_of"]

SHARED_BITS = 64
"""Of an IPv6 address: whoever has one has a whole network of these."""


class Role(enum.Enum):
    """What a client has shown a key for."""

    ADMIN = "admin"
    ASK = "ask"
    SITE = "site"
    ANYONE = "anyone"
    """It has shown none."""
    STRANGER = "stranger"
    """It has shown one that nobody here knows."""
    ELSEWHERE = "elsewhere"
    """It has shown a site's, and does not ask from that site."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks.

    Args:
        role: What it may do.
        network: Where it is: its address, of IPv6 the first half.
        key: Its own; None for all who are told apart by where they are.
        site: The site that it asks from, with the site's key.
    """

    role: Role
    network: str
    key: Key | None = None
    site: Site | None = None

    @property
    def name(self) -> str:
        """What tells it from other clients."""
        return self.network if self.key is None else self.key.digest.hex()


def client_of(scope: Scope, access: Access) -> Client:
    """Who makes a request.

    Args:
        scope: The request's, of ASGI.
        access: Who may do what now.
    """
    headers = Headers(scope=scope)
    peer = scope.get("client")
    address = client_address(peer[0] if peer else None, headers.getlist("x-forwarded-for"), access.proxies)
    network = _network(address)
    given = _given(headers)
    if given is None:
        return Client(Role.ANYONE, network)
    if given.is_among(access.admin_keys):
        return Client(Role.ADMIN, network, given)
    if given.is_among(access.ask_keys):
        return Client(Role.ASK, network, given)
    for site in access.sites:
        if given.is_among([site.key]):
            is_there = headers.getlist("origin") in [[origin] for origin in site.origins]
            return Client(Role.SITE, network, site=site) if is_there else Client(Role.ELSEWHERE, network)
    return Client(Role.STRANGER, network)


def _given(headers: Headers) -> Key | None:
    """The key that was sent. Other schemes are for others, such as a proxy that asks for a password."""
    keys = []
    for value in headers.getlist("authorization"):
        scheme, _, key = value.partition(" ")
        if scheme.lower() == "bearer":
            keys.append(key.strip().encode("latin-1"))
    return Key.of(b",".join(keys)) if keys else None  # no key has a comma, so that two are none


def _network(address: Address) -> str:
    if address.version == 6:
        return str(IPv6Network((int(address), SHARED_BITS), strict=False))
    return str(address)
