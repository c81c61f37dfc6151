"""Web origins (RFC 6454) and host names: parse configured ones, and compare them with headers."""

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

ANY_HOST = "*"

DEFAULT_PORTS = {"http": 80, "https": 443}


def separated(text: str | None) -> tuple[str, ...]:
    """Split values separated by commas."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def parsed_origins(text: str) -> tuple[str, ...]:
    """Parse origins separated by commas; return them as browsers send them: lower case, without the default port.

    Raises:
        PydanticCustomError: One is no origin; the message has its number and what to write instead.
    """
    given = enumerate(separated(text), start=1)
    return tuple(dict.fromkeys(_parsed(origin, number) for number, origin in given))


def _parsed(origin: str, number: int) -> str:
    if "*" in origin:
        raise _error(number, "is a pattern; list each origin")
    if origin.lower() == "null":
        raise _error(number, "stands for all pages without an origin; list real origins")
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        raise _error(number, "has no usable host or port; write it like https://www.example.org:8443") from None
    if parts.scheme not in DEFAULT_PORTS or "://" not in origin:
        raise _error(number, "must begin with http:// or https://")
    if parts.path or "?" in origin or "#" in origin:
        raise _error(number, "must end after the host and port, without a slash or path")
    host = origin.partition("://")[2].lower().removesuffix(f":{port}")
    if "@" in host or not re.fullmatch(r"\[[0-9a-f:.]+\]|[!-~]+", host) or (":" in host and host[0] != "["):
        hint = "" if host.isascii() else "; write a name that is not ASCII in the form that begins with xn--"
        raise _error(number, f"has no usable host or port{hint or '; write it like https://www.example.org:8443'}")
    return f"{parts.scheme}://{host}" + ("" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}")


def _error(number: int, what: str, kind: str = "origin") -> PydanticCustomError:
    return PydanticCustomError(kind, "its {kind} {number} {what}", {"kind": kind, "number": number, "what": what})


def parsed_hosts(text: str) -> tuple[str, ...]:
    """Parse host names separated by commas; return them in lower case.

    Raises:
        PydanticCustomError: One is no host name; the message has its number and what to write instead.
    """
    given = separated(text.lower())
    for number, host in enumerate(given, start=1):
        if host != ANY_HOST and not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", host):
            hint = "" if host.isascii() else "; write a name that is not ASCII in the form that begins with xn--"
            what = f"is no host name: write it like answers.example.org, without scheme, port or path{hint}"
            raise _error(number, what, "host")
    return tuple(dict.fromkeys(given))


def is_known_host(host: str, names: Collection[str]) -> bool:
    """Return whether a request with this `Host` may be answered.

    Args:
        host: As sent, with or without a port.
        names: Allowed names in lower case. Addresses, and names without a dot, are always allowed.
    """
    if ANY_HOST in names:
        return True
    parts = re.fullmatch(r"(\[(?P<address>[^][]*)\]|(?P<name>[^][:]*))(:[0-9]*)?", host.lower())
    if parts is None:
        return False
    if parts["address"] is not None:
        return _is_address(parts["address"])
    name = parts["name"].removesuffix(".")
    return name in names or "." not in name or _is_address(name)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_own_host(origin: str, host: str) -> bool:
    """Return whether a page of this origin was served under this `Host`; a proxy may have changed the scheme."""
    scheme, _, authority = origin.lower().partition("://")
    own = f":{DEFAULT_PORTS.get(scheme)}"
    return bool(authority) and authority.removesuffix(own) == host.lower().removesuffix(own)
