"""How much of a conversation a question needs, and what it is read together with."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from embeddings.encoder.encoder import Encoder
from service.answering.answer import Turn
from service.answering.confidence import Evidence
from service.answering.conversation import (
    ANSWER_TOKENS,
    LEAST_NEED,
    MOST_WEIGHT,
    QUESTION_TOKENS,
    need_of_context,
    read_together,
)
from service.answering.pipeline import Pipeline
from tests.corpus.samples import filters_of
from tests.service.answering.conftest import Over, found, with_settings

TRUCE = Turn("user", "When did the truce between the gangs begin?")
BEGAN = Turn("assistant", "The truce began in March 2012.")
COMPLETE = "Which minister signed the agreement with the prison directors in Zacatecoluca?"


@pytest.mark.parametrize(
    "question",
    [
        "And in 2015?",
        "Why?",
        "Who signed it?",
        "How long did that last?",
        "What about the others?",
        "Did he say so himself?",
        "¿Y en 2015?",
        "¿Cuándo terminó?",
        "¿Quién firmó eso?",
        "¿Qué dijo él?",
        "x",
        "?",
        "",
    ],
)
def test_what_cannot_stand_alone_needs_more_than_what_can(question: str) -> None:
    assert need_of_context(question) > 0.3 > need_of_context(COMPLETE)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("Who signed the agreement?", "Who signed it?"),
        ("Who signed the agreement?", "And who signed the agreement?"),
        ("Who signed the agreement?", "Who else signed the agreement?"),
        ("Who signed the long agreement with the gangs?", "Who signed the agreement?"),
        ("What did Mauricio Funes tell reporters about his own part?", "What did he tell reporters about the truce?"),
        ("What did the bishops tell the gangs about their weapons?", "What did they tell the gangs about weapons?"),
        ("¿Quién firmó el acuerdo?", "¿Quién firmó ese acuerdo?"),
        ("¿Quién firmó el acuerdo?", "¿Y quién firmó el acuerdo?"),
        ("¿Quién firmó el acuerdo?", "¿Quién más firmó el acuerdo?"),
    ],
)
def test_each_sign_of_dependence_counts(less: str, more: str) -> None:
    assert need_of_context(less) < need_of_context(more)


def test_a_word_that_refers_to_the_question_itself_is_no_sign() -> None:
    asked = "Did the gangs of San Salvador keep {} weapons hidden?"
    assert need_of_context(asked.format("their")) == need_of_context(asked.format("the"))


@given(st.text(max_size=300))
def test_every_text_needs_something_between_none_and_all(text: str) -> None:
    assert 0 < need_of_context(text) < 1


def test_the_end_of_a_long_turn_is_not_judged() -> None:
    long = "prison " * 400
    assert need_of_context(long) == need_of_context(long + "and what did they say?")


def test_a_complete_question_is_taken_alone(tiny_encoder: Encoder) -> None:
    question = " ".join([COMPLETE, "How many inmates of the third sector were moved, and by whom, in which week?"])
    assert need_of_context(question) < LEAST_NEED
    assert read_together(question, [TRUCE, BEGAN], tiny_encoder) is None


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


def test_where_the_last_question_does_not_stand_alone_the_one_before_is_read_too(tiny_encoder: Encoder) -> None:
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
        answer, evidence = islands.ask_with_evidence(question, OF_MOHNI)
        assert answer.status == "not_found", question
        assert evidence is not None
        assert evidence.passage < answer.passages[0].score


def test_alone_the_evidence_is_the_score_and_there_is_none_where_nothing_is_found(islands: Pipeline) -> None:
    answer, evidence = islands.ask_with_evidence(FOLLOW_UP)
    score = answer.passages[0].score
    assert evidence == Evidence(answer=score, passage=score)
    assert islands.ask_with_evidence(FOLLOW_UP, filters=filters_of(publishers=["nobody"]))[1] is None


def test_without_history_nothing_weighed_in(islands: Pipeline) -> None:
    assert islands.ask(FOLLOW_UP).interpretation is None


def test_a_setting_takes_every_question_alone(islands: Pipeline) -> None:
    alone = with_settings(islands, context=False).ask(FOLLOW_UP, history=OF_MOHNI)
    assert alone.interpretation is None
    assert alone.passages == islands.ask(FOLLOW_UP).passages


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
