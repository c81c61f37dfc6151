"""Unicode normalisation (UAX 15) in time that grows with the length of the text."""

import functools
import re
import unicodedata
from itertools import groupby
from typing import Literal

__all__ = ["normalise"]

Form = Literal["NFC", "NFKC", "NFKD"]

_PERHAPS_MARKS = re.compile(r"(?:[^\w\s!-~]|[\uff9e\uff9f]){31,}")
"""No writing puts more than thirty marks on one letter (UAX 15, section 13). The two named are letters to Python."""


def normalise(form: Form, text: str) -> str:
    """What `unicodedata.normalize` gives.

    That puts the combining marks after a letter in order in time that grows with the square of their number. Where
    there are more than any writing has, they are put in order first, so that it finds nothing to do.
    """
    if text.isascii():
        return text
    return unicodedata.normalize(form, _PERHAPS_MARKS.sub(lambda run: _in_order(form, run[0]), text))


def _in_order(form: Form, characters: str) -> str:
    decomposed = functools.partial(_decomposed, "NFKD" if form.startswith("NFK") else "NFD")
    parts = []
    for are_marks, run in groupby(map(decomposed, characters), key=lambda one: all(map(unicodedata.combining, one))):
        joined = "".join(run)
        parts.append("".join(sorted(joined, key=unicodedata.combining)) if are_marks else joined)
    return "".join(parts)


@functools.lru_cache(maxsize=4096)
def _decomposed(form: Literal["NFD", "NFKD"], character: str) -> str:
    return unicodedata.normalize(form, character)
