"""Identify the client of a request by its key and its address."""

import enum
from dataclasses import dataclass
from ipaddress import IPv6Network

from starlette.datastructures import Headers
from starlette.types import Scope

from service.access import AccessPolicy, Address, Key, Site, client_address

IPV6_PREFIX_BITS = 64
"""Bits of an IPv6 address that identify a client, who usually has the whole network."""


class Role(enum.Enum):
    """Role of a client, by the key that it sent."""

    ADMIN = "admin"
    ASK = "ask"
    SITE = "site"
    NO_KEY = "no key"
    UNKNOWN_KEY = "unknown key"
    WRONG_SITE = "wrong site"
    """A site's key, sent from another origin."""


@dataclass(frozen=True, slots=True)
class Client:
    """Client of a request.

    Args:
        role: What it may do.
        network: Its address, or the first half of an IPv6 address.
        key: Its key; None if the address identifies it.
        site: Site that it asks from, with the site's key.
    """

    role: Role
    network: str
    key: Key | None = None
    site: Site | None = None

    @property
    def name(self) -> str:
        """Identifier of the client."""
        return self.network if self.key is None else self.key.digest.hex()


def identify_client(scope: Scope, policy: AccessPolicy) -> Client:
    """Return the client of a request.

    Args:
        scope: ASGI scope of the request.
        policy: Access policy in force.
    """
    headers = Headers(scope=scope)
    peer = scope.get("client")
    address = client_address(peer[0] if peer else None, headers.getlist("x-forwarded-for"), policy.proxies)
    network = _network(address)
    key = _bearer_key(headers)
    if key is None:
        return Client(Role.NO_KEY, network)
    if key.is_among(policy.admin_keys):
        return Client(Role.ADMIN, network, key)
    if key.is_among(policy.ask_keys):
        return Client(Role.ASK, network, key)
    for site in policy.sites:
        if key.is_among([site.key]):
            is_there = headers.getlist("origin") in [[origin] for origin in site.origins]
            return Client(Role.SITE, network, site=site) if is_there else Client(Role.WRONG_SITE, network)
    return Client(Role.UNKNOWN_KEY, network)


def _bearer_key(headers: Headers) -> Key | None:
    """Return the key of `Authorization: Bearer`; other schemes may be meant for a proxy."""
    keys = []
    for value in headers.getlist("authorization"):
        scheme, _, key = value.partition(" ")
        if scheme.lower() == "bearer":
            keys.append(key.strip().encode("latin-1"))
    return Key.of(b",".join(keys)) if keys else None  # keys have no commas: two headers match none


def _network(address: Address) -> str:
    if address.version == 6:
        return str(IPv6Network((int(address), IPV6_PREFIX_BITS), strict=False))
    return str(address)
