"""Numbers in words."""

import pytest

from service.answering.sentences.numerals import in_words, number_at


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("seven", 7),
        ("nineteen", 19),
        ("forty", 40),
        ("forty two", 42),
        ("hundred", 100),
        ("three hundred", 300),
        ("three hundred and five", 305),
        ("forty thousand", 40_000),
        ("one hundred and twenty thousand four hundred", 120_400),
        ("two million three hundred thousand", 2_300_000),
        ("12 thousand", 12_000),
        ("40000", 40_000),
        ("doce", 12),
        ("cien", 100),
        ("tres mil", 3_000),
    ],
)
def test_a_number_has_its_value(text: str, value: int) -> None:
    words = text.split()

    assert number_at(words, 0) == (value, len(words))


@pytest.mark.parametrize(
    ("text", "value", "length"),
    [
        ("seven eight", 7, 1),
        ("twenty twenty", 20, 1),
        ("two and three", 2, 1),
        ("ten two", 10, 1),
        ("2012 seven", 2012, 1),
        ("three thousand and more", 3000, 2),
        ("two thousand million", 2000, 2),
        ("sacks", 0, 0),
        ("and", 0, 0),
        ("1" * 40, 0, 0),
    ],
)
def test_a_number_ends_where_the_next_word_does_not_continue_it(text: str, value: int, length: int) -> None:
    assert number_at(text.split(), 0) == (value, length)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, "one"),
        (12, "twelve"),
        (20, "twenty"),
        (42, "forty-two"),
        (300, "three hundred"),
        (40_000, "forty thousand"),
        (700_000, "seven hundred thousand"),
        (2_000_000, "two million"),
    ],
)
def test_a_round_number_has_words_and_they_have_its_value(value: int, words: str) -> None:
    assert in_words(value) == words
    assert number_at(words.replace("-", " ").split(), 0)[0] == value


@pytest.mark.parametrize("value", [0, 101, 1911, 40_001, 10**12])
def test_other_numbers_have_none(value: int) -> None:
    assert in_words(value) is None
