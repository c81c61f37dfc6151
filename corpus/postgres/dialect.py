"""Statements of `corpus.store` in PostgreSQL's SQL.

The statements use the SQL that both databases share, apart from the forms below. PostgreSQL refuses a form that is
missing here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from corpus.store import READER_VERSION_SQL

_PLACE = re.compile(r"(IN \(SELECT value FROM json_each\(\?\)\))|(\?)|(?<!:):([a-z_]\w*)")
_HINT = re.compile(r" INDEXED BY \w+| NOT INDEXED")
_READER_VERSION = "coalesce((pages::jsonb -> -1 ->> 'reader')::bigint, 1)"

Values = Sequence[object] | Mapping[str, object]


@lru_cache(maxsize=256)
def translated(statement: str) -> tuple[str, frozenset[int]]:
    """Return a statement in PostgreSQL's SQL, and the positions of those values that are JSON arrays."""
    arrays: set[int] = set()
    position = 0

    def placed(found: re.Match[str]) -> str:
        nonlocal position
        if found[3]:
            return f"%({found[3]})s"
        position += 1
        if found[1]:
            arrays.add(position - 1)
            return "= ANY(%s)"
        return "%s"

    portable = _HINT.sub("", statement.replace(READER_VERSION_SQL, "@reader")).replace("%", "%%")
    return _PLACE.sub(placed, portable).replace("@reader", _READER_VERSION), frozenset(arrays)


def with_arrays(values: Values, arrays: frozenset[int]) -> Values:
    """Return the values of a statement with JSON arrays as lists."""
    if not arrays or isinstance(values, Mapping):
        return values
    return [json.loads(str(value)) if at in arrays else value for at, value in enumerate(values)]
