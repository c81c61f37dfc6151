"""Numbers that a browser shows before the items of a list, and those of lines of code, which are no part of it."""

from collections.abc import Iterator
from typing import Any

_LINE_NUMBERS = frozenset({"lineno", "linenos", "line-number", "line-numbers", "gutter", "blob-num", "rouge-gutter"})
_LETTERS = 26
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_SMALL = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_MOST_ROMAN = 3999
_DIGITS = 9


def item_numbers(element: Any) -> Iterator[str]:  # noqa: ANN401 - lxml has no types
    """Yield what stands before each item of a list: `3. ` or `c. ` in an ordered list, else nothing."""
    items = [child for child in element if child.tag == "li"]
    style = (element.get("style") or "").lower()
    is_numbered = element.tag == "ol" and not ("list-style" in style and "none" in style)
    is_reversed = element.get("reversed") is not None
    number = _integer(element.get("start"), len(items) if is_reversed else 1)
    for item in items:
        number = _integer(item.get("value"), number)
        yield f"{_written(number, element.get('type', '1'))}. " if is_numbered else ""
        number += -1 if is_reversed else 1


def is_line_number(element: Any) -> bool:  # noqa: ANN401
    """Return whether an element holds the numbers of lines of code."""
    return not _LINE_NUMBERS.isdisjoint((element.get("class") or "").split())


def _integer(text: str | None, default: int) -> int:
    plain = (text or "").strip()
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS else default


def _written(number: int, kind: str) -> str:
    if kind in {"a", "A"} and number > 0:
        letters = ""
        while number > 0:
            number, letter = divmod(number - 1, _LETTERS)
            letters = chr(ord(kind) + letter) + letters
        return letters
    if kind in {"i", "I"} and 0 < number <= _MOST_ROMAN:
        roman = ""
        for value, sign in (*_ROMAN, *_ROMAN_SMALL):
            roman += sign * (number // value)
            number %= value
        return roman if kind == "i" else roman.upper()
    return str(number)
