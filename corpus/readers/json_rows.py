"""JSON Lines: an object for each record. A record over several lines is read too."""

import json
from collections.abc import Iterator

from corpus.documents import ReadOptions
from corpus.errors import SourceError
from corpus.metadata import TOO_DEEP, TOO_MANY_DIGITS

Rows = Iterator[tuple[int, dict[str, object] | SourceError]]
"""The line of each record, and its fields or why it cannot be read."""

_LOOKED_AT_TWICE = 4
"""How often the characters of a file may be parsed on the way to records over several lines."""

_LINES_COUNTED = 64
"""Characters before an error whose lines are counted in the time that one is parsed: Python counts all of them."""

_DECODER = json.JSONDecoder()


def json_rows(text: str, options: ReadOptions) -> Rows:
    """Yield the records of JSON Lines. A line that cannot be read costs no other record.

    Raises:
        SourceError: The file is one JSON array.
    """
    if _is_array(text):
        raise SourceError("it is a JSON array, not JSON Lines; write each of its objects on its own line")
    left = _LOOKED_AT_TWICE * len(text)
    at = end_of_record = 0
    for number, line in enumerate(text.split("\n"), start=1):
        start, at = at, at + len(line) + 1
        if start < end_of_record or not line.strip():
            continue
        row = _row(line, number)
        if isinstance(row, SourceError) and left > 0 and line.lstrip().startswith("{"):
            longer, end = _over_lines(text, start + line.index("{"))
            left -= end - start if longer is not None else end - start + end // _LINES_COUNTED
            if longer is not None:
                row, end_of_record = longer, end
        yield number, row


def _row(line: str, number: int) -> dict[str, object] | SourceError:
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        return SourceError(f"line {number:,} is not valid JSON; correct or remove it")
    except ValueError:  # Python's limit of digits
        return SourceError(f"line {number:,} {TOO_MANY_DIGITS}")
    except RecursionError:
        return SourceError(f"line {number:,} {TOO_DEEP}")
    return row if isinstance(row, dict) else SourceError(f"line {number:,} is not a JSON object; correct or remove it")


def _over_lines(text: str, start: int) -> tuple[dict[str, object] | None, int]:
    """Return the object that begins here and ends with a later line, or None, and where parsing ended."""
    try:
        row, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return None, error.pos
    except (ValueError, RecursionError):
        return None, len(text)
    after = text.find("\n", end)
    is_whole = isinstance(row, dict) and not text[end : after if after >= 0 else len(text)].strip()
    return row if is_whole else None, end


def _is_array(text: str) -> bool:
    """Return whether the first line opens an array that ends in another line, or holds objects and is the only one."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return False
    first = text.split("\n", 1)[0]
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return True
    return first == text and "{" in first
