"""Unicode normalisation (UAX 15) in linear time."""

import functools
import re
import unicodedata
from itertools import groupby
from typing import Literal

Form = Literal["NFC", "NFKC", "NFKD"]

_PERHAPS_MARKS = re.compile(r"(?:[^\w\s!-~]|[\uff9e\uff9f]){31,}")
"""Runs of more than thirty marks, which no writing system has (UAX 15, section 13). Python counts the two named marks
as letters."""


def normalise(form: Form, text: str) -> str:
    """Return the result of `unicodedata.normalize`.

    That function sorts the combining marks after a letter in quadratic time. Runs longer than any writing system has
    are sorted here first, which leaves it nothing to sort.
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
