"""Numbers in words: their values, and the words for a value."""

from collections.abc import Sequence

_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPANISH = {
    **dict(zip("dos tres cuatro cinco seis siete ocho nueve diez".split(), range(2, 11), strict=True)),
    **dict(zip("doce trece catorce quince dieciséis diecisiete dieciocho".split(), range(12, 19), strict=True)),
    **{"diecinueve": 19, "veinte": 20, "cien": 100},
}
"""Spanish numbers, without `uno`, an article, and `once`, an English word."""

CARDINALS = {
    **{word: number for number, word in enumerate(_ONES, start=1)},
    **{word: 10 * number for number, word in enumerate(_TENS, start=2)},
    **_SPANISH,
}
"""Values of the words for numbers up to 100."""

HUNDRED = "hundred"
SCALES = {"thousand": 10**3, "mil": 10**3, "million": 10**6, "billion": 10**9}


def number_at(words: Sequence[str], at: int) -> tuple[int, int]:
    """Return the value of the number that begins at a word, and the number of its words; 0 and 0 if none does.

    Args:
        words: Words in lower case, with numbers in digits as one word without separators. `twenty-one` is two words.
        at: Index of the word.
    """
    total, part, index = 0, 0, at
    least = max(SCALES.values()) + 1
    while index < len(words):
        word = words[index]
        value = CARDINALS.get(word, 0)
        if index == at and word.isdecimal() and len(word) < 19:
            part = int(word)
        elif value and _continues(part, value) and not (index > at and words[at].isdecimal()):
            part += value
        elif word == HUNDRED and part < 100:
            part = max(part, 1) * 100
        elif word in SCALES and SCALES[word] < least and (part or index == at):
            least = SCALES[word]
            total, part = total + max(part, 1) * least, 0
        elif not (word == "and" and words[index - 1] in (HUNDRED, *SCALES) and _is_number(words, index + 1)):
            break
        index += 1
    return total + part, index - at


def in_words(value: int) -> str | None:
    """Return the English words for a number below 100, or a round one up to 999 million; None for others."""
    for scale, name in ((10**6, "million"), (10**3, "thousand"), (100, HUNDRED)):
        if value >= scale and value % scale == 0 and value < 1000 * scale:
            count = in_words(value // scale)
            return f"{count} {name}" if count else None
    if not 0 < value < 100:
        return None
    if value < 20:
        return _ONES[value - 1]
    tens, ones = divmod(value, 10)
    return _TENS[tens - 2] + (f"-{_ONES[ones - 1]}" if ones else "")


def _continues(part: int, value: int) -> bool:
    """Return whether a number word can follow: units after tens, and both after hundreds."""
    if value < 10:
        return part % 10 == 0 and part % 100 != 10
    return part == 0 or (part % 100 == 0 and value < 100)


def _is_number(words: Sequence[str], at: int) -> bool:
    return at < len(words) and words[at] in CARDINALS
