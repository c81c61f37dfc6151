"""Which questions can be understood alone, and how much the others need the conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.completeness import JUDGED_CHARACTERS, need_of_context


@pytest.mark.parametrize(
    "question",
    [
        "How is a clay oven built?",
        "Who painted the ceiling of the Cadfael chapel?",
        "What is the Marlow Treaty?",
        "Who is Ada Thornbury?",
        "How many herons nested in 1987?",
        "which birds nest on the northern cliffs",
        "In which year did the glass factory close?",
        "Why did Ada Thornbury say that she sold her mill?",
        "Do the herons of the estuary feed their young at night?",
        "Is it true that the old ferry sank near Polhaven?",
        "How long does it take to cross the estuary by ferry?",
        "Are there seals in the northern estuary?",
        "How many eels are there in the mill pond?",
        "number of herons counted in the northern estuary each spring",
        "opening hours of the Polhaven lighthouse museum",
        "¿Quién pintó el techo de la capilla?",
        "¿Cuántas garzas anidan en los acantilados?",
        "¿Quién es Ada Thornbury?",
    ],
)
def test_a_question_that_names_its_subject_is_complete(question: str) -> None:
    assert need_of_context(question) == 0


@pytest.mark.parametrize(
    "question",
    [
        "And in spring?",
        "Why?",
        "Who painted it?",
        "How long did that last?",
        "What about the eels?",
        "Did he say so himself?",
        "What did she think of the harbour dues?",
        "How many mill wheels and looms did he sell in the end?",
        "Which of them were sold?",
        "Who took part in them for the town?",
        "What did they tell Ada Thornbury?",
        "Is this mill older than the ferry and the glass factory?",
        "Which other birds nest on the northern cliffs?",
        "And who painted the ceiling of the chapel?",
        "Where were the boats?",
        "Northern cliffs",
        "I meant the eels in the northern mill pond of the estuary",
        "How does it relate to the herons?",
        "¿Y en primavera?",
        "¿Quién pintó eso?",
        "¿Qué otras aves anidan en los acantilados del norte?",
        "¿Qué dijo él?",
        "x",
        "?",
        "",
    ],
)
def test_a_question_that_refers_to_something_or_names_nothing_needs_context(question: str) -> None:
    assert 0 < need_of_context(question) < 1


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("Who painted the ceiling?", "Who painted it?"),
        ("Who painted the ceiling?", "And who painted the ceiling?"),
        ("Who painted the ceiling?", "Who else painted the ceiling?"),
        ("Who painted the ceiling?", "Who painted this ceiling?"),
        ("Who painted the ceiling?", "The ceiling, painted"),
        ("Who else painted the long ceiling of the chapel?", "Who else painted the ceiling?"),
        ("Who else paints in Polhaven?", "Who else paints in towns?"),
        ("What did the herons tell their young?", "What did she tell their young?"),
        ("¿Quién pintó el techo?", "¿Quién pintó ese techo?"),
        ("¿Quién pintó el techo?", "¿Y quién pintó el techo?"),
        ("¿Quién pintó el techo?", "¿Quién pintó además el techo?"),
    ],
)
def test_each_sign_of_dependence_counts(less: str, more: str) -> None:
    assert need_of_context(less) < need_of_context(more)


@pytest.mark.parametrize(
    ("resolved", "unresolved"),
    [
        ("Why did Ada Thornbury sell her mill?", "Why did the miller sell her mill?"),
        ("Where do the herons take their young?", "Where does the heron take their young?"),
        ("Did the people of the valley like their mayor?", "Did the valley like their mayor?"),
        ("Does the northern valley have its own mill?", "Does its northern valley have a mill?"),
    ],
)
def test_a_pronoun_with_a_referent_in_the_question_is_no_sign(resolved: str, unresolved: str) -> None:
    assert need_of_context(resolved) == 0 < need_of_context(unresolved)


@given(st.text(max_size=300))
def test_every_text_has_a_need_from_none_to_less_than_all(text: str) -> None:
    assert 0 <= need_of_context(text) < 1


def test_the_end_of_a_long_turn_is_not_judged() -> None:
    long = "heron " * (JUDGED_CHARACTERS // 6 + 1)
    assert need_of_context(long) == need_of_context(long + "and what did they say?")
