"""Dates and numbers, in any spelling, and which of them contradict a question's."""

import pytest

from service.answering.sentences import QuestionWords, figures_in, other_members, without_figures, words_in


def given_way(question: str, *sentences: str) -> list[str]:
    """The sentences that give way to one with the question's figures."""
    figures = [figures_in(one) for one in sentences]
    ways = without_figures(QuestionWords.of(question).figures, sentences, figures, [True] * len(sentences))
    return [one for one, gives_way in zip(sentences, ways, strict=True) if gives_way]


SAME_DAY = ["2020-09-05", "5 September 2020", "September 5, 2020", "Sept. 5, 2020", "5th of September 2020", "9/5/2020"]
SAME_DAY += ["5.9.2020", "5. September 2020", "5 de septiembre de 2020", "5 septembre 2020", "２０２０-０９-０５"]


@pytest.mark.parametrize("asked", SAME_DAY)
@pytest.mark.parametrize("written", SAME_DAY)
def test_a_day_is_the_same_in_every_spelling(asked: str, written: str) -> None:
    same, other = f"Sold on {written}: rye.", "Sold on 7 October 2020: oats."

    assert given_way(f"What was sold on {asked}?", same, other) == [other]


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("What was ground in 1911?", "In 1911 it ground rye.", "In 1912 it ground oats."),
        ("What was ground in 1911?", "Rye was ground on 3 May 1911.", "Oats were ground on 3 May 1912."),
        ("What was ground in 1911?", "1910–1912: rye", "1913–15: oats"),
        ("What was ground in 1911?", "In the 1910s it ground rye.", "In the 1920s it ground oats."),
        ("What was ground in 1911–1913?", "In 1912 it ground rye.", "In 1915 it ground oats."),
        ("What was ground in May?", "May: rye", "June: oats"),
        ("What was ground in march 1911?", "March 1911: rye", "May 1911: oats"),
        ("What happened on 4 May?", "On May 4 the weir broke.", "On May 5 it was mended."),
        ("What does article 3 say?", "Article 3: millers shall be paid.", "Article 4: weirs shall be kept."),
        ("Who sleeps in room 12?", "Ada has room 12.", "Jo has room 14."),
        ("Who lives on the third floor?", "Third floor: Ada", "Second floor: Jo"),
        ("Who lives on the 3rd floor?", "On the third floor lives Ada.", "On the fourth floor lives Jo."),
        ("What do two adults pay?", "Two adults: nine francs", "One adult: five francs"),
        ("What do ２ adults pay?", "2 adults pay nine francs.", "4 adults pay twelve."),
        ("Who owns lot 1,200?", "Lot 1200 is Ada's.", "Lot 1300 is Jo's."),
        ("Who owns lot 1 200?", "Lot 1200 is Ada's.", "Lot 1300 is Jo's."),
        ("Who owns lot forty-two?", "Lot 42 is Ada's.", "Lot forty-three is Jo's."),
        ("Who owns lot 12 thousand?", "Lot twelve thousand is Ada's.", "Lot 13.000 is Jo's."),
        ("What do 12 adults pay?", "Twelve adults pay nine francs.", "Seven adults pay five."),
        ("What do doce adults pay?", "12 adults pay nine francs.", "7 adults pay five."),
    ],
)
def test_a_sentence_with_another_figure_of_the_same_sort_gives_way(question: str, right: str, wrong: str) -> None:
    neutral = "The mill stands by the weir."

    assert given_way(question, neutral, right, wrong) == [wrong]
    assert given_way(question, neutral, wrong) == []


@pytest.mark.parametrize(
    ("question", "right", "other"),
    [
        ("What was ground in 1911?", "In 1911 it ground rye.", "It ground rye in 1912 as in 1911."),
        ("What was ground in May 1911?", "In May 1911 it ground rye.", "In 1911 it ground oats too."),
        ("What was ground in 1911?", "In 1911 it ground rye.", "In May it ground oats."),
        ("How many of the 40 millers came?", "The guild has 40 millers.", "31 millers came."),
        ("What does article 3 say?", "Article 3 says much.", "It was printed in 1912 on 4 sheets."),
        ("What may one grind?", "One may grind rye.", "In 1912 it ground oats."),
        ("Who came first?", "Ada came first.", "Jo came second."),
    ],
)
def test_a_sentence_whose_figures_are_of_another_sort_does_not(question: str, right: str, other: str) -> None:
    assert given_way(question, right, other) == []


@pytest.mark.parametrize(
    "question",
    ["Had it ground rye before 1911?", "What has changed since 1911?", "What was ground between 1911 and 1914?"],
)
def test_a_date_that_only_bounds_a_time_tells_nothing_apart(question: str) -> None:
    assert given_way(question, "The law of 1911 forbade it.", "In 1913 it ground rye.") == []


def test_in_a_series_a_sentence_without_figures_gives_way_too() -> None:
    series = [f"In {year} it ground {year - 1811} sacks." for year in (1911, 1912, 1913, 1914)]
    neutral = "The miller counts the sacks that it grinds."

    assert given_way("How many sacks did it grind in 1913?", neutral, *series) == [neutral, *series[:2], series[3]]
    assert given_way("How many sacks did it grind in 1913?", neutral, *series[1:]) == [neutral, series[1], series[3]]


def test_a_sentence_that_cannot_answer_gives_no_way() -> None:
    sentences = ["What was ground in 1911?", "In 1912 it ground rye."]
    figures = [figures_in(one) for one in sentences]

    assert without_figures(figures_in("in 1911"), sentences, figures, [False, True]) == [False, False]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "may one march?",
        "100 % of it, 3.5 kg",
        "99999999999999999999999",
        "1/2/3/4",
        "31.2.2020 2020-99-99",
        "¹ x² ①2 ½",
    ],
)
def test_any_text_has_figures_or_none(text: str) -> None:
    assert figures_in(text) == figures_in(text)


def test_words_have_one_spelling() -> None:
    assert words_in("The Sacks of 31,240 and ３１２４０ farmers") == {"sack", "31240", "farmer"}
    assert words_in("What is the price?") == {"price"}
    assert words_in("forty-two sacks") == words_in("42 sacks") == {"42", "sack"}
    assert words_in("forty thousand sacks") == words_in("40 000 sacks") == words_in("40.000 sacks")


def test_rows_that_lack_the_words_of_others_are_found() -> None:
    rows = ["Upper weir | 2", "Lower weir | 3", "Mill pond | 5"]
    asked = words_in("How deep is the lower weir?")

    assert list(other_members(asked, [words_in(row) for row in rows], [[0, 1, 2]])) == [(0, 0.5), (2, 1.0)]
    assert list(other_members(words_in("How deep?"), [words_in(row) for row in rows], [[0, 1, 2]])) == []


def test_a_question_is_repeated_by_a_sentence_that_says_no_more() -> None:
    words = QuestionWords.of("Who grinds the rye of the valley?")

    assert words.is_repeated_by("The grinding of rye in the valley")
    assert words.is_repeated_by("Rye was ground in the valleys.") is False
    assert words.is_repeated_by("Ada grinds the rye of the valley.") is False
    assert words.is_repeated_by("It was so.") is False
    assert QuestionWords.of("Does Ada grind rye?").is_repeated_by("Ada grinds rye.") is False
    assert QuestionWords.of("Ada grinds rye.").is_repeated_by("Ada grinds rye.") is False


def test_an_answer_and_a_part_of_one_are_recognised_unless_the_part_is_short() -> None:
    words = QuestionWords.of("And why?", frozenset({"The mill closed in the spring. Its wheel was sold."}))
    assert words.is_given("The mill closed in the spring. Its wheel was sold.")
    assert words.is_given(" Its wheel was sold.")
    assert not words.is_given("Its wheel")
    assert not words.is_given("The mill closed in the autumn.")
    assert not QuestionWords.of("And why?").is_given("Its wheel was sold.")
