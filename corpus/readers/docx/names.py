"""Names in the XML of Word documents (ECMA-376), and their values."""

from typing import Any

_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DIGITS = 9
"""Most digits of a number. Larger ones occur in hostile files only."""


def w(name: str) -> str:
    """Return a name of WordprocessingML, as lxml writes it."""
    return _WORDS + name


def m(name: str) -> str:
    """Return a name of Office Math."""
    return _MATH + name


def a(name: str) -> str:
    """Return a name of DrawingML."""
    return _DRAWING + name


def mc(name: str) -> str:
    """Return a name of markup compatibility: alternatives for older programs."""
    return _COMPATIBILITY + name


def value_of(element: Any, name: str) -> str | None:  # noqa: ANN401 - lxml has no types
    """Return the attribute `w:val` of a child; None without one. `element` may be None."""
    child = None if element is None else element.find(w(name))
    return None if child is None else child.get(w("val"))


def is_on(element: Any, name: str) -> bool | None:  # noqa: ANN401
    """Return whether a child switches a property on or off; None without one. `element` may be None."""
    child = None if element is None else element.find(w(name))
    return None if child is None else is_true(child.get(w("val"), "1"))


def is_true(value: str | None) -> bool:
    """Return whether an attribute says that something is so."""
    return value is not None and value not in ("0", "false", "off")


def number_of(value: str | None) -> int | None:
    """Return a number that is not negative; None for anything else."""
    return int(value) if value and len(value) <= _DIGITS and value.isascii() and value.isdigit() else None
