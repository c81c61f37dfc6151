"""Conditional requests: what a client has already is not sent again (RFC 9110, section 13.1.2)."""

import re
from collections.abc import Sequence

__all__ = ["is_known"]

_TAG = re.compile(r'"[^"]*"')


def is_known(etag: str, if_none_match: Sequence[str]) -> bool:
    """Whether a client has what it asks for.

    Args:
        etag: Of what it asks for; whether it is weak does not matter.
        if_none_match: Each `If-None-Match` header: tags separated by commas, or `*`.
    """
    known = ",".join(if_none_match)
    return known.strip() == "*" or etag.removeprefix("W/") in _TAG.findall(known)
