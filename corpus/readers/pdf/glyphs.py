"""Detection of unreliable text in PDFs.

A font in a PDF draws shapes. The map from shapes to letters may be missing or wrong.
"""

import re
from typing import Any

SAMPLES = 64
"""Sampled letters per page; checking all of them costs as much as reading them."""

SHARE = 0.25
"""Share of unmapped letters above which a page is unreliable. A few are bullets and rules."""

_DOUBTFUL = re.compile("[\x01-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]")
"""Control characters, the replacement character, and private use characters."""

_TWO_BYTES = re.compile("[\uc280-\ud7ff]")
"""Korean syllables, which two bytes of UTF-8 become if they are read as one UTF-16 letter."""

_ALL_FROM_UTF_8 = 16
"""Syllables needed: among this many in Korean, at most four end in 80 to BF by chance."""

GARBLED_SAMPLE = 4_000
"""Characters of a page whose words are looked at."""

_GARBLED_WORDS = 12
"""Words of four Latin letters or more that are needed."""

_GARBLED_SHARE = 0.2
"""Share of odd words above which a page is garbled."""

_RARE = re.compile("[jqxJQX]")

_RARE_SHARE = 0.09
"""Share of the rarest letters above which a page is garbled."""

_SIGN_IN_WORD = re.compile(r"[A-Za-z][\\^`{|}~<=>\[\]#$%*+!?;:]{1,9}(?=[A-Za-z])")

_WORDS = re.compile(r"[A-Za-z\u00c0-\u024f]{4,}")

_VOWELS = re.compile(r"[aeiouyAEIOUY\u00c0-\u024f]")

_CONSONANTS = re.compile("[BCDFGHJKLMNPQRSTVWXZbcdfghjklmnpqrstvwxz]{6}")

_ACCENTED = re.compile("[\u00c0-\u024f]")


def is_unsure(page: Any, text: str) -> bool:  # noqa: ANN401 - pypdfium2 has no types
    """Return whether many letters of a page have no map to Unicode, or a wrong one.

    Args:
        page: A text page of pypdfium2's.
        text: Its text.
    """
    sample = text[:: max(1, len(text) // SAMPLES)]
    is_doubtful = len(_DOUBTFUL.findall(sample)) > len(sample) * SHARE
    return (
        is_doubtful
        or _has_no_map(page)
        or (not sample.isascii() and _is_utf_8_taken_for_utf_16(text))
        or is_garbled(text)
    )


def _has_no_map(page: Any) -> bool:  # noqa: ANN401
    from pypdfium2 import raw

    sampled = range(0, page.count_chars(), max(1, page.count_chars() // SAMPLES))
    without = sum(raw.FPDFText_HasUnicodeMapError(page, at) == 1 for at in sampled)
    return bool(without > len(sampled) * SHARE)


def _is_utf_8_taken_for_utf_16(text: str) -> bool:
    """Return whether the map's letters are in UTF-8, so that Cyrillic, Greek or accents are read as Korean."""
    syllables = _TWO_BYTES.findall(text)
    return len(syllables) >= _ALL_FROM_UTF_8 and all(0x80 <= ord(syllable) & 0xFF <= 0xBF for syllable in syllables)


def is_garbled(text: str) -> bool:
    """Return whether many words of a page cannot be words: the map's letters are those of other glyphs."""
    sample = text[:GARBLED_SAMPLE]
    words = _WORDS.findall(sample)
    if len(words) < _GARBLED_WORDS:
        return False
    letters = "".join(words)
    odd = sum(map(_is_odd, words)) + len(_SIGN_IN_WORD.findall(sample))
    return odd > len(words) * _GARBLED_SHARE or len(_RARE.findall(letters)) > len(letters) * _RARE_SHARE


def _is_odd(word: str) -> bool:
    """Return whether a word of Latin letters has no vowel, many letters without one, or mostly accented letters."""
    if not _VOWELS.search(word) or _CONSONANTS.search(word):
        return True
    return len(_ACCENTED.findall(word)) * 2 > len(word)
