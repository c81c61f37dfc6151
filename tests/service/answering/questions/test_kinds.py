"""Which questions one sentence may answer, and which ask nothing or for more than one says."""

import pytest

from service.answering.questions.kinds import reason_of
from tests.service.answering.conftest import Over


@pytest.mark.parametrize(
    "question",
    [
        "the",
        "An",
        "yes",
        "OK!",
        "Help",
        "help me, please",
        "in the",
        "?",
        "…",
        "Good morning",
        "thank you",
        "hola",
        "sí",
    ],
)
def test_words_without_content_are_vague(question: str) -> None:
    assert reason_of(question, alone=True) == "vague"


@pytest.mark.parametrize("question", ["weir", "The weir", "weir?", "Okafor", "half-timbering", "B-52", "1911", "製粉"])
def test_a_bare_noun_or_name_is_vague(question: str) -> None:
    assert reason_of(question, alone=True) == "vague"


@pytest.mark.parametrize("question", ["Why?", "And then?", "Who is she?", "In 1911?", "the weir", "¿Y por qué?"])
def test_after_an_earlier_turn_a_short_question_is_not_vague(question: str) -> None:
    assert reason_of(question, alone=True) == "vague"
    assert reason_of(question, alone=False) is None


@pytest.mark.parametrize(
    "question",
    [
        "List all mills.",
        "Please list the millers",
        "name every miller of the valley",
        "How many sacks were ground in total?",
        "how many mills are there altogether",
        "Summarise the guild's report.",
        "Could you summarize this?",
        "Give me a short overview of the guild",
        "overview of the guild",
        "Tell me about the upper mill.",
        "tell us something about the weir",
        "Compare the upper mill and the lower mill.",
        "What are all the rules?",
        "Who were all of the millers?",
        "Write a poem about the weir.",
        "Tell me a story.",
        "The mills burnt down. List the causes.",
        "Enumera los molinos",
        "¿Cuántos molinos hay en total?",
        "Resume el informe.",
        "Háblame del molino",
        "Escribe un poema",
    ],
)
def test_a_list_a_total_a_summary_and_a_text_to_be_written_are_collections(question: str) -> None:
    assert reason_of(question, alone=True) == "collection"
    assert reason_of(question, alone=False) == "collection"


@pytest.mark.parametrize(
    "question",
    [
        "mill rules",
        "Who ground the rye?",
        "Who won?",
        "Is it open?",
        "How many sacks did the mill grind in 1911?",
        "What is the total price of a sack?",
        "How much does a sack cost overall in winter?",
        "What is the list price of rye?",
        "list price of rye",
        "Name the miller of the valley.",
        "Who wrote a poem about the weir?",
        "Which mill was compared with a ship?",
        "The list of millers was burnt when?",
        "Tell me when the mill burnt down.",
        "On which day does the mill not grind?",
        "製粉所はいつ建てられましたか",
        "متى بنيت الطاحونة؟",
        "Wann brannte die Mühle?",
    ],
)
def test_other_questions_are_ordinary(question: str) -> None:
    assert reason_of(question, alone=True) is None


MILLS = {
    "upper.txt": "The upper mill\n\nThe upper mill grinds rye. It was built in 1911 beside the weir.",
    "lower.txt": "The lower mill\n\nThe lower mill grinds oats. It burnt down in 1925.",
}


@pytest.mark.parametrize(
    ("question", "reason"), [("the", "vague"), ("mill", "vague"), ("List all mills.", "collection")]
)
def test_the_answer_is_uncertain_and_shows_passages(tiny_over: Over, question: str, reason: str) -> None:
    answer = tiny_over(MILLS).ask(question)

    assert (answer.status, answer.reason, answer.answer) == ("uncertain", reason, None)
    assert len(answer.passages) > 1
    assert all(passage.highlights for passage in answer.passages)


def test_of_an_empty_store_nothing_is_found_whatever_is_asked(tiny_over: Over) -> None:
    answer = tiny_over({}).ask("List all mills.")

    assert (answer.status, answer.reason) == ("not_found", None)


@pytest.mark.parametrize(
    "question", ["thanks", "Thank you very much!", "ok", "bye", "help", "yes", "lol", "gracias", "…"]
)
def test_small_talk_asks_nothing_after_an_answer_either(question: str) -> None:
    assert reason_of(question, alone=False) == "vague"


@pytest.mark.parametrize(
    "question", ["Why?", "And then?", "he?", "What about them?", "in 1998", "the weir?", "And her?"]
)
def test_a_few_words_ask_something_after_an_answer(question: str) -> None:
    assert reason_of(question, alone=False) is None


@pytest.mark.parametrize(
    "question",
    [
        "What are the differences between the upper mill and the lower mill?",
        "Upper mill vs lower mill",
        "sum of sacks 1995 to 2004",
        "Give me the names of all the mills",
        "What is the total number of sacks?",
        "I would like an overview of the mills",
    ],
)
def test_comparisons_and_totals_are_collections(question: str) -> None:
    assert reason_of(question, alone=True) == "collection"


@pytest.mark.parametrize("question", ["What is the difference in height?", "What is the sum paid to the miller?"])
def test_questions_with_words_of_them_are_none(question: str) -> None:
    assert reason_of(question, alone=True) is None
