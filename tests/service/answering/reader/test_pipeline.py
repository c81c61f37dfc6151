"""Answers with a reader."""

from collections.abc import Iterable, Sequence

import pytest

from service.answering.answer import Turn
from service.answering.pipeline import Pipeline
from service.answering.reader import PassageToRead, Reader, Verdict
from tests.service.answering.conftest import Over, found

TEXTS = {
    "mole.txt": "The mole is made of stone from the quarry. It is 412 metres long.",
    "pier.txt": "The pier is made of larch from the island. It is 90 metres long.",
    "quay.txt": "The quay is made of concrete from the mainland. It is 230 metres long.",
}


class Preferring:
    """Reader that finds an answer in each sentence with a word."""

    version = "preferring"
    parallel = 2

    def __init__(self, word: str) -> None:
        self._word = word
        self.questions: set[str] = set()
        self.titles: set[str] = set()
        self.number = 0

    def read(self, question: str, passages: Sequence[PassageToRead]) -> Iterable[Verdict]:
        self.questions.add(question)
        self.number += len(passages)
        self.titles |= {passage.title for passage in passages}
        for passage in passages:
            texts = [passage.text[span.start : span.end] for span in passage.sentences]
            chances = [0.9 if self._word in text else 0.01 for text in texts]
            yield Verdict(max(chances), chances)


@pytest.fixture(scope="module")
def plain(over: Over) -> Pipeline:
    return over(TEXTS)


def with_reader(pipeline: Pipeline, reader: Reader) -> Pipeline:
    return Pipeline(pipeline.library, pipeline.settings, reader=reader)


def test_the_reader_chooses_the_sentence(plain: Pipeline) -> None:
    answer = with_reader(plain, Preferring("412")).ask("What is the mole made of?")

    assert answer.answer is not None
    assert answer.answer.text.endswith("It is 412 metres long.")


def test_the_reader_orders_the_passages(plain: Pipeline) -> None:
    question = "What is made of wood or stone?"
    last = found(plain.ask(question))[-1]
    word = {"mole": "412", "pier": "90", "quay": "230"}[last]

    assert found(with_reader(plain, Preferring(word)).ask(question))[0] == last


def test_more_passages_are_read_than_are_asked_for(plain: Pipeline) -> None:
    reader = Preferring("nothing")

    answer = with_reader(plain, reader).ask("What is made of wood or stone?", k=1)

    assert len(answer.passages) == 1
    assert reader.number > 1


def test_a_follow_up_is_read_with_the_question_before_it(plain: Pipeline) -> None:
    reader = Preferring("412")
    history = [Turn("user", "What is the mole made of?"), Turn("assistant", "The mole is made of stone.")]

    with_reader(plain, reader).ask("And how long is it?", history=history)

    assert reader.questions == {"And how long is it?"}
    assert all(title.startswith("What is the mole made of? ") for title in reader.titles)


def test_the_reader_leaves_the_passages_of_a_follow_up_in_order(plain: Pipeline) -> None:
    history = [Turn("user", "What is the mole made of?"), Turn("assistant", "The mole is made of stone.")]
    without = found(plain.ask("And how long is it?", history=history))
    word = {"mole": "412", "pier": "90", "quay": "230"}[without[-1]]

    assert found(with_reader(plain, Preferring(word)).ask("And how long is it?", history=history)) == without


def test_the_time_of_reading_is_measured(plain: Pipeline) -> None:
    assert with_reader(plain, Preferring("412")).ask("How long is it?").timing_ms.read > 0
    assert plain.ask("How long is it?").timing_ms.read >= 0


def test_keywords_are_read_as_questions_are(plain: Pipeline) -> None:
    reader = Preferring("412")

    with_reader(plain, reader).ask("mole stone")

    assert reader.number > 0


def test_the_chance_is_that_of_the_shown_row_alone(over: Over) -> None:
    lines = "\n".join(f"- {year}: {500 + year % 100} boats" for year in range(2011, 2019))
    boats = over({"boats.md": f"# Boats in the harbour\n\n{lines}\n"})

    _, found = with_reader(boats, Preferring("2015")).ask_with_evidence("How many boats were there in 2015?")
    _, other = with_reader(boats, Preferring("2013")).ask_with_evidence("How many boats were there in 2015?")

    assert found is not None
    assert other is not None
    assert found.answer > other.answer + 0.1
