"""Short answers word for word, as SQuAD has them, and whether a text holds one."""

import re
from collections.abc import Iterable

__all__ = ["holds_any", "normalised"]

_ARTICLES = frozenset({"a", "an", "the"})


def normalised(text: str) -> str:
    """The words of a text in lower case, without articles, a space around each.

    What SQuAD's evaluation ignores (Rajpurkar et al., 2016: case, punctuation, articles, white space) is ignored here.
    There, punctuation vanishes; here it parts words, because strings are looked for within a text and "12" must be
    found in "12-inch" and not in "2012".
    """
    words = [word for word in re.findall(r"\w+", text.lower()) if word not in _ARTICLES]
    return f" {' '.join(words)} " if words else ""


def holds_any(text: str, strings: Iterable[str]) -> bool:
    """Whether a text holds one of the strings, both normalised; a string without a word is held by none."""
    held = normalised(text)
    return any(wanted in held for wanted in map(normalised, strings) if wanted)
