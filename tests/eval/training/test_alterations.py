"""Near misses made from answered questions."""

import random

import pytest

from eval.training.alterations import altered_question, without_answer
from eval.training.mining import MinedPassage

TRUCE = "The truce began in March 2012. Raúl Mijango met Fabio Colindres in San Salvador. It ended in 2014."


def drawn(question: str, passage: str = TRUCE) -> set[str | None]:
    return {altered_question(question, passage, random.Random(seed)) for seed in range(60)}  # noqa: S311


def test_a_number_is_exchanged_for_one_that_the_passage_lacks_or_another_of_its_own() -> None:
    years = {made.removeprefix("What began in ").rstrip("?") for made in drawn("What began in 2012?") if made}

    assert len(years) > 5
    assert "2014" in years
    assert "2012" not in years


def test_a_name_is_exchanged_for_another_one_of_the_passage() -> None:
    names = ("Fabio Colindres", "San Salvador", "March")

    assert drawn("Whom did Raúl Mijango meet?") == {f"Whom did {name} meet?" for name in names}


@pytest.mark.parametrize(
    ("question", "altered"),
    [
        ("who was the first mediator?", "who was the last mediator?"),
        ("what happened before it began?", "what happened after it began?"),
    ],
)
def test_a_word_is_exchanged_for_its_opposite(question: str, altered: str) -> None:
    assert altered in drawn(question)


def test_a_question_without_anything_to_exchange_is_not_altered() -> None:
    assert drawn("what is it?") == {None}


def test_the_sentence_that_answers_is_cut_out() -> None:
    start = TRUCE.index("Fabio")

    cut = without_answer(MinedPassage("A truce", TRUCE, [(start, start + 5)]))

    assert cut == MinedPassage("A truce", "The truce began in March 2012. It ended in 2014.")


def test_a_passage_of_one_sentence_cannot_be_cut() -> None:
    assert without_answer(MinedPassage("A truce", "It began in March.", [(12, 17)])) is None
