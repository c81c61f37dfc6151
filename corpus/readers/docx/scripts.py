"""Superscripts and subscripts in plain text, kept apart from the figures beside them."""

import re

_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_FORMULA = re.compile(r"[\d+\-−=()n]+", re.ASCII)


def raised(text: str) -> str:
    """Return a superscript. Digits and signs have characters of their own in Unicode; letters stay as they are."""
    return _moved(text, _RAISED)


def lowered(text: str) -> str:
    """Return a subscript, like `raised`."""
    return _moved(text, _LOWERED)


def _moved(text: str, table: dict[int, int]) -> str:
    if _FORMULA.fullmatch(text.strip()):
        return text.translate(table)
    return "".join(character.translate(table) if character.isdigit() else character for character in text)
