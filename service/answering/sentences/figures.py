"""Figures that tell sentences apart: dates, numbers, and words that occur in one row of a table and not in another."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from corpus.lexical import stop_terms
from service.answering.sentences.numerals import CARDINALS, HUNDRED, SCALES, number_at

MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "jan feb mar apr may jun jul aug sept oct nov dec",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    )
    for number, name in enumerate(names.split(), start=1)
}
"""Numbers of the months by their names in English, Spanish, German and French, in lower case."""

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS = {word: n for n, word in enumerate(_ORDINALS.split(), start=1)}

ORDINAL_ENDINGS = ("st", "nd", "rd", "th")

COUNTED = 20
"""Greatest number that is told apart by the word after it, as in "two adults". Greater ones are mostly quantities."""

_MONTH = "(?P<{}>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = re.compile(
    r"(?<!\d)(?:"
    r"(?P<iso_year>\d{4})-(?P<iso_month>\d{1,2})-(?P<iso_day>\d{1,2})"
    r"|(?P<one>\d{1,2})(?P<mark>[./])(?P<two>\d{1,2})(?P=mark)(?P<number_year>\d{4})"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º)?\s(?:of\s|de\s)?{_MONTH.format('month')}\b\.?(?:,?\s(?:de\s|del\s)?(?P<year>{_YEAR}))?"
    rf"|(?P<since>{_YEAR})\s?[-–—/]\s?(?P<until>{_YEAR}|\d\d)"
    rf"|(?P<decade>{_YEAR})s"
    rf"|(?P<lone_year>{_YEAR})(?!%|[.,]\d)"
    rf"|(?<![^\W\d_]){_MONTH.format('first_month')}\b\.?"
    rf"(?:\s(?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,?\s(?:de\s|del\s|of\s)?(?P<year_after>{_YEAR}))?"
    r")(?![\d])",
    re.IGNORECASE,
)
_RELATION = re.compile(
    r"\b(?:before|after|since|until|till|from|between|by|than|antes de|después de|desde|hasta|entre)\s(?:the\s)?$",
    re.IGNORECASE,
)
_TO = ("and", "to", "y", "a", "or")
_NUMBER = re.compile(
    r"(?<![\d.,])\d{1,3}(?:\s\d{3})+(?![\d.,]\d|\d)"
    r"|\d+(?:[.,'’\u00a0\u2009\u202f]\d{3})*(?:[.,]\d+)?|[^\W\d_]+"
)
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]+")
_NAMES = MONTHS.keys() | CARDINALS.keys() | ORDINALS.keys() | {HUNDRED, *SCALES}
_GROUPS = re.compile(r"[.,'’\s\u00a0\u2009\u202f](?=\d{3}(?!\d))")

Part = tuple[int | None, int | None, int | None]
"""A date of which parts may be unknown: year, month, day."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a text.

    Args:
        dates: Dates, months and years; several readings of one that is ambiguous.
        spans: First and last year of periods.
        numbers: Numbers other than in dates, each with its role: the word before it or after it.
    """

    dates: frozenset[Part] = frozenset()
    spans: frozenset[tuple[int, int]] = frozenset()
    numbers: frozenset[tuple[str, int]] = field(default=frozenset())

    def __bool__(self) -> bool:
        return bool(self.dates or self.spans or self.numbers)

    @property
    def is_dated(self) -> bool:
        """Whether there is a date."""
        return bool(self.dates or self.spans)


def figures_in(text: str, *, exact: bool = False) -> Figures:
    """Return the figures of a text.

    Args:
        text: A question or a sentence.
        exact: Leave out dates that only bound a time, as in "before 2012".
    """
    if not _may_have_figures(text):
        return Figures()
    dates: set[Part] = set()
    spans: set[tuple[int, int]] = set()
    last = 0
    bounds: object = False
    between: list[str] = []
    for found in _DATE.finditer(text):
        groups = found.groupdict()
        if groups["first_month"] and not _is_month(found):
            continue
        before = text[last : found.start()]
        between.append(before)
        last = found.end()
        bounds = exact and groups["since"] is None and (_RELATION.search(before) or (bounds and before.strip() in _TO))
        if bounds:
            continue
        if groups["since"]:
            first = int(groups["since"])
            until = groups["until"]
            spans.add((first, int(until) if len(until) == 4 else first // 100 * 100 + int(until)))
        elif groups["decade"]:
            spans.add((int(groups["decade"]), int(groups["decade"]) + 9))
        else:
            dates.update(_dates(groups))
    between.append(text[last:])
    numbers = frozenset(number for part in between for number in _numbers(part))
    return Figures(frozenset(dates), frozenset(spans), numbers)


def days_in(text: str) -> Iterator[tuple[int, int, list[Part]]]:
    """Yield the start and end of each date with day, month and year, and what it may be, in order."""
    for found in _DATE.finditer(text):
        groups = found.groupdict()
        if groups["since"] or groups["decade"]:
            continue
        days = [day for day in _dates(groups) if None not in day and 1 <= (day[1] or 0) <= 12]
        if days:
            yield found.start(), found.end(), list(dict.fromkeys(days))


def _may_have_figures(text: str) -> bool:
    """Return whether a text has a digit or the name of a month or number: most questions have none."""
    return _DIGIT.search(text) is not None or not _NAMES.isdisjoint(_LETTERS.findall(text.casefold()))


def _is_month(found: re.Match[str]) -> bool:
    """Return whether the name of a month is one: `may`, `march` and `mar` are words too."""
    return found["first_month"][0].isupper() or found["day_after"] is not None or found["year_after"] is not None


def _dates(groups: dict[str, str | None]) -> Iterator[Part]:
    def number(name: str) -> int | None:
        value = groups[name]
        return None if value is None else int(value)

    if groups["iso_year"]:
        yield number("iso_year"), number("iso_month"), number("iso_day")
    elif groups["one"]:
        yield number("number_year"), number("one"), number("two")
        yield number("number_year"), number("two"), number("one")
    elif groups["month"]:
        yield number("year"), MONTHS[groups["month"].casefold()], number("day")
    elif groups["first_month"]:
        yield number("year_after"), MONTHS[groups["first_month"].casefold()], number("day_after")
    else:
        yield number("lone_year"), None, None


def _numbers(text: str) -> Iterator[tuple[str, int]]:
    words = _words(text)
    at = 0
    while at < len(words):
        first, ordinal = at, ORDINALS.get(words[at])
        value, length = (ordinal, 1) if ordinal else number_at(words, at)
        at += max(length, 1)
        if not value:
            continue
        if ordinal is None and length == 1 and at < len(words) and words[at] in ORDINAL_ENDINGS:
            ordinal, at = value, at + 1
        after = words[at] if at < len(words) else ""
        before = words[first - 1] if first else ""
        if ordinal is not None:
            if _role(after):
                yield f"ordinal {_role(after)}", value
            continue
        if _role(before):
            yield f"{_role(before)} n", value
        if _role(after) and value <= COUNTED:
            yield f"n {_role(after)}", value


def numbers_in(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield the start, end and value of each whole number, in digits or in words, in order; no ordinal."""
    spans = [found.span() for found in _NUMBER.finditer(text)]
    words = _words(text)
    at = 0
    while at < len(words):
        value, length = number_at(words, at)
        after = words[at + length] if at + length < len(words) else ""
        if length and after not in ORDINAL_ENDINGS:
            yield spans[at][0], spans[at + length - 1][1], value
        at += max(length, 1)


def _words(text: str) -> list[str]:
    """Return the words of a text in lower case, with numbers in digits as one word without separators."""
    return [_GROUPS.sub("", word) if word[0].isdecimal() else word.casefold() for word in _NUMBER.findall(text)]


def _role(word: str) -> str:
    singular = word.removesuffix("s")
    return "" if len(word) < 3 or word[0].isdecimal() or word in stop_terms() else singular


def holds(figures: Figures, asked: Figures) -> bool:
    """Return whether a text has a date or number of the question."""
    return _has_date(figures, asked) or not asked.numbers.isdisjoint(figures.numbers)


def contradicts(figures: Figures, asked: Figures) -> bool:
    """Return whether a text has, in place of each date or number of the question, another one of the same sort."""
    if holds(figures, asked):
        return False
    roles = {role for role, _ in asked.numbers}
    return _has_other_date(figures, asked) or any(role in roles for role, _ in figures.numbers)


def _has_date(figures: Figures, asked: Figures) -> bool:
    """Return whether a text has a date that is one of the question, or lies within it."""
    return (
        any(_lies_in(date, wanted) for wanted in asked.dates for date in figures.dates)
        or any(_is_within(wanted, span) for wanted in asked.dates for span in figures.spans)
        or any(_is_within(date, span) for span in asked.spans for date in figures.dates)
        or any(first <= until and since <= last for first, last in asked.spans for since, until in figures.spans)
    )


def _has_other_date(figures: Figures, asked: Figures) -> bool:
    """Return whether a text and a question have dates, and none of them can be the same."""
    return (
        asked.is_dated
        and figures.is_dated
        and not _has_date(figures, asked)
        and all(_differ(date, wanted) for wanted in asked.dates for date in figures.dates)
        and all(date[0] for date in asked.dates if figures.spans)
        and all(date[0] for date in figures.dates if asked.spans)
    )


def _is_within(date: Part, span: tuple[int, int]) -> bool:
    return date[0] is not None and span[0] <= date[0] <= span[1]


def _lies_in(one: Part, date: Part) -> bool:
    return all(wanted is None or wanted == part for wanted, part in zip(date, one, strict=True))


def _differ(one: Part, other: Part) -> bool:
    """Return whether two dates cannot be the same one: a part that is known of both differs."""
    return any(a != b for a, b in zip(one, other, strict=True) if a is not None and b is not None)


def words_in(text: str) -> frozenset[str]:
    """Return the content words and numbers of a text, in one spelling: lower case, singular, plain digits."""
    words = _words(text)
    found: set[str] = set()
    at = 0
    while at < len(words):
        value, length = number_at(words, at)
        if length:
            found.add(str(value))
        elif (len(words[at]) > 2 or words[at][0].isdecimal()) and words[at] not in stop_terms():
            found.add(words[at].removesuffix("s"))
        at += max(length, 1)
    return frozenset(found)


def shares(asked: frozenset[str], rows: Sequence[frozenset[str]]) -> list[float]:
    """Return, for each row of a table or list, its share of the question's words that tell the rows apart.

    Returns:
        Values in [0, 1] relative to the row with most of them; 1 for all rows if no word tells them apart.
    """
    counts = Counter(word for row in rows for word in asked & row)
    telling = {word for word, count in counts.items() if count < len(rows)}
    found = [len(telling & row) for row in rows]
    most = max(found, default=0)
    return [count / most if most else 1.0 for count in found]
