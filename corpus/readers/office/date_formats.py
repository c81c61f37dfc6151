"""Dates, times and durations in the number formats of workbooks."""

import datetime
import functools
import math
from collections.abc import Callable, Sequence

_ENGLISH = 9
_FIRST_LEAP = 60
"""Day number of 29 February 1900, which programs count although it did not exist."""


def shown_date(
    number: float,
    tokens: Sequence[tuple[str, str]],
    language: str | None,
    literal: Callable[[tuple[str, str]], str],
    *,
    since_1904: bool,
) -> str:
    """Return a date, a time or a duration as the tokens of a format show it.

    Args:
        number: In days.
        tokens: Kind and text of each part of the format.
        language: The Windows code of the language of the names, in hexadecimal; English without.
        literal: Returns the text of other tokens.
        since_1904: Whether days are counted from 1904.

    Raises:
        ValueError: It is no date that programs show.
        OverflowError: It is too late a date.
    """
    has_half = any(kind == "half" for kind, _ in tokens)
    fraction = max(
        (len(part) - part.index(".") - 1 for kind, part in tokens if kind == "date" and "." in part), default=0
    )
    moment = _moment(number, min(fraction, 3), since_1904=since_1904)
    seconds = round(number * 86400)
    pieces = []
    for kind, part in tokens:
        if kind in ("date", "minutes"):
            pieces.append(_part(moment, part, kind, language, has_half=has_half))
        elif kind == "half":
            halves = ("AM", "PM") if len(part) > 3 else ("A", "P")
            pieces.append(halves[moment.hour >= 12])
        elif kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[part[0]]
            pieces.append(str(seconds // unit).rjust(len(part), "0"))
        elif not (kind == "other" and part in "@#?0"):
            pieces.append(literal((kind, part)))
    return "".join(pieces)


def _moment(number: float, fraction: int, *, since_1904: bool) -> datetime.datetime:
    if number < 0:
        raise ValueError("no date is negative")
    if since_1904:
        start = datetime.datetime(1904, 1, 1)
    elif number < _FIRST_LEAP:
        start = datetime.datetime(1899, 12, 31)
    else:
        start = datetime.datetime(1899, 12, 30)
    scale = 10**fraction
    units = math.floor(number * 86400 * scale + 0.5)
    return start + datetime.timedelta(seconds=units // scale, microseconds=units % scale * (10**6 // scale))


def _part(moment: datetime.datetime, part: str, kind: str, language: str | None, *, has_half: bool) -> str:
    letter, length = part[0].lower(), len(part)
    if kind == "minutes":
        return str(moment.minute).rjust(length, "0")
    if letter == "y" or letter in "ebg":
        return f"{moment.year:04}" if length > 2 or letter in "ebg" else f"{moment.year % 100:02}"
    if letter == "m" and length > 2:
        name = _name("months", moment.month, language, abbreviated=length == 3)
        return name[:1] if length == 5 else name
    if letter == "d" and length > 2:
        return _name("days", moment.weekday(), language, abbreviated=length == 3)
    if letter == "s":
        whole, _, decimals = part.partition(".")
        tail = f".{moment.microsecond:06}"[: len(decimals) + 1] if decimals else ""
        return str(moment.second).rjust(len(whole), "0") + tail
    hour = (moment.hour + 11) % 12 + 1 if has_half else moment.hour
    return str({"m": moment.month, "d": moment.day, "h": hour}[letter]).rjust(min(length, 2), "0")


@functools.lru_cache(maxsize=1024)
def _name(of: str, number: int, language: str | None, *, abbreviated: bool) -> str:
    """Return the name of a month or a day in the language of a format, by its Windows code; English without one."""
    import locale

    from babel import Locale, UnknownLocaleError

    code = int(language, 16) & 0xFFFF if language else _ENGLISH
    known = locale.windows_locale.get(code, "en_US") if code & 0x3FF != _ENGLISH else "en_US"
    try:
        names = Locale.parse(known)
    except (UnknownLocaleError, ValueError):
        names = Locale.parse("en_US")
    return str(getattr(names, of)["format"]["abbreviated" if abbreviated else "wide"][number])
