"""What a question is read together with, and what the conversation changes."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from embeddings.encoder.encoder import Encoder
from service.answering.answer import AnsweringPassage, Turn
from service.answering.completeness import need_of_context
from service.answering.confidence import Evidence
from service.answering.conversation import ANSWER_TOKENS, MOST_WEIGHT, QUESTION_TOKENS, read_together
from service.answering.pipeline import Pipeline
from tests.corpus.samples import filters_of
from tests.service.answering.conftest import Over, found, with_settings, without_reader

TRUCE = Turn("user", "When did the truce between the gangs begin?")
BEGAN = Turn("assistant", "The truce began in March 2012.")
COMPLETE = "Which minister signed the agreement with the prison directors in Zacatecoluca?"


def test_a_complete_question_is_taken_alone(tiny_encoder: Encoder) -> None:
    assert read_together(COMPLETE, [TRUCE, BEGAN], tiny_encoder) is None


@pytest.mark.parametrize("history", [[], [Turn("user", " \n")], [Turn("assistant", "")]])
def test_without_anything_said_there_is_nothing_to_read(history: Sequence[Turn], tiny_encoder: Encoder) -> None:
    assert read_together("And then?", history, tiny_encoder) is None


def test_the_last_question_its_answer_and_the_question_are_one_text(tiny_encoder: Encoder) -> None:
    older = [Turn("user", "Who governed El Salvador during the truce of the gangs?"), Turn("assistant", "Funes.")]
    reading = read_together("And when did it end?", [*older, TRUCE, BEGAN], tiny_encoder)
    assert reading is not None
    assert list(reading.turns) == [2, 3]
    together = f"{TRUCE.content} {BEGAN.content} And when did it end?"
    assert np.array_equal(reading.vector, tiny_encoder.encode_question(together).vector)
    need = need_of_context("And when did it end?")
    assert (reading.weight, reading.evidence_weight) == pytest.approx((MOST_WEIGHT * need, MOST_WEIGHT * need**2))


def test_if_the_last_question_is_not_complete_the_one_before_is_read_too(tiny_encoder: Encoder) -> None:
    history = [TRUCE, BEGAN, Turn("user", "Why then?"), Turn("assistant", "Talks had begun in prison.")]
    reading = read_together("And when did it end?", history, tiny_encoder)
    assert reading is not None
    assert list(reading.turns) == [0, 2, 3]


@pytest.mark.parametrize(
    ("history", "turns"),
    [
        ([BEGAN], [0]),
        ([TRUCE], [0]),
        ([TRUCE, Turn("assistant", " ")], [0]),
        ([BEGAN, TRUCE], [1]),
        ([TRUCE, BEGAN, BEGAN], [0, 2]),
        ([BEGAN, TRUCE, Turn("user", ""), BEGAN], [1, 3]),
    ],
    ids=["an answer alone", "not answered", "answered by nothing", "an older answer", "two answers", "an empty turn"],
)
def test_conversations_of_any_shape(history: Sequence[Turn], turns: Sequence[int], tiny_encoder: Encoder) -> None:
    reading = read_together("And when did it end?", history, tiny_encoder)
    assert reading is not None
    assert list(reading.turns) == turns


def test_of_long_turns_only_the_beginning_is_read_and_the_question_is_never_cut(tiny_encoder: Encoder) -> None:
    history = [Turn("user", "truce " * 5000), Turn("assistant", "gang " * 5000)]
    question = "Why? " + "it " * (tiny_encoder.max_tokens - tiny_encoder.special_tokens - 40)
    read: list[str] = []

    class Noting:
        def __getattr__(self, name: str) -> object:
            return getattr(tiny_encoder, name)

        def encode_question(self, text: str) -> object:
            read.append(text)
            return tiny_encoder.encode_question(text)

    assert read_together("Why?", history, Noting()) is not None  # type: ignore[arg-type]
    assert read_together(question.strip(), history, Noting()) is not None  # type: ignore[arg-type]
    brief, long = read
    assert tiny_encoder.count_tokens(brief) <= min(
        QUESTION_TOKENS + ANSWER_TOKENS + 10, tiny_encoder.max_tokens - tiny_encoder.special_tokens
    )
    assert brief.endswith(" Why?")
    assert long.endswith(question.strip())
    assert tiny_encoder.count_tokens(long) <= tiny_encoder.max_tokens - tiny_encoder.special_tokens


# Through the pipeline

ISLANDS = {
    "keri.txt": "Keri\n\nThe lighthouse of Keri was built in 1803 of iron. Its keeper lived on the island with goats.",
    "mohni.txt": "Mohni\n\nThe lighthouse of Mohni was built in 1871 of red brick. Its keeper lived on the mainland.",
    "suurupi.txt": "Suurupi\n\nThe lighthouse of Suurupi was built in 1859 of pine. Its keeper lived in a cottage.",
}
OF_MOHNI = [
    Turn("user", "When was the lighthouse of Mohni built?"),
    Turn("assistant", "The lighthouse of Mohni was built in 1871 of red brick."),
]
FOLLOW_UP = "And where did its keeper live?"


@pytest.fixture(scope="module")
def islands(over: Over) -> Pipeline:
    return over(ISLANDS)


def test_a_follow_up_is_answered_about_what_the_conversation_is_about(islands: Pipeline) -> None:
    answer = islands.ask(FOLLOW_UP, history=OF_MOHNI)
    assert found(answer)[0] == "mohni"
    assert answer.interpretation is not None
    assert list(answer.interpretation.turns) == [0, 1]
    assert answer.question == FOLLOW_UP
    asked_of_keri = [Turn(turn.role, turn.content.replace("Mohni", "Keri")) for turn in OF_MOHNI]
    assert found(islands.ask(FOLLOW_UP, history=asked_of_keri))[0] == "keri"


def test_a_question_that_names_what_it_is_about_is_not_led_astray(islands: Pipeline) -> None:
    question = "Where did the keeper of the lighthouse of Suurupi live?"
    assert found(islands.ask(question, history=OF_MOHNI))[0] == found(islands.ask(question))[0] == "suurupi"


def test_what_the_documents_do_not_hold_is_not_found_after_a_conversation_either(islands: Pipeline) -> None:
    for question in ("How do I bake sourdough bread?", "Who won the chess tournament?", "What is a limited company?"):
        assert islands.ask(question, history=OF_MOHNI).status == "not_found", question


def test_the_evidence_has_less_of_the_conversation_than_the_score(islands: Pipeline) -> None:
    answer, evidence = without_reader(islands).ask_with_evidence(FOLLOW_UP, OF_MOHNI)
    assert evidence is not None
    assert evidence.passage < answer.passages[0].score


@pytest.mark.parametrize("question", ["How is sourdough bread baked?", "When was the lighthouse of Suurupi built?"])
def test_a_complete_question_is_answered_as_without_the_conversation(islands: Pipeline, question: str) -> None:
    answer = islands.ask(question, history=OF_MOHNI)
    assert answer.interpretation is None
    assert answer.passages == islands.ask(question).passages


def test_alone_the_evidence_is_the_score_and_there_is_none_where_nothing_is_found(islands: Pipeline) -> None:
    answer, evidence = without_reader(islands).ask_with_evidence(FOLLOW_UP)
    score = answer.passages[0].score
    assert evidence == Evidence(answer=score, passage=score)
    assert islands.ask_with_evidence(FOLLOW_UP, filters=filters_of(publishers=["nobody"]))[1] is None


def test_without_history_nothing_weighed_in(islands: Pipeline) -> None:
    assert islands.ask(FOLLOW_UP).interpretation is None


def test_a_setting_takes_every_question_alone(islands: Pipeline) -> None:
    alone = with_settings(islands, context=False).ask(FOLLOW_UP, history=OF_MOHNI)
    assert alone.interpretation is None
    assert alone.passages == islands.ask(FOLLOW_UP).passages


HARBOUR = {
    "ferry.md": "# Notice 1\n\n## Times\n\nThe Ilmar sails to Ruhnu on Mondays. It carries forty people.\n\n"
    "## Fares\n\nA ticket costs nine crowns.",
    "tram.md": "# Notice 2\n\n## Times\n\nThe yellow tram runs to the market. It carries ninety people.\n\n"
    "## Fares\n\nA ticket costs two crowns.",
}
OF_THE_FERRY = [
    Turn("user", "When does the Ilmar sail to Ruhnu?"),
    Turn("assistant", "The Ilmar sails to Ruhnu on Mondays."),
]


@pytest.fixture(scope="module")
def harbour(over: Over) -> Pipeline:
    return over(HARBOUR)


@pytest.mark.parametrize(
    ("asked", "answer", "cost"),
    [
        ("When does the Ilmar sail to Ruhnu?", "The Ilmar sails to Ruhnu on Mondays.", "A ticket costs nine crowns."),
        ("Where does the tram run?", "The yellow tram runs to the market.", "A ticket costs two crowns."),
    ],
)
def test_the_document_of_the_last_answer_is_preferred(harbour: Pipeline, asked: str, answer: str, cost: str) -> None:
    told = harbour.ask("And what does a ticket cost?", history=[Turn("user", asked), Turn("assistant", answer)])
    assert text_of_highlight(told.passages[0]) == cost


def test_an_answer_is_not_given_again_to_another_question(harbour: Pipeline) -> None:
    first = harbour.ask("And how many people?", history=OF_THE_FERRY)
    assert first.answer is not None
    assert first.answer.text.endswith("It carries forty people.")
    history = [*OF_THE_FERRY, Turn("user", "And how many people?"), Turn("assistant", first.answer.text)]
    again = harbour.ask("How many does it carry?", history=history)
    assert text_of_highlight(again.passages[0]) != first.answer.text


def test_the_same_question_gets_the_same_answer_again(harbour: Pipeline) -> None:
    history = [*OF_THE_FERRY, Turn("user", "And how many people?"), Turn("assistant", "It carries forty people.")]
    answer = harbour.ask("And how many  people?", history=history)
    assert answer.answer is not None
    assert answer.answer.text.endswith("It carries forty people.")


def test_a_passage_that_only_repeats_an_answer_comes_after_the_others(over: Over) -> None:
    bells = over({"bell.txt": "The bell of the mole rings at noon.", "horn.txt": "The horn of the pier sounds in fog."})
    history = [Turn("user", "When does the bell ring?"), Turn("assistant", "The bell of the mole rings at noon.")]
    assert found(bells.ask("And why does it ring?", history=history)) == ["horn", "bell"]


def text_of_highlight(passage: AnsweringPassage) -> str:
    return passage.text[passage.highlights[-1].start : passage.highlights[-1].end]


@given(st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), st.text(max_size=60)), max_size=6))
@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_history_gives_a_sound_answer(islands_unknowing: Pipeline, history: list[Turn]) -> None:
    answer = islands_unknowing.ask("And then?", history=history, k=3)
    assert len(answer.passages) == 3
    assert all(-1 <= passage.score <= 1 for passage in answer.passages)
    assert answer.passages[0].score == max(passage.score for passage in answer.passages)
    turns = [] if answer.interpretation is None else answer.interpretation.turns
    assert list(turns) == sorted(set(turns))
    assert all(history[at].content.strip() for at in turns)


@pytest.fixture(scope="module")
def islands_unknowing(tiny_over: Over) -> Pipeline:
    return tiny_over(ISLANDS)
