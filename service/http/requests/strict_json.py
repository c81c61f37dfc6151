"""JSON as it is taken here: UTF-8, each key once, numbers that can be held, and no deeper than anything needs."""

import json
import math
from collections.abc import Sequence
from typing import Any

from service.http.problems import ProblemError

__all__ = ["MAX_DEPTH", "MAX_DIGITS", "strict_json"]

MAX_DEPTH = 16
"""Lists and objects within each other that are read at all. Requests need four; parsing and checking go as deep as what
was sent."""

MAX_DIGITS = 40
"""Of a whole number: beyond any that is taken, so that a smaller one is told its bound. Reading one takes time that
grows with the square of its digits."""


def strict_json(data: bytes, depth: int = MAX_DEPTH) -> Any:  # noqa: ANN401 - whatever was sent
    r"""What a JSON text (RFC 8259) says.

    Half a surrogate pair (`"\ud800"`) is let through: whoever validates a field can say which one it is.

    Args:
        data: The text, in UTF-8 without a byte order mark.
        depth: Lists and objects that may lie within each other.

    Raises:
        ProblemError: It is no JSON, or none that everybody reads alike; what was sent is not repeated.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _refused(f"It is not valid UTF-8 (byte {error.start + 1:,}).") from None
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise _refused(_syntax(text, error)) from None
    except RecursionError:
        raise _too_deep(depth) from None
    if data.count(b"[") + data.count(b"{") > depth:  # else it cannot be deeper
        _keep_shallow(value, depth)
    return value


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    kept = dict(pairs)
    if len(kept) < len(pairs):
        raise _refused("An object in it has a key twice, and readers differ on which one counts.")
    return kept


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _refused(f"A number in it has more than {MAX_DIGITS} digits.")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _refused("A number in it is too large.")
    return number


def _constant(name: str) -> float:
    raise _refused("NaN and Infinity are no JSON.")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)


def _keep_shallow(value: Any, depth: int) -> None:  # noqa: ANN401
    """Go down level by level, no further than it may be deep."""
    level = [value]
    for _ in range(depth):
        parts = (part for whole in level for part in (whole.values() if isinstance(whole, dict) else whole))
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return
    raise _too_deep(depth)


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip(" \t\n\r"):
        return "It is empty: send a JSON object."
    if text.startswith("\ufeff"):
        return "It begins with a byte order mark: send it without."
    return f"Look at line {error.lineno:,}, column {error.colno:,}."


def _too_deep(depth: int) -> ProblemError:
    return _refused(f"Its lists and objects lie more than {depth} deep in each other.")


def _refused(detail: str) -> ProblemError:
    return ProblemError(400, "invalid-json", f"The body is not JSON that can be used. {detail}")
