"""PDFs with words at given places."""

from collections.abc import Sequence

from tests.corpus.readers.files import only, pdf

Item = tuple[float, float, str] | tuple[float, float, str, float]
"""Left, base line, words, and size in points (11 if left out)."""

_BY_WIDTH = {222: "ijl", 278: "ft.", 333: "r", 500: "ckvsxyz", 556: "abdeghnopqu0123456789", 722: "wHR", 833: "mM"}

_WIDTHS = {letter: width for width, letters in _BY_WIDTH.items() for letter in letters}
"""Widths of letters of Helvetica, in thousandths of the size."""


def drawn(*pages: Sequence[Item], page: str = "") -> bytes:
    """A PDF whose pages have words at given places, in the given order."""
    return pdf([[_operators(items)] if items else [] for items in pages], page=page)


def _operators(items: Sequence[Item]) -> str:
    parts = [_operator(*item) for item in items]
    return f") Tj {' '.join(parts)} ("


def _operator(left: float, base: float, words: str, size: float = 11) -> str:
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"/F1 {size} Tf 1 0 0 1 {left} {base} Tm ({escaped}) Tj"


def block(left: float, top: float, lines: Sequence[str], size: float = 11, step: float = 14) -> list[Item]:
    """Lines below each other."""
    return [(left, top - step * at, line, size) for at, line in enumerate(lines)]


def justified(left: float, top: float, lines: Sequence[str], width: float, size: float = 11) -> list[Item]:
    """Lines below each other whose words fill a width, except for the last line. Letters have a width in `_WIDTHS`."""
    items: list[Item] = [(left, top - 14 * (len(lines) - 1), lines[-1], size)]
    for at, line in enumerate(lines[:-1]):
        words = line.split()
        drawn_widths = [sum(_WIDTHS[letter] for letter in word) * size / 1000 for word in words]
        space, x = (width - sum(drawn_widths)) / (len(words) - 1), left
        for word, word_width in zip(words, drawn_widths, strict=True):
            items.insert(-1, (x, top - 14 * at, word, size))
            x += word_width + space
    return items


def text_of(*pages: Sequence[Item]) -> str:
    return only(drawn(*pages), "a.pdf").text


def paragraphs_of(*pages: Sequence[Item]) -> list[str]:
    return text_of(*pages).split("\n\n")
