"""JSON: an object for each record, in lines or in an array. A record over several lines is read too."""

import json
import re
from collections.abc import Iterator

from corpus.documents import ReadOptions
from corpus.errors import SourceError
from corpus.metadata import TOO_DEEP, TOO_MANY_DIGITS

Rows = Iterator[tuple[int, dict[str, object] | SourceError]]
"""The line or position of each record, and its fields or why it cannot be read."""

_LOOKED_AT_TWICE = 4
"""How often the characters of a file may be parsed on the way to records over several lines."""

_LINES_COUNTED = 64
"""Characters before an error whose lines are counted in the time that one is parsed: Python counts all of them."""

_WHITE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def json_rows(text: str, options: ReadOptions) -> Rows:
    """Yield the records of JSON Lines. A line that cannot be read costs no other record."""
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


def array_rows(text: str, options: ReadOptions) -> Rows:
    """Yield the records of a JSON array, or of the one array of objects in a JSON object, by their position.

    Raises:
        SourceError: It is not valid JSON from some record on, or has no array of objects.
    """
    start = _past_white(text, 0)
    if text.startswith("[", start):
        yield from _array(text, start)
        return
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(_invalid(error)) from None
    except ValueError:
        raise SourceError(f"it {TOO_MANY_DIGITS}") from None
    except RecursionError:
        raise SourceError(f"it {TOO_DEEP}") from None
    arrays = [value for value in whole.values() if _is_of_objects(value)] if isinstance(whole, dict) else []
    if len(arrays) == 1:
        yield from enumerate(arrays[0], start=1)
    elif isinstance(whole, dict) and options.text_field in whole:
        yield 1, whole
    else:
        found = "with several lists" if arrays else "without a list"
        raise SourceError(f"it is JSON {found} of objects; write one object per line and name it .jsonl")


def _array(text: str, start: int) -> Rows:
    at, number = _past_white(text, start + 1), 0
    while not text.startswith("]", at):
        number += 1
        try:
            row, at = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise SourceError(_invalid(error)) from None
        except ValueError:
            raise SourceError(f"record {number:,} {TOO_MANY_DIGITS}") from None
        except RecursionError:
            raise SourceError(f"record {number:,} {TOO_DEEP}") from None
        is_record = isinstance(row, dict)
        yield number, row if is_record else SourceError(f"record {number:,} is not a JSON object; correct or remove it")
        at = _past_white(text, at)
        if text.startswith(",", at):
            at = _past_white(text, at + 1)
        elif not text.startswith("]", at):
            raise SourceError(f"it is not valid JSON after record {number:,}; correct it, or write one object per line")
    if _past_white(text, at + 1) < len(text):
        raise SourceError("it has more after its JSON array; write one object per line and name it .jsonl")


def _invalid(error: json.JSONDecodeError) -> str:
    return f"it is not valid JSON (line {error.lineno:,}, column {error.colno:,}); correct it"


def _is_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _past_white(text: str, at: int) -> int:
    white = _WHITE.match(text, at)
    return white.end() if white else at
