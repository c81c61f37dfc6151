"""Where the letters of a canonical text are among the letters of its page.

The two hold the same words in different orders: the file's own, and that of reading. They differ in hyphens, blanks,
forms of letters and separators of cells, which are left out of the comparison.
"""

import re
import unicodedata
from collections.abc import Sequence

_LENGTHS = (24, 12, 6, 3, 1)
"""Letters that are compared at once, the longest first: what occurs once in both is the same."""

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"

_PLAIN = str.maketrans({"ı": "i", "ȷ": "j", **dict.fromkeys(_DASHES, "-")})

_LEFT_OUT = re.compile("[\\s|\u00ad\u200b\u2060\ufeff\ufffe`´¨ˆ˜¯˘˙˚˝ˇ¸˛]")
"""Blanks, separators, soft hyphens, and accents that a font has apart."""

_HYPHENS = re.compile(f"[-{_DASHES}](?![0-9])|(?<=\\w)[-{_DASHES}]")
"""Hyphens and dashes, of which the reader leaves out some. The sign of a number is none."""

_CHARACTERS = re.compile("[\ud800-\udbff][\udc00-\udfff]|.", re.DOTALL)
"""Characters. PDFium gives two code points for each beyond the first 65,536."""

_NONE = -1


def letters_of(text: str) -> tuple[str, list[int]]:
    """Return the letters of a text that are compared, in plain forms, and the index in the text of each."""
    letters: list[str] = []
    places: list[int] = []
    for found in _CHARACTERS.finditer(_HYPHENS.sub(" ", text)):
        character = found[0]
        if not character.isascii():
            whole = character.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            character = unicodedata.normalize("NFKD", whole)
        for letter in character:
            if not (unicodedata.combining(letter) or _LEFT_OUT.match(letter)):
                letters.append(letter)
                places.append(found.start())
    return "".join(letters).translate(_PLAIN), places


def aligned(text: str, page: str, parts: Sequence[int]) -> list[int]:
    """Return for each letter of a text the index of the same letter of its page; -1 for none.

    A row of letters that occurs once in both is the same. From there, the match goes on as long as the letters are
    equal, within a part of the page. Then shorter and shorter rows are matched, and at last those that occur more
    often, in their order.

    Args:
        text: The letters of the text.
        page: The letters of the page.
        parts: For each letter of the page, the number of the part of a line that has it.
    """
    found = [_NONE] * len(text)
    taken = [False] * len(page)
    for most in (1, None):
        for length in _LENGTHS:
            on_page = _rows(page, length, taken)
            for row, places in _rows(text, length, [place != _NONE for place in found]).items():
                others = on_page.get(row, ())
                if most is None or len(places) == len(others) == most:
                    for at, place in zip(places, others, strict=False):
                        _extend(text, page, parts, found, taken, at, place)
    return found


def _rows(letters: str, length: int, is_used: Sequence[bool]) -> dict[str, list[int]]:
    """Return the places of each row of letters that begins and ends with unused ones."""
    places: dict[str, list[int]] = {}
    for at in range(len(letters) - length + 1):
        if not (is_used[at] or is_used[at + length - 1]):
            places.setdefault(letters[at : at + length], []).append(at)
    return places


def _extend(
    text: str, page: str, parts: Sequence[int], found: list[int], taken: list[bool], at: int, place: int
) -> None:
    """Match the letters at two places, and those before and after them that are equal, within a part of the page."""
    if found[at] != _NONE or taken[place] or text[at] != page[place]:
        return
    part = parts[place]
    for step in (1, -1):
        here, there = (at, place) if step == 1 else (at - 1, place - 1)
        while (
            0 <= here < len(text)
            and 0 <= there < len(page)
            and found[here] == _NONE
            and not taken[there]
            and parts[there] == part
            and text[here] == page[there]
        ):
            found[here], taken[there] = there, True
            here, there = here + step, there + step
