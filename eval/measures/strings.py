"""Matching of verbatim short answers, as in SQuAD."""

import re
from collections.abc import Iterable

_ARTICLES = frozenset({"a", "an", "the"})


def normalised(text: str) -> str:
    """Return the words of a text in lower case, without articles, with a space around each.

    Case, punctuation, articles and white space are ignored, as in SQuAD's evaluation (Rajpurkar et al., 2016). There,
    punctuation is removed; here it separates words, because strings are searched for within a text, and "12" must be
    found in "12-inch" but not in "2012".
    """
    words = [word for word in re.findall(r"\w+", text.lower()) if word not in _ARTICLES]
    return f" {' '.join(words)} " if words else ""


def holds_any(text: str, strings: Iterable[str]) -> bool:
    """Return whether a normalised text contains one of the normalised strings; a string without words never matches."""
    held = normalised(text)
    return any(wanted in held for wanted in map(normalised, strings) if wanted)
