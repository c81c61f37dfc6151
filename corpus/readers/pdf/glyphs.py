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


def is_unsure(page: Any, text: str) -> bool:  # noqa: ANN401 - pypdfium2 has no types
    """Return whether many letters of a page have no map to Unicode, or a wrong one.

    Args:
        page: A text page of pypdfium2's.
        text: Its text.
    """
    sample = text[:: max(1, len(text) // SAMPLES)]
    is_doubtful = len(_DOUBTFUL.findall(sample)) > len(sample) * SHARE
    return is_doubtful or _has_no_map(page) or (not sample.isascii() and _is_utf_8_taken_for_utf_16(text))


def _has_no_map(page: Any) -> bool:  # noqa: ANN401
    from pypdfium2 import raw

    sampled = range(0, page.count_chars(), max(1, page.count_chars() // SAMPLES))
    without = sum(raw.FPDFText_HasUnicodeMapError(page, at) == 1 for at in sampled)
    return bool(without > len(sampled) * SHARE)


def _is_utf_8_taken_for_utf_16(text: str) -> bool:
    """Return whether the map's letters are in UTF-8, so that Cyrillic, Greek or accents are read as Korean."""
    syllables = _TWO_BYTES.findall(text)
    return len(syllables) >= _ALL_FROM_UTF_8 and all(0x80 <= ord(syllable) & 0xFF <= 0xBF for syllable in syllables)
