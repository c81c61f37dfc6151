"""Passages with the question's figures come before near-equal ones without."""

from service.answering.ranking.figures import COMPARED, MISSING_FIGURE_PENALTY, with_figures_first
from service.answering.ranking.reranking import RerankedCandidate
from service.answering.sentences import Figures, figures_in
from tests.service.answering.conftest import Over, found

YEARS = {1: figures_in("In 1911 it ground rye."), 2: figures_in("In 1925 it burnt."), 3: Figures()}


def test_a_passage_without_the_figures_has_a_lower_score_and_the_same_evidence() -> None:
    ranked = [RerankedCandidate(key, 0.5, 0.5) for key in YEARS]

    after = with_figures_first(ranked, figures_in("in 1925"), YEARS.__getitem__)

    lower = 0.5 - MISSING_FIGURE_PENALTY
    assert [(one.score, one.evidence) for one in after] == [(lower, 0.5), (0.5, 0.5), (lower, 0.5)]


def test_without_figures_in_the_question_nothing_changes() -> None:
    ranked = [RerankedCandidate(key, 0.5, 0.5) for key in YEARS]

    assert with_figures_first(ranked, Figures(), YEARS.__getitem__) == ranked


def test_no_more_passages_than_the_first_are_read() -> None:
    ranked = [RerankedCandidate(key, 1 - key / 100, 0.5) for key in range(COMPARED + 5)]
    read: list[int] = []

    def figures_of(key: int) -> Figures:
        read.append(key)
        return Figures()

    after = with_figures_first(ranked, figures_in("in 1925"), figures_of)

    assert read == list(range(COMPARED))
    assert after[COMPARED:] == ranked[COMPARED:]


def test_of_two_like_passages_the_one_of_the_year_comes_first(over: Over) -> None:
    pipeline = over(
        {
            "general.txt": "The mill\n\nHow many sacks of rye the mill ground is written in its book every year.",
            "years.txt": "The mill\n\nSacks of rye that the mill ground. 1911: 310. 1912: 402. 1913: 288. 1914: 377.",
        }
    )

    assert found(pipeline.ask("How many sacks of rye did the mill grind?"))[0] == "general"
    assert found(pipeline.ask("How many sacks of rye did the mill grind in 1913?"))[0] == "years"
