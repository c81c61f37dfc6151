"""Raised and lowered characters: marks of notes, powers, ordinals, formulas. None is taken for a part of a figure."""

import re
from typing import Any

from corpus.readers.html.unseen import name_of

_RAISED = str.maketrans("0123456789+-−=()nixao", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱˣªº")
_RAISED_SIGNS = re.compile(r"[0-9+\-−=()]+|[nixao]")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_LOWERED_SIGNS = re.compile(r"[0-9+\-−=()]+")
_ENDINGS = frozenset(
    "st nd rd th c d r e er re ère ere nd nde ème eme es os as mo ma me mes lle lles le rs te ter to ta ti".split()
)
"""Endings of ordinals and abbreviations in several languages, which are part of the word before them."""

_MARK = re.compile(r"\d{1,3}|[a-z]|[ivxl]{1,5}", re.IGNORECASE)
_BRACKETED = re.compile(r"[\[(].{1,20}[\])]")
_SIGN = re.compile(r"[^\w\s]{1,3}")
_SAYS_NOTE = re.compile(r"noteref|footnote|endnote|fnref|reference|citation", re.IGNORECASE)
_BEFORE_MARK = '.!?”"’)»'


def is_note_mark(element: Any, text: str, before: str) -> bool:  # noqa: ANN401 - lxml has no types
    """Return whether a raised text or a link refers to a note of the same page or book.

    Args:
        element: A `sup` or an `a`.
        text: Its words.
        before: The character before it, if any.
    """
    link = _link_of(element)
    if link is None or "#" not in link.get("href", "") or not before.strip():
        return False
    if name_of(element) == "sup":
        return True
    follows_word = before.isalnum() or before in _BEFORE_MARK
    says_so = any(_SAYS_NOTE.search(link.get(name, "")) for name in ("class", "epub:type", "role", "rel"))
    return bool(_MARK.fullmatch(text.strip("[]()")) and (says_so or follows_word))


def note_mark(text: str) -> str:
    """Return a mark that cannot be taken for a part of the word or figure before it."""
    return text if not text or _BRACKETED.fullmatch(text) or _SIGN.fullmatch(text) else f"[{text}]"


def superscript(text: str, before: str) -> str:
    """Return raised characters as Unicode has them, or after `^`; endings of ordinals as they are.

    Args:
        text: The raised characters.
        before: The character before them, if any.
    """
    if _RAISED_SIGNS.fullmatch(text) and not (before.isalpha() and text in "ao"):
        return text.translate(_RAISED)
    if not before.isalnum() or not text[:1].isalnum() or text.lower().strip(".") in _ENDINGS:
        return text
    if text == "TM":
        return "™"
    if " " in text or (len(text) > 1 and text.isalpha()):
        return f" {text}"
    return f"^{text}" if len(text) == 1 else f"^({text})"


def subscript(text: str, before: str, after: str = "") -> str:
    """Return lowered characters: figures in a formula as they are, others as Unicode has them, or after `_`.

    Args:
        text: The lowered characters.
        before: The character before them, if any.
        after: The character after them, if any.
    """
    if text.isdecimal() and before.isalpha() and not after.isdecimal():
        return text
    if _LOWERED_SIGNS.fullmatch(text):
        return text.translate(_LOWERED)
    if not before.isalnum() or not text[:1].isalnum():
        return text
    return f" {text}" if " " in text else f"_{text}"


def _link_of(element: Any) -> Any:  # noqa: ANN401
    """Return the link that an element is, that holds it alone, or that it holds."""
    if name_of(element) == "a":
        return element
    inner = next((child for child in element.iter() if name_of(child) == "a"), None)
    if inner is not None:
        return inner
    parent = element.getparent()
    return parent if parent is not None and name_of(parent) == "a" else None
