"""Other ways to write what a question says."""

import pytest

from service.answering.questions.variants import halves_of, variants_of, words_of


def variants(question: str) -> dict[str, set[str]]:
    """The other ways, by what they stand for."""
    found: dict[str, set[str]] = {}
    for one in variants_of(question, words_of(question)):
        if not one.is_word:
            found.setdefault(question[one.start : one.end], set()).add(one.text)
    return found


def written(question: str) -> set[str]:
    """All other ways."""
    return {one.text for one in variants_of(question, words_of(question))}


@pytest.mark.parametrize(
    ("question", "number", "others"),
    [
        ("Who lost twelve sacks?", "twelve", {"12"}),
        ("Who lost 12 sacks?", "12", {"twelve"}),
        ("Who lost forty thousand sacks?", "forty thousand", {"40000"}),
        ("Who lost 40,000 sacks?", "40,000", {"40000", "forty thousand"}),
        ("Who lost 40.000 sacks?", "40.000", {"40000", "forty thousand"}),
        ("Who lost 40 000 sacks?", "40 000", {"40000", "forty thousand"}),
        ("Who lost 40 thousand sacks?", "40 thousand", {"40000", "forty thousand"}),
    ],
)
def test_a_number_is_written_in_digits_and_in_words(question: str, number: str, others: set[str]) -> None:
    assert variants(question)[number] == others


@pytest.mark.parametrize(
    "question", ["What was ground in 1911?", "Who came one day?", "On the 12th day?", "The 1910s?"]
)
def test_years_ordinals_and_one_stay_as_they_are(question: str) -> None:
    assert variants(question) == {}


@pytest.mark.parametrize("day", ["1911-05-03", "3 May 1911", "May 3, 1911", "3 de mayo de 1911"])
def test_a_day_is_written_in_figures_and_with_its_month(day: str) -> None:
    assert variants(f"What was ground on {day}?")[day] == {"3 May 1911", "1911-05-03", "3/5/1911"}


def test_an_ambiguous_day_is_either_and_none_is_certain() -> None:
    question = "What was ground on 3/5/1911?"

    found = variants_of(question, words_of(question))

    assert {"3 May 1911", "5 March 1911"} < {one.text for one in found}
    assert not any(one.is_certain for one in found)


def test_a_month_that_is_none_gives_no_day() -> None:
    assert not variants("What was ground on 1911-31-31?").keys() & {"1911-31-31"}


@pytest.mark.parametrize("joint", ["-", " ", "\N{NON-BREAKING HYPHEN}"])
def test_two_words_may_be_one(joint: str) -> None:
    assert "millpond" in written(f"Where is the mill{joint}pond?")


def test_a_stop_word_is_joined_only_by_a_hyphen() -> None:
    assert written("Was it the miller?") == set()
    assert "inflow" in written("Where is the in-flow?")


def test_umlauts_may_be_spelt_out_and_the_other_way_round() -> None:
    assert "Mueller" in written("Where is Müller?")
    assert "Müller" in written("Where is Mueller?")


def test_a_long_word_may_be_two() -> None:
    assert halves_of("millpond")[0] == ("mill", "pond")
    assert halves_of("mills") == []
    assert halves_of("m" * 2000) == []


def test_no_more_words_are_looked_at_than_a_search_has() -> None:
    question = "twelve mill pond " * 100

    assert len(words_of(question)) == len(variants_of(question, words_of(question))) == 64
