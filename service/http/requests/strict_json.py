"""Strict JSON: UTF-8, unique keys, finite numbers, limited nesting."""

import json
import math
from collections.abc import Sequence
from typing import Any

from service.http.problems import ProblemError

MAX_DEPTH = 16
"""Nesting depth of lists and objects. Requests need four; parsing and validation recurse as deep as the body."""

MAX_DIGITS = 40
"""Digits of an integer, more than any valid one has: parsing takes quadratic time."""


def strict_json(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    r"""Parse JSON (RFC 8259).

    An unpaired surrogate (`"\ud800"`) is accepted: the validation of the field can say where it is.

    Args:
        data: JSON in UTF-8 without a byte order mark.

    Raises:
        ProblemError: It is invalid or ambiguous JSON; the message does not repeat it.
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
        raise _too_deep() from None
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:  # otherwise it cannot be deeper
        _check_depth(value)
    return value


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    kept = dict(pairs)
    if len(kept) < len(pairs):
        raise _refused("An object has a duplicate key.")
    return kept


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _refused(f"A number has more than {MAX_DIGITS} digits.")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _refused("A number is too large.")
    return number


def _constant(name: str) -> float:
    raise _refused("NaN and Infinity are not JSON.")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)


def _check_depth(value: Any) -> None:  # noqa: ANN401
    """Raise an error if a value is nested too deep; examine no deeper level."""
    level = [value]
    for _ in range(MAX_DEPTH):
        parts = (part for whole in level for part in (whole.values() if isinstance(whole, dict) else whole))
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return
    raise _too_deep()


def _syntax(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip(" \t\n\r"):
        return "It is empty: send a JSON object."
    if text.startswith("\ufeff"):
        return "It begins with a byte order mark: remove it."
    return f"The error is at line {error.lineno:,}, column {error.colno:,}."


def _too_deep() -> ProblemError:
    return _refused(f"It is nested more than {MAX_DEPTH} levels deep.")


def _refused(detail: str) -> ProblemError:
    return ProblemError(400, "invalid-json", f"The body is not valid JSON. {detail}")
