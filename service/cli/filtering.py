"""The option `--filter` of `footnote ask`."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from corpus.errors import InputError

EXTRA = "extra."
_OPERATORS = {">=": "gte", ">": "gt", "<=": "lte", "<": "lt"}
_FILTER = re.compile(r"(?P<name>.+?)(?P<operator>>=|<=|>|<|=)(?P<value>.+)", re.DOTALL)


def parsed_filters(given: Sequence[str]) -> dict[str, Any]:
    """Return the `filters` of a request for options such as `tag=truce`, `published>=2017-01-19`, `extra.year<2014`.

    Raises:
        InputError: An option has another form.
    """
    filters: dict[str, Any] = {}
    for option in given:
        match = _FILTER.fullmatch(option)
        if match is None:
            raise InputError(f"The filter '{option}' is not of the form NAME=VALUE, such as tag=truce.")
        name, operator, value = match["name"], match["operator"], match["value"]
        is_extra = name.startswith(EXTRA)
        target = filters.setdefault("extra", {}) if is_extra else filters
        name = name.removeprefix(EXTRA) if is_extra else name
        present = target.setdefault(name, [] if operator == "=" else {})
        if isinstance(present, list) != (operator == "="):
            raise InputError(f"The filter '{option}' combines a value with a range. Give one or the other.")
        if operator == "=":
            present.extend(_readings(value) if is_extra else [value])
        else:
            present[_OPERATORS[operator]] = _readings(value)[-1] if is_extra else value
    return filters


def _readings(value: str) -> list[object]:
    """Return a value as text, and as the number or boolean that it may be in front matter."""
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return [value]
    is_scalar = isinstance(read, int) or (isinstance(read, float) and math.isfinite(read))
    return [value, read] if is_scalar else [value]
