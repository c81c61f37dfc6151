"""What counts as a word."""

import pytest

from eval.reading.words import has_numeral, spelling, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferry didn’t sail.", ["the", "ferry", "didn't", "sail"]),
        ("well-known", ["well", "known"]),
        ("at 3.14 or 1,000 m²", ["at", "3.14", "or", "1,000", "m", "²"]),
        ("10:30 – 5km", ["10", "30", "5km"]),
        ("over.Then", ["over.then"]),
        ("har\u00adbour zero\u200bwidth", ["harbour", "zero", "width"]),
        ("STRASSE Straße ﬁsh", ["strasse", "strasse", "fish"]),
        ("cafe\u0301", ["café"]),
        ("_stress_ ____ *** | →", ["stress"]),
        ("港口関門", ["港", "口", "関", "門"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("", []),
    ],
)
def test_words_are_those_of_the_unicode_standard(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_digits_stay_as_they_are() -> None:
    assert words("٣ ３ ½ x2") == ["٣", "３", "½", "x2"]


@pytest.mark.parametrize(
    ("word", "expected"), [("1990s", True), ("½", True), ("²", True), ("三", False), ("one", False)]
)
def test_a_numeral_is_found(word: str, expected: bool) -> None:
    assert has_numeral(word) is expected


def test_punctuation_in_a_word_is_not_part_of_its_spelling() -> None:
    assert [spelling(word) for word in ("over.then", "don't", "1,000", "हिन्दी")] == [
        "overthen",
        "dont",
        "1000",
        "हिन्दी",
    ]
