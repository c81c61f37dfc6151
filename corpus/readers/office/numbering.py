"""Numbers of list items as programs write them: 1, a, A, i, I."""

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MOST_ROMAN = 4000


def numeral(count: int, style: str) -> str:
    """Return a number of a list in a style: `1`, `a`, `A`, `i` or `I`. All else is `1`."""
    if count < 1 or style not in ("a", "A", "i", "I") or (style in "iI" and count >= _MOST_ROMAN):
        return str(count)
    written = _letters(count) if style in "aA" else _roman(count)
    return written.upper() if style.isupper() else written


def _letters(count: int) -> str:
    """Return a, …, z, aa, bb, …, as word processors count."""
    return chr(ord("a") + (count - 1) % 26) * min(1 + (count - 1) // 26, 10)


def _roman(count: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        written += letters * (count // value)
        count %= value
    return written
