"""Whether the letters of a PDF's page are surely those that it shows.

A font in a PDF draws shapes; which letters they are stands in a map beside it, which may be missing or wrong.
"""

import re
from typing import Any

__all__ = ["is_unsure"]

SAMPLES = 64
"""Letters of a page whose maps are looked at: asking for all of them costs as much as reading them."""

SHARE = 0.25
"""Some missing letters are bullets and rules; from this share of a page's on, words are."""

_DOUBTFUL = re.compile("[\x01-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]")
"""Control characters, the sign for what cannot be decoded, and private letters."""

_TWO_BYTES = re.compile("[\uc280-\ud7ff]")
"""What two bytes of UTF-8 become if they are taken for one letter of UTF-16: syllables of Korean."""

_ALL_FROM_UTF_8 = 16
"""Of so many syllables in Korean, four to none end in 80 to BF by chance."""


def is_unsure(page: Any, text: str) -> bool:  # noqa: ANN401 - pypdfium2 has no types
    """Whether many letters have no map to Unicode, or a wrong one.

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
    """Some programs write the map's letters in UTF-8: Cyrillic, Greek or accents are then read as Korean."""
    syllables = _TWO_BYTES.findall(text)
    return len(syllables) >= _ALL_FROM_UTF_8 and all(0x80 <= ord(syllable) & 0xFF <= 0xBF for syllable in syllables)
