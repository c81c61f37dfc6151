"""Access control: keys, sites, origins, hosts, proxies."""

from service.access.keys import KEY_RULE, Key, is_usable
from service.access.origins import is_known_host, is_own_host, parsed_hosts, parsed_origins, separated
from service.access.proxies import (
    Address,
    Network,
    client_address,
    is_trusted_proxy,
    is_within,
    parsed_address,
    parsed_prefix,
    parsed_proxies,
)
from service.access.rules import AccessControl, AccessPolicy, Site

__all__ = [
    "KEY_RULE",
    "AccessControl",
    "AccessPolicy",
    "Address",
    "Key",
    "Network",
    "Site",
    "client_address",
    "is_known_host",
    "is_own_host",
    "is_trusted_proxy",
    "is_usable",
    "is_within",
    "parsed_address",
    "parsed_hosts",
    "parsed_origins",
    "parsed_prefix",
    "parsed_proxies",
    "separated",
]
