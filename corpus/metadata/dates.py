"""Parsing of dates in prose; ambiguous dates are not parsed."""

import datetime
import re

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:$|[T ]\d{2}:)")
_NUMBERS = re.compile(r"(?:(?P<day>[A-Za-z]{3,9}\.?,?)\s+)?(\d{1,4})([./-])(\d{1,2})\3(\d{2,4})(?:,?\s.*)?")
_TIME = r"(?:,? ?(?:-|–|at|a las)? ?\d{1,2}[:.]\d{2}.{0,20})?"  # white space is single spaces here
_WORDS = re.compile(
    r"(?:\w{2,12}\.?, )?(?P<date>"
    r"[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}"  # September 5, 2020
    r"|\d{1,2}(?:st|nd|rd|th|\.|º)? (?:de |of )?[^\W\d_]{3,12}\.?,? (?:de |del )?\d{4}"  # 5 de enero
    r")" + _TIME
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_date(text: str, language: str | None = None) -> datetime.date | None:
    """Return the day of a text that is only a date, with or without a weekday and a time.

    `04/12/2023` is in April in one country and in December in another: it is parsed only if one of its numbers
    cannot be a month, or a weekday fits one reading only.

    Args:
        text: `2017-01-19`, `Wed, 04/12/2023 - 6:46pm`, `September 5, 2020`, `5 de enero de 2020`.
        language: BCP 47 tag; names of months are parsed in this language and in English.
    """
    text = " ".join(text.split())
    if len(text) > 60:
        return None
    iso = _ISO.match(text)
    if iso:
        return _day(*(int(part) for part in iso.groups()))
    numbers = _NUMBERS.fullmatch(text)
    if numbers:
        return _from_numbers(numbers)
    words = _WORDS.fullmatch(text)
    return _from_words(words["date"], language) if words else None


def _from_numbers(match: re.Match[str]) -> datetime.date | None:
    weekday = (match["day"] or "")[:3].lower()
    if match["day"] and match["day"].isalpha() and weekday not in _WEEKDAYS:
        return None  # "Born 2017-01-19"
    first, second, third = int(match[2]), int(match[4]), int(match[5])
    if len(match[2]) == 4:
        return _day(first, second, third)
    if len(match[5]) != 4:
        return None
    readings = {_day(third, first, second), _day(third, second, first)} - {None}
    if weekday in _WEEKDAYS:
        readings = {day for day in readings if day is not None and day.weekday() == _WEEKDAYS.index(weekday)}
    return readings.pop() if len(readings) == 1 else None


def _from_words(text: str, language: str | None) -> datetime.date | None:
    from dateparser import parse

    languages = list(dict.fromkeys([*([language.split("-")[0].lower()] if language else []), "en"]))
    settings = {"STRICT_PARSING": True, "DATE_ORDER": "DMY", "RETURN_AS_TIMEZONE_AWARE": False}
    try:
        found = parse(text, languages=languages, settings=settings)
    except ValueError:  # a language that dateparser does not know
        found = parse(text, languages=["en"], settings=settings)
    return found.date() if found else None


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
