"""Content negotiation by `Accept` and `Accept-Encoding` (RFC 9110, section 12.5)."""

import re
from collections.abc import Iterator, Sequence

_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def prefers(accept: Sequence[str], wanted: str, default: str) -> bool:
    """Return whether a client prefers one media type to another.

    With equal weights, the more exact range wins, then the default: `*/*` selects the default.

    Args:
        accept: All `Accept` headers.
        wanted: A media type, such as `text/event-stream`.
        default: The media type to send otherwise.
    """
    ranges = list(_ranges(",".join(accept)))
    weight, exactness = _quality(ranges, wanted)
    return weight > 0 and (weight, exactness) > _quality(ranges, default)


def accepts_gzip(accept_encoding: Sequence[str]) -> bool:
    """Return whether a client accepts gzip, with at least the weight of no compression.

    Args:
        accept_encoding: All `Accept-Encoding` headers; without one, nothing is compressed.
    """
    weights = dict(_ranges(",".join(accept_encoding)))
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Yield media ranges or codings with their weights; an invalid weight counts as 0."""
    for choice in accept.split(","):
        kind, *parameters = (part.strip().lower() for part in choice.split(";"))
        weights = [parameter for parameter in parameters if re.match(r"q\s*=", parameter)]
        match = _WEIGHT.fullmatch(weights[0]) if weights else None
        yield kind, float(match[1]) if match else 0.0 if weights else 1.0


def _quality(ranges: Sequence[tuple[str, float]], media_type: str) -> tuple[float, int]:
    """Return the weight and exactness of the most exact range that includes a media type."""
    levels = ("*/*", media_type.partition("/")[0] + "/*", media_type)
    found = [(levels.index(kind), weight) for kind, weight in ranges if kind in levels]
    exactness, weight = max(found, default=(-1, 0.0))
    return weight, exactness
