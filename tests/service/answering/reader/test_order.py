"""Reading of the best passages, and their order."""

from collections.abc import Iterable, Sequence

import pytest

from service.answering.answer import Span
from service.answering.ranking.deduplication import Result
from service.answering.ranking.reranking import RerankedCandidate
from service.answering.reader import PassageToRead, Verdict, in_order_of_reading, log_odds, read_best


class Fixed:
    """Reader with a probability for each text, two at a time."""

    version = "fixed"
    parallel = 2

    def __init__(self, **answers: float) -> None:
        self._answers = answers
        self.read_texts: list[str] = []

    def read(self, question: str, passages: Sequence[PassageToRead]) -> Iterable[Verdict]:
        del question
        self.read_texts += [passage.text for passage in passages]
        return [Verdict(self._answers[passage.text], None) for passage in passages]


def passages(*texts: str) -> list[PassageToRead]:
    return [PassageToRead("", text, [Span(0, len(text))]) for text in texts]


def results(**scores: float) -> list[Result]:
    return [Result(RerankedCandidate(int(name[1:]), score, score)) for name, score in scores.items()]


def keys(found: Sequence[Result]) -> list[int]:
    return [result.candidate.key for result in found]


def test_passages_that_could_come_first_are_read() -> None:
    reader = Fixed(a=0.5, b=0.6, c=0.9)

    verdicts = read_best(reader, "When?", passages("a", "b", "c"), [0.50, 0.49, 0.48])

    assert {at: verdict.answers for at, verdict in verdicts.items()} == {0: 0.5, 1: 0.6, 2: 0.9}


def test_a_passage_far_behind_is_not_read() -> None:
    reader = Fixed(a=0.5, b=0.5, c=0.5)

    assert list(read_best(reader, "When?", passages("a", "b", "c"), [0.5, 0.4, 0.45])) == [0, 2]
    assert reader.read_texts == ["a", "c"]


def test_an_answer_ends_the_reading_of_worse_passages() -> None:
    reader = Fixed(a=0.2, b=0.999, c=0.5)

    assert list(read_best(reader, "When?", passages("a", "b", "c"), [0.50, 0.49, 0.48])) == [0, 1]
    assert reader.read_texts == ["a", "b"]


def test_passages_far_behind_one_that_does_not_answer_are_read() -> None:
    reader = Fixed(a=0.001, b=0.2)

    assert list(read_best(reader, "When?", passages("a", "b"), [0.5, 0.4])) == [0, 1]


def test_nothing_is_read_without_passages() -> None:
    assert read_best(Fixed(), "When?", [], []) == {}


def test_a_passage_that_answers_goes_ahead_of_one_that_does_not() -> None:
    found = results(k1=0.50, k2=0.49, k3=0.48)

    ordered = in_order_of_reading(found, {1: Verdict(0.01, None), 2: Verdict(0.02, None), 3: Verdict(0.99, None)})

    assert keys(ordered)[0] == 3


def test_a_much_better_score_outweighs_a_verdict() -> None:
    found = results(k1=0.9, k2=0.3)

    assert keys(in_order_of_reading(found, {1: Verdict(0.2, None), 2: Verdict(1.0, None)})) == [1, 2]


def test_passages_that_were_not_read_stay_behind_the_others() -> None:
    found = results(k1=0.5, k2=0.5, k3=0.5)

    assert keys(in_order_of_reading(found, {1: Verdict(0.0, None), 2: Verdict(0.9, None)})) == [2, 1, 3]


@pytest.mark.parametrize(("answers", "odds"), [(0.5, 0.0), (0.0, -8.0), (1.0, 8.0)])
def test_log_odds_are_bounded(answers: float, odds: float) -> None:
    assert log_odds(answers) == pytest.approx(odds)
