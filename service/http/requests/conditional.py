"""Conditional requests (RFC 9110, section 13.1.2)."""

import re
from collections.abc import Sequence

_TAG = re.compile(r'"[^"]*"')


def etag_matches(etag: str, if_none_match: Sequence[str]) -> bool:
    """Return whether a client has the current representation.

    Starlette's own check is for files, and reads one header without commas in its tags.

    Args:
        etag: Entity tag of the representation, weak or strong.
        if_none_match: All `If-None-Match` headers: tags separated by commas, or `*`.
    """
    known = ",".join(if_none_match)
    return known.strip() == "*" or etag.removeprefix("W/") in _TAG.findall(known)
