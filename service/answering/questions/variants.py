"""Other ways to write the words of a question: compounds, umlauts, numbers and dates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from corpus.lexical import stop_terms, terms
from service.answering.sentences import MONTHS, days_in, in_words, numbers_in

MOST_WORDS = 64
"""Words of a question that are looked at, as many as a search has terms."""

SHORTEST_COMPOUND = 6
"""Least letters of two words that may be one."""

SHORTEST_PART = 3
"""Least letters of a part of a word that may be two."""

_WORD = re.compile(r"[^\W\d_]+")
_JOINTS = frozenset(("-", "\N{HYPHEN}", "\N{NON-BREAKING HYPHEN}", " "))
_UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ø", "oe"), ("å", "aa"), ("ß", "ss"))
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_MONTH_NAMES = {number: name.capitalize() for name, number in reversed(MONTHS.items())}


@dataclass(frozen=True, slots=True)
class Word:
    """Word of a question, at `[start, end)`, with its terms."""

    text: str
    start: int
    end: int
    terms: tuple[str, ...]

    @property
    def has_content(self) -> bool:
        """Whether it is no stop word."""
        return not stop_terms().issuperset(self.terms)


@dataclass(frozen=True, slots=True)
class Variant:
    """Other way to write what a question has at `[start, end)`.

    Args:
        start: Start in the question.
        end: End in the question.
        text: The other way.
        is_certain: Whether it means the same: `9/5/2020` may be two days.
        is_word: Whether it counts only where the documents have it letter by letter: stems do not tell that.
    """

    start: int
    end: int
    text: str
    is_certain: bool = True
    is_word: bool = False


def words_of(question: str) -> list[Word]:
    """Return the first words of a question, without digits."""
    found = list(zip(range(MOST_WORDS), _WORD.finditer(question), strict=False))
    return [Word(one[0], one.start(), one.end(), tuple(terms(one[0]))) for _, one in found]


def variants_of(question: str, words: list[Word]) -> list[Variant]:
    """Return other ways to write the words, numbers and dates of a question."""
    found = [*_days(question), *_numbers(question), *_joined(question, words), *_umlauts(words)]
    return found[:MOST_WORDS]


def halves_of(word: str) -> list[tuple[str, str]]:
    """Return the pairs of words that a word may consist of, the most equal ones first."""
    if not SHORTEST_COMPOUND <= len(word) <= MOST_WORDS:
        return []
    middle = len(word) / 2
    cuts = sorted(range(SHORTEST_PART, len(word) - SHORTEST_PART + 1), key=lambda at: (abs(at - middle), at))
    return [(word[:at], word[at:]) for at in cuts]


def _days(question: str) -> Iterator[Variant]:
    for start, end, days in days_in(question):
        for year, month, day in days:
            for text in (
                f"{day} {_MONTH_NAMES[month or 1]} {year}",
                f"{year}-{month:02}-{day:02}",
                f"{day}/{month}/{year}",
            ):
                yield Variant(start, end, text, len(days) == 1)


def _numbers(question: str) -> Iterator[Variant]:
    days = [range(start, end) for start, end, _ in days_in(question)]
    for start, end, value in numbers_in(question):
        written = question[start:end]
        if value < 2 or _YEAR.fullmatch(written) or any(start in day for day in days[:MOST_WORDS]):
            continue
        yield from (Variant(start, end, other) for other in (str(value), in_words(value)) if other and other != written)


def _joined(question: str, words: list[Word]) -> Iterator[Variant]:
    for one, other in pairwise(words):
        joint = question[one.end : other.start]
        joined = one.text + other.text
        if joint not in _JOINTS or len(joined) < SHORTEST_COMPOUND:
            continue
        if joint != " " or (one.has_content and other.has_content):
            yield Variant(one.start, other.end, joined, is_word=True)


def _umlauts(words: list[Word]) -> Iterator[Variant]:
    for word in words:
        plain = spelt_out = word.text
        for letter, letters in _UMLAUTS:
            spelt_out = spelt_out.replace(letter, letters).replace(letter.upper(), letters.capitalize())
            if letter in "äöüß":
                plain = plain.replace(letters, letter).replace(letters.capitalize(), letter.upper())
        if spelt_out != word.text:
            yield Variant(word.start, word.end, spelt_out)
        elif plain != word.text:
            yield Variant(word.start, word.end, plain, is_word=True)
