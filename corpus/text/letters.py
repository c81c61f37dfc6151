"""Letters and digits in other forms, such as full-width ones, in their ordinary form."""

import functools
import sys
import unicodedata

_FORMS = ("<wide>", "<narrow>", "<font>")
"""Compatibility decompositions that change only the look of a letter."""


def ordinary_letters(text: str) -> str:
    """Return a text with each letter and digit in its ordinary form. It has as many code points as before.

    Full-width and mathematical letters become those of the alphabet, and the decimal digits of every script become 0 to
    9: the vocabularies of language models rarely have the others.
    """
    return text if text.isascii() else text.translate(_ordinary())


@functools.cache
def _ordinary() -> dict[int, str]:
    """Return the ordinary form of each code point that has another form: some 2,000."""
    found: dict[int, str] = {}
    for point in range(128, sys.maxunicode + 1):
        character = chr(point)
        if character.isdecimal():
            found[point] = str(unicodedata.decimal(character))
        elif unicodedata.decomposition(character).startswith(_FORMS):
            plain = unicodedata.normalize("NFKC", character)
            if len(plain) == 1:
                found[point] = plain
    return found
