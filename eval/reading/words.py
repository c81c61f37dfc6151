"""The words of a text, for the comparison of two readings of one document."""

import unicodedata

import regex

_BOUNDARY = regex.compile(r"\b", regex.WORD | regex.V1)
_INVISIBLE = regex.compile(r"[\p{Cf}--\u200b]", regex.V1)
"""Format characters, such as soft hyphens and joiners. A zero-width space stays: it separates words."""

_NUMERAL = regex.compile(r"\p{N}")
_NOT_SPELT = regex.compile(r"[^\p{L}\p{M}\p{N}]")


def words(text: str) -> list[str]:
    """Return the words of a text in its order.

    Words are those of Unicode Standard Annex #29 that have a letter or a numeral: `don't`, `3.14` and `1,000` are one
    word, `well-known` is two, and each Chinese character is one. They are casefolded, in NFC, without format characters
    such as soft hyphens; a right quotation mark is an apostrophe, and an underscore separates. Digits stay as they are:
    `m²` is not `m2`.
    """
    visible = _INVISIBLE.sub("", text).replace("’", "'").replace("_", " ")
    folded = unicodedata.normalize("NFC", visible.casefold())
    return [word for word in _BOUNDARY.split(folded) if any(map(str.isalnum, word))]


def has_numeral(word: str) -> bool:
    """Return whether a word has a digit or another numeral, such as `½` (Unicode category N)."""
    return _NUMERAL.search(word) is not None


def spelling(word: str) -> str:
    """Return the letters, marks and numerals of a word, without the punctuation in it."""
    spelt: str = _NOT_SPELT.sub("", word)
    return spelt
