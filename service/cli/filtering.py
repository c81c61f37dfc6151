"""The option `--filter` of `footnote ask`."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from corpus.documents import METADATA_FIELDS, Match
from corpus.errors import InputError

EXTRA = "extra."
_OPERATORS = {"=": "", ">=": "gte", ">": "gt", "<=": "lte", "<": "lt"}
_FILTER = re.compile(r"(?P<name>[^=<>]+?)(?P<operator>!?[=<>]+)(?P<value>.*)", re.DOTALL)
_MATCHES = {
    "document_id": Match.ANY_OF,
    **{field.filter.name: field.filter.match for field in METADATA_FIELDS if field.filter},
}


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
        problem = _problem(name, operator, value)
        if problem is not None:
            raise InputError(f"The filter '{option}' {problem}.")
        is_extra = name.startswith(EXTRA)
        target = filters.setdefault("extra", {}) if is_extra else filters
        present = target.setdefault(name.removeprefix(EXTRA), [] if operator == "=" else {})
        if isinstance(present, list) != (operator == "="):
            raise InputError(f"The filter '{option}' combines a value with a range. Give one or the other.")
        if operator == "=":
            present.extend(_readings(value) if is_extra else [value])
        elif _OPERATORS[operator] in present:
            raise InputError(f"The filter '{option}' is a second bound with {operator}. Give only one.")
        else:
            present[_OPERATORS[operator]] = _readings(value)[-1] if is_extra else value
    return filters


def filter_sentence(sentence: str) -> str:
    """Return a message about a request with the name of a filter as the option has it."""
    return re.sub(r"^filters/(extra/)?([^/:]+)[^:]*", lambda m: f"--filter {EXTRA if m[1] else ''}{m[2]}", sentence)


def _problem(name: str, operator: str, value: str) -> str | None:
    """Return why a filter cannot be used, as the end of a sentence."""
    is_range = _MATCHES.get(name) is Match.DATES
    if operator not in _OPERATORS:
        return f"has the operator {operator}. Use one of {' '.join(_OPERATORS)}"
    if not value:
        return f"has no value after {operator}"
    if name in ("extra", EXTRA):
        return f"does not name a key of the front matter. Use {EXTRA}NAME{operator}{value}"
    if name.startswith(EXTRA):
        return None
    if name not in _MATCHES:
        return f"has an unknown name. Use {EXTRA}{name} for a key of the front matter, or one of: {', '.join(_MATCHES)}"
    if is_range and operator not in (">=", "<"):
        return f"is not a range of dates. Use {name}>=DATE and {name}<DATE"
    if not is_range and operator != "=":
        return f"is not possible. Use {name}={value}"
    return None


def _readings(value: str) -> list[object]:
    """Return a value as text, and as the number or boolean that it may be in front matter."""
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return [value]
    is_scalar = isinstance(read, int) or (isinstance(read, float) and math.isfinite(read))
    return [value, read] if is_scalar else [value]
