"""Number formats of workbooks (ECMA-376, 18.8.31): a stored number as the program shows it."""

import decimal
import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from corpus.readers.office.date_formats import shown_date

BUILT_IN = {
    0: "General",
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??"},
    **{14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm"},
    **{21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)"},
    **{40: "#,##0.00;(#,##0.00)", 41: "#,##0;-#,##0;-", 42: "#,##0;-#,##0;-", 43: "#,##0.00;-#,##0.00;-"},
    **{44: "#,##0.00;-#,##0.00;-", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@"},
    **dict.fromkeys([*range(27, 37), *range(50, 59)], "yyyy-mm-dd"),
}
"""Formats that files name by number alone. Those whose form depends on the country (14, 22, 27…) are ISO dates here."""

_LONGEST = 255
"""Characters of a format; programs allow no more."""

_SYSTEM_DATES = {
    "[$-f800]": "yyyy-mm-dd",
    "[$-x-sysdate]": "yyyy-mm-dd",
    "[$-f400]": "h:mm:ss",
    "[$-x-systime]": "h:mm:ss",
}
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<width>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]?'
    r"|(?P<general>General)|(?P<half>AM/PM|A/P)|(?P<exponent>E[+-])|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+(?:\.0+)?|e+|b+|g+)"
    r"|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d{1,20}(?:\.\d{1,20})?)")
_LOCALE = re.compile(r"\$(?P<symbol>[^-]*)(?:-(?P<code>[0-9A-Fa-f]{1,8}))?")
_GENERAL_CHARACTERS = 11
"""Characters of a number in the format `General`; a fraction is rounded to them. Whole numbers are not."""

_SMALLEST, _LEAST_DECIMAL = 1e-9, 1e-4
_DIGITS = frozenset("0#?")
_CONTEXT = decimal.Context(prec=400, rounding=decimal.ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class _Section:
    tokens: Sequence[tuple[str, str]]
    condition: tuple[str, float] | None
    language: str | None

    @property
    def is_date(self) -> bool:
        return any(kind in ("date", "half", "elapsed") for kind, _ in self.tokens)


def shown(value: str, code: str, *, since_1904: bool = False) -> str:
    """Return a stored number as a format shows it. What cannot be shown in it is shown as in the format `General`.

    Args:
        value: The number as the file has it.
        code: The format.
        since_1904: Whether days are counted from 1904.
    """
    try:
        number = float(value)
    except ValueError:
        return value
    if not math.isfinite(number):
        return value
    if len(code) > _LONGEST:
        return _general(number)
    try:
        return _applied(number, value, _sections(code), since_1904=since_1904)
    except (ArithmeticError, ValueError):  # dates out of range
        return _general(number)


def shown_text(text: str, code: str) -> str:
    """Return a text as a format with a part for texts shows it."""
    if "@" not in code or len(code) > _LONGEST:
        return text
    parts = _sections(code)
    section = parts[3] if len(parts) > 3 else parts[-1]
    if ("other", "@") not in section.tokens:
        return text
    return "".join(text if token == ("other", "@") else _literal(token) for token in section.tokens)


def _applied(number: float, value: str, sections: Sequence[_Section], *, since_1904: bool) -> str:
    section, is_absolute = _section_for(number, sections)
    if not section.tokens:
        return ""
    if section.is_date:
        return shown_date(number, section.tokens, section.language, _literal, since_1904=since_1904)
    exact = decimal.Decimal(value.strip())
    if any(kind == "general" for kind, _ in section.tokens) or ("other", "@") in section.tokens:
        text = _general(abs(number) if is_absolute else number)
        return "".join(
            text if kind == "general" or part == "@" else _literal((kind, part)) for kind, part in section.tokens
        )
    text = _number(abs(exact), section.tokens)
    return f"-{text.lstrip(' ')}" if number < 0 and not is_absolute else text


def _section_for(number: float, sections: Sequence[_Section]) -> tuple[_Section, bool]:
    """Return the section for a number, and whether it shows a negative number without its sign."""
    if any(section.condition for section in sections):
        for section in sections[:3]:
            if section.condition is None or _holds(number, section.condition):
                return section, number < 0 and section.condition is not None and section is not sections[0]
        return sections[-1], False
    if len(sections) > 2 and number == 0:
        return sections[2], False
    if len(sections) > 1 and number < 0:
        return sections[1], True
    return sections[0], False


def _holds(number: float, condition: tuple[str, float]) -> bool:
    sign, limit = condition
    return {
        "<": number < limit,
        ">": number > limit,
        "=": number == limit,
        "<=": number <= limit,
        ">=": number >= limit,
        "<>": number != limit,
    }[sign]


@functools.lru_cache(maxsize=1024)
def _sections(code: str) -> Sequence[_Section]:
    for mark, form in _SYSTEM_DATES.items():
        if mark in code.lower():
            code = form
    parts: list[list[tuple[str, str]]] = [[]]
    for found in _TOKEN.finditer(code):
        kind = found.lastgroup or "quoted"
        if kind == "other" and found["other"] == ";":
            parts.append([])
        else:
            parts[-1].append((kind, found[kind] or ""))
    return [_section(part) for part in parts[:4]]


def _section(parts: Sequence[tuple[str, str]]) -> _Section:
    tokens: list[tuple[str, str]] = []
    condition, language = None, None
    for kind, part in parts:
        if kind != "bracket":
            tokens.append((kind, part))
        elif part and set(part.lower()) in ({"h"}, {"m"}, {"s"}):
            tokens.append(("elapsed", part.lower()))
        elif compared := _CONDITION.fullmatch(part):
            condition = compared[1], float(compared[2])
        elif place := _LOCALE.fullmatch(part):
            if place["symbol"]:
                tokens.append(("quoted", place["symbol"]))
            language = place["code"] or language
    return _Section(_with_minutes(tokens), condition, language)


def _with_minutes(tokens: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return tokens with months told apart from minutes: `m` after hours or before seconds is minutes."""
    found = list(tokens)
    times = [at for at, (kind, _) in enumerate(found) if kind in ("date", "elapsed")]
    for before, at, after in zip([None, *times], times, [*times[1:], None], strict=False):
        kind, part = found[at]
        if kind != "date" or part[0] not in "mM" or len(part) > 2:
            continue
        follows = before is not None and found[before][1][0] in "hH"
        precedes = after is not None and found[after][1][0] in "sS"
        if follows or precedes:
            found[at] = "minutes", part
    return found


def _literal(token: tuple[str, str]) -> str:
    kind, part = token
    return " " if kind == "width" or (kind == "fill" and part == " ") else "" if kind == "fill" else part


def _general(number: float) -> str:
    if number == int(number) and abs(number) < 10**15:
        return str(int(number))
    text = f"{decimal.Decimal(f'{number:.15g}'):f}" if _SMALLEST < abs(number) < 10**15 else f"{number:.6g}"
    if len(text.lstrip("-")) > _GENERAL_CHARACTERS and abs(number) < 10**15:
        decimals = max(_GENERAL_CHARACTERS - 1 - len(str(int(abs(number)))), 0)
        text = f"{number:.{decimals}f}" if abs(number) >= _LEAST_DECIMAL else f"{number:.6g}"
    return (text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text).replace("e", "E")


# Numbers


def _number(number: decimal.Decimal, tokens: Sequence[tuple[str, str]]) -> str:
    if ("other", "/") in tokens:
        return _fraction(number, tokens)
    exponent = next((at for at, (kind, _) in enumerate(tokens) if kind == "exponent"), None)
    if exponent is not None:
        return _scientific(number, tokens, exponent)
    percents = sum(1 for kind, part in tokens if kind == "other" and part == "%")
    return _filled(_CONTEXT.scaleb(number, 2 * percents), tokens)


def _is_digit(token: tuple[str, str]) -> bool:
    return token[0] == "other" and token[1] in _DIGITS


def _filled(number: decimal.Decimal, tokens: Sequence[tuple[str, str]]) -> str:
    """Return a number in the placeholders of a format, with its literals."""
    places = [at for at, token in enumerate(tokens) if _is_digit(token)]
    if not places:
        return "".join(_literal(token) for token in tokens)
    point = next((at for at, token in enumerate(tokens) if token == ("other", ".")), len(tokens))
    commas = [at for at, token in enumerate(tokens) if token == ("other", ",")]
    whole = [at for at in places if at < point]
    last = whole[-1] if whole else -1
    grouped = any(whole and whole[0] < at < last for at in commas)
    scale = 0
    while places[-1] + scale + 1 in commas:
        scale += 1
    fraction = [at for at in places if at > point]
    rounded = _CONTEXT.quantize(_CONTEXT.scaleb(number, -3 * scale), decimal.Decimal(1).scaleb(-len(fraction)))
    digits, _, decimals = f"{rounded:f}".partition(".")
    written = dict(zip(fraction, _optional(decimals, [tokens[at][1] for at in fraction]), strict=True))
    written.update(_whole_digits(digits.lstrip("0"), whole, tokens, grouped=grouped))
    if not whole and digits.strip("0"):
        written[point] = f"{digits}."
    pieces = []
    for at, token in enumerate(tokens):
        if at in written:
            pieces.append(written[at])
        elif at not in commas or (not grouped and at < places[0]):
            pieces.append(_literal(token))
    return "".join(pieces)


def _optional(decimals: str, marks: Sequence[str]) -> list[str]:
    """Return the digits after the point, without zeros at the end where the placeholder is `#`."""
    kept = len(decimals)
    while kept and decimals[kept - 1] == "0" and marks[kept - 1] != "0":
        kept -= 1
    return [digit if at < kept else "" for at, digit in enumerate(decimals)]


def _whole_digits(
    digits: str, places: Sequence[int], tokens: Sequence[tuple[str, str]], *, grouped: bool
) -> dict[int, str]:
    """Return what is written at each placeholder before the point; the first one takes all digits that are left."""
    needed = next((len(places) - at for at, place in enumerate(places) if tokens[place][1] == "0"), 0)
    digits = digits.rjust(needed, "0")
    written: dict[int, str] = {}
    for at, place in enumerate(reversed(places)):
        is_first = at == len(places) - 1
        end = max(len(digits) - at, 0)
        taken = digits[:end] if is_first else digits[max(end - 1, 0) : end]
        if grouped:
            start = end - len(taken)
            right = [len(digits) - 1 - start - n for n in range(len(taken))]
            taken = "".join(d + ("," if r and r % 3 == 0 else "") for d, r in zip(taken, right, strict=True))
        written[place] = taken
    return written


def _scientific(number: decimal.Decimal, tokens: Sequence[tuple[str, str]], exponent: int) -> str:
    after = [at for at, token in enumerate(tokens) if at > exponent and _is_digit(token)]
    mantissa = tokens[:exponent]
    whole = max(1, sum(1 for token in mantissa[: _point(mantissa)] if _is_digit(token)))
    power = number.adjusted() if number else 0
    power -= power % whole
    text = _filled(_CONTEXT.scaleb(number, -power), mantissa)
    sign = "-" if power < 0 else "+" if tokens[exponent][1].endswith("+") else ""
    tail = "".join(_literal(token) for token in tokens[exponent + 1 :] if not _is_digit(token))
    return f"{text}E{sign}{str(abs(power)).rjust(len(after), '0')}{tail}"


def _point(tokens: Sequence[tuple[str, str]]) -> int:
    return next((at for at, token in enumerate(tokens) if token == ("other", ".")), len(tokens))


def _fraction(number: decimal.Decimal, tokens: Sequence[tuple[str, str]]) -> str:
    form = "".join(part for kind, part in tokens if kind == "other")
    before, _, after = form.partition("/")
    mixed = " " in before.strip()
    value = Fraction(number) if number < 10**15 else Fraction(int(number))
    whole = int(value) if mixed else 0
    fixed = after.strip()
    if fixed.isdecimal() and fixed.strip("0"):
        bottom = int(fixed)
        top = math.floor((value - whole) * bottom + Fraction(1, 2))
    else:
        rest = (value - whole).limit_denominator(10 ** max(1, min(sum(c in _DIGITS for c in after), 4)) - 1)
        top, bottom = rest.numerator, rest.denominator
    if mixed and top == bottom:
        whole, top = whole + 1, 0
    if not top:
        return str(whole)
    return f"{whole} {top}/{bottom}" if whole else f"{top}/{bottom}"
