"""Measures of one question other than those of its ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.runs.asking import run_questions
from eval.runs.run import QuestionOutcome
from eval.runs.verdicts import verdict
from eval.sets.gold import Gold, GoldDocument, GoldSpan
from eval.sets.questions import Question, QuestionSet
from service.answering.answer import Answer, AnsweringPassage, Span, Status, Turn
from service.runtime.progress import NoProgress
from tests.eval.samples import answer, citation, passage


class Answering:
    """A target with the same answer to every question."""

    def __init__(self, given: Answer) -> None:
        self._given = given

    def describe(self) -> Mapping[str, Any]:
        return {}

    def text(self, document_id: str) -> str:
        raise NotImplementedError

    def document_ids(self) -> set[str]:
        raise NotImplementedError

    def ask(self, question: str, k: int, history: Sequence[Turn] = ()) -> Answer:
        return self._given


def outcome(given: Answer, gold: Gold, *, answerable: bool = True) -> QuestionOutcome:
    questions = QuestionSet("s", Path("s"), "0", [Question("q", "q", (), (), answerable, (), 1)])
    run = run_questions(questions, {"q": gold}, Answering(given), NoProgress(), k=5, overlap=0.5)
    return run.outcomes[0]


def values(given: Answer, gold: Gold) -> Mapping[str, float]:
    return outcome(given, gold).values


def spoken(document: str, text: str, highlight: Span, rank: int = 1) -> AnsweringPassage:
    made = passage(document, 0, len(text), rank=rank, highlight=highlight)
    fields = {name: getattr(made, name) for name in AnsweringPassage.__slots__}
    return AnsweringPassage(**{**fields, "text": text})


TWO_PLACES = Gold(spans=[GoldSpan("d", 0, 10), GoldSpan("e", 0, 10)])
TWO_DOCUMENTS = Gold(documents=[GoldDocument("d"), GoldDocument("e")])


@pytest.mark.parametrize("gold", [TWO_PLACES, TWO_DOCUMENTS])
def test_a_question_is_complete_when_every_document_that_answers_came_in_the_first_five(gold: Gold) -> None:
    fill = [passage(name, 0, 10) for name in "xyz"]
    d, e = passage("d", 0, 10), passage("e", 0, 10)
    assert values(answer(d, *fill, e), gold)["complete@5"] == 1.0
    assert values(answer(d, *fill, passage("w", 0, 10), e), gold)["complete@5"] == 0.0
    assert values(answer(), gold)["complete@5"] == 0.0


def test_a_passage_elsewhere_in_the_document_does_not_complete_it() -> None:
    assert values(answer(passage("d", 0, 10), passage("e", 50, 90)), TWO_PLACES)["complete@5"] == 0.0


def test_a_duplicate_that_was_folded_in_completes() -> None:
    both = passage("d", 0, 10, also=[citation("e", 0, 10)])
    assert values(answer(both), TWO_PLACES)["complete@5"] == 1.0


def test_completeness_is_not_asked_of_one_document_nor_of_more_than_five() -> None:
    one = Gold(spans=[GoldSpan("d", 0, 10), GoldSpan("d", 50, 60)])
    six = Gold(documents=[GoldDocument(name) for name in "abcdef"])
    for gold in (one, six):
        assert "complete@5" not in values(answer(passage("d", 0, 10)), gold)


def test_short_answers_are_looked_for_in_the_answer_and_in_the_first_passage_that_answers() -> None:
    gold = Gold(documents=[GoldDocument("e")], strings=["2012"])
    wrong = spoken("d", "Not that. Another.", Span(0, 9))
    right = spoken("e", "It began in 2012. So it was.", Span(0, 17), rank=2)
    found = values(answer(wrong, right), gold)
    assert (found["answer_accuracy"], found["answer_in_highlight"]) == (0.0, 1.0)
    marked_elsewhere = spoken("e", "It began in 2012. So it was.", Span(18, 28))
    found = values(answer(marked_elsewhere), gold)
    assert (found["answer_accuracy"], found["answer_in_highlight"]) == (0.0, 0.0)
    assert values(answer(spoken("e", "In 2012.", Span(0, 8))), gold)["answer_accuracy"] == 1.0


def test_without_short_answers_document_gold_says_nothing_of_the_answer() -> None:
    found = values(answer(passage("d", 0, 10)), Gold(documents=[GoldDocument("d")]))
    assert "answer_accuracy" not in found
    assert "answer_in_highlight" not in found


def test_nothing_that_came_scores_zero_and_is_not_dropped() -> None:
    found = values(answer(), Gold(documents=[GoldDocument("d")], strings=["x"]))
    assert (found["answer_accuracy"], found["answer_in_highlight"]) == (0.0, 0.0)


IN_2012 = Gold(documents=[GoldDocument("d")], strings=["2012"])
RIGHT = spoken("d", "It began in 2012. So it was.", Span(0, 17))
BESIDE = spoken("d", "It began in 2012. So it was.", Span(18, 28))
ELSEWHERE = spoken("e", "It ended in 2014.", Span(0, 17))


def uncertain(*passages: AnsweringPassage) -> Answer:
    return replace(answer(*passages, found=False), status="uncertain", reason="doubt")


@pytest.mark.parametrize(
    ("given", "status", "found", "accuracy", "claimed"),
    [
        (answer(RIGHT), "answered", "right", 1.0, 1.0),
        (answer(BESIDE), "answered", "wrong-sentence", 0.0, 0.0),
        (answer(ELSEWHERE), "answered", "wrong-passage", 0.0, 0.0),
        (uncertain(RIGHT), "uncertain", "doubted", 1.0, 0.0),
        (uncertain(BESIDE), "uncertain", "doubted", 0.0, 0.0),
        (uncertain(ELSEWHERE), "uncertain", "doubted-wrong", 0.0, 0.0),
        (answer(RIGHT, found=False), "not_found", "refused", 0.0, 0.0),
    ],
)
def test_an_answerable_question_is_judged_by_its_status_words_and_passage(
    given: Answer, status: Status, found: str, accuracy: float, claimed: float
) -> None:
    judged = outcome(given, IN_2012)
    assert (judged.status, verdict(judged)) == (status, found)
    assert (judged.values["answer_accuracy"], judged.values["claimed_right"]) == (accuracy, claimed)
    assert judged.values["refusal_accuracy"] == float(status == "answered")


@pytest.mark.parametrize(
    ("given", "found", "accuracy"),
    [
        (answer(RIGHT), "invented", 0.0),
        (uncertain(RIGHT), "doubted-rightly", 1.0),
        (answer(RIGHT, found=False), "rightly-refused", 1.0),
    ],
)
def test_an_unanswerable_question_is_judged_by_whether_something_is_claimed(
    given: Answer, found: str, accuracy: float
) -> None:
    judged = outcome(given, Gold(), answerable=False)
    assert verdict(judged) == found
    assert not judged.right
    assert judged.values == {"refusal_accuracy": accuracy}


def test_where_the_gold_has_no_words_the_passage_decides() -> None:
    judged = outcome(answer(BESIDE), Gold(documents=[GoldDocument("d")]))
    assert (judged.right, verdict(judged)) == (True, "right")
    assert "answer_accuracy" not in judged.values
