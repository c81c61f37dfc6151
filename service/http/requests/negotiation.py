"""Which form of an answer a client asks for in its `Accept` and `Accept-Encoding` headers (RFC 9110, section 12.5)."""

import re
from collections.abc import Iterator, Sequence

__all__ = ["prefers", "takes_gzip"]

_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def prefers(accept: Sequence[str], wanted: str, default: str) -> bool:
    """Whether `wanted` is accepted, and rather than `default`.

    Of two that weigh the same, the one named more exactly is preferred, then the default; so `*/*` asks for that.

    Args:
        accept: Each `Accept` header.
        wanted: A media type, such as `text/event-stream`.
        default: The media type of what is sent otherwise.
    """
    ranges = list(_ranges(",".join(accept)))
    weight, exactness = _quality(ranges, wanted)
    return weight > 0 and (weight, exactness) > _quality(ranges, default)


def takes_gzip(accept_encoding: Sequence[str]) -> bool:
    """Whether a client takes gzip, and at least as gladly as what is not compressed.

    Args:
        accept_encoding: Each `Accept-Encoding` header; without one, nothing is compressed.
    """
    weights = dict(_ranges(",".join(accept_encoding)))
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Media ranges, or codings, with their weights; one whose weight cannot be read counts as refused."""
    for choice in accept.split(","):
        kind, *parameters = (part.strip().lower() for part in choice.split(";"))
        weights = [parameter for parameter in parameters if re.match(r"q\s*=", parameter)]
        read = _WEIGHT.fullmatch(weights[0]) if weights else None
        yield kind, float(read[1]) if read else 0.0 if weights else 1.0


def _quality(ranges: Sequence[tuple[str, float]], media_type: str) -> tuple[float, int]:
    """What the most exact range that covers the media type says of it: its weight, and how exact it is."""
    levels = ("*/*", media_type.partition("/")[0] + "/*", media_type)
    found = [(levels.index(kind), weight) for kind, weight in ranges if kind in levels]
    exactness, weight = max(found, default=(-1, 0.0))
    return weight, exactness
