"""PDFs with words at given places."""

from collections.abc import Sequence

from tests.corpus.readers.files import only, pdf

Item = tuple[float, float, str] | tuple[float, float, str, float]
"""Left, base line, words, and size in points (11 if left out)."""


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


def text_of(*pages: Sequence[Item]) -> str:
    return only(drawn(*pages), "a.pdf").text


def paragraphs_of(*pages: Sequence[Item]) -> list[str]:
    return text_of(*pages).split("\n\n")
