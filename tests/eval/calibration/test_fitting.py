"""Fitting on handmade cases."""

import datetime
import math
import random
from collections.abc import Sequence

import pytest

from eval.calibration.cases import AskedSet, Case, Kind
from eval.calibration.fitting import fitted
from eval.calibration.quality import Limits, border_rows, figures
from eval.errors import SetError
from service.answering.confidence import Evidence

DAY = datetime.date(2026, 11, 22)
LIMITS = Limits(refused_answerable=0.05, wrong_answers=0.1)


def case(name: str, kind: Kind, score: float, right: bool) -> Case:
    """Return a case whose answer is right if its passage is, with equal evidence of both."""
    return Case(name, kind, Evidence(score, score), right, right)


def asked(name: str, cases: Sequence[Case], follow_ups: int = 0) -> AskedSet:
    return AskedSet(name, "1" * 64, cases, follow_ups, 0, "mine-7", "0" * 64, "{}")


def drawn(name: str, *, slope: float, middle: float, count: int, seed: int = 0) -> AskedSet:
    """Return a set with uniform scores, whose first passages answer with a logistic probability."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    cases = []
    for number in range(count):
        score = chance.random()
        right = chance.random() < 1 / (1 + math.exp(-slope * (score - middle)))
        cases.append(case(f"q{number}", "answerable" if right else "unanswerable", round(score, 6), right))
    return asked(name, cases)


def parted(name: str = "parted") -> AskedSet:
    """Return a set whose scores separate the questions perfectly."""
    kinds: Sequence[Kind] = ("answerable", "left out")
    scores = {"answerable": 0.6, "left out": 0.3}
    return asked(
        name, [case(f"q{n}", kind, scores[kind] + n / 1000, kind == "answerable") for n in range(30) for kind in kinds]
    )


def test_the_function_that_made_the_answers_is_found_again() -> None:
    calibration = fitted([drawn("mine", slope=12, middle=0.5, count=4000)], DAY)
    for logistic in (calibration.answer, calibration.passage):
        assert logistic.slope == pytest.approx(12, rel=0.1)
        assert -logistic.intercept / logistic.slope == pytest.approx(0.5, abs=0.02)


def test_answers_and_passages_have_functions_of_their_own() -> None:
    cases = [
        Case(c.question, c.kind, Evidence(c.evidence.answer + 1, c.evidence.passage), c.answer_right, c.passage_right)
        for c in drawn("mine", slope=12, middle=0.5, count=1000).cases
    ]
    calibration = fitted([asked("mine", cases)], DAY)
    assert calibration.answer.probability(1.5) == pytest.approx(calibration.passage.probability(0.5), abs=1e-4)
    assert calibration.passage.probability(1.5) > 0.99


def test_what_it_was_fitted_on_is_noted() -> None:
    calibration = fitted([parted()], DAY)
    assert (calibration.format, calibration.scoring, calibration.fitted) == (2, "mine-7", "2026-11-22")
    assert (calibration.weights_sha256, calibration.encoder) == ("0" * 64, "{}")
    [noted] = calibration.sets
    assert (noted.name, noted.answerable, noted.unanswerable, noted.left_out) == ("parted", 30, 0, 30)


def test_the_same_cases_give_the_same_calibration() -> None:
    sets = [drawn("mine", slope=12, middle=0.5, count=200), parted()]
    assert fitted(sets, DAY) == fitted(sets, DAY)
    assert figures(sets, fitted(sets, DAY), LIMITS) == figures(sets, fitted(sets, DAY), LIMITS)
    assert border_rows(sets, fitted(sets, DAY), LIMITS) == border_rows(sets, fitted(sets, DAY), LIMITS)


def test_perfectly_parted_scores_give_a_finite_slope_and_perfect_figures() -> None:
    calibration = fitted([parted()], DAY)
    for logistic in (calibration.answer, calibration.passage):
        assert 0 < logistic.slope < 100
        assert logistic.probability(0.3) < 0.1
        assert logistic.probability(0.63) > 0.9
    for row in figures([parted()], calibration, LIMITS):
        assert (row.auroc_left_out, row.auroc_unanswerable, row.auroc_passage) == (1.0, None, 1.0)
        assert row.refusal_recall == 1.0


def test_scores_that_are_all_one_are_refused() -> None:
    cases = [case(f"q{n}", "answerable" if n % 2 else "unanswerable", 0.5, n % 2 == 1) for n in range(60)]
    with pytest.raises(SetError, match="In 'flat', a first passage with more evidence is not right more often"):
        fitted([asked("flat", cases)], DAY)


def test_scores_that_fall_where_answers_are_right_are_refused() -> None:
    upside_down = asked("odd", [case(c.question, c.kind, -c.evidence.passage, c.passage_right) for c in parted().cases])
    with pytest.raises(SetError, match="In 'odd', a first passage with more evidence is not right more often"):
        fitted([upside_down], DAY)


def test_a_set_without_a_right_answer_is_refused() -> None:
    wrong = asked("wrong", [case(c.question, c.kind, c.evidence.passage, False) for c in parted().cases])
    with pytest.raises(SetError, match="No first passage is right in 'wrong'"):
        fitted([wrong], DAY)
    cases = [Case(c.question, c.kind, c.evidence, False, c.passage_right) for c in parted().cases]
    with pytest.raises(SetError, match="No answer is right in 'wrong'"):
        fitted([asked("wrong", cases)], DAY)


def test_a_large_set_counts_no_more_than_a_small_one() -> None:
    small = drawn("small", slope=20, middle=0.3, count=300)
    large = drawn("large", slope=20, middle=0.7, count=300, seed=1)
    ten_times = asked("large", [*large.cases] * 10)
    once, often = fitted([small, large], DAY), fitted([small, ten_times], DAY)
    assert often.passage.slope == pytest.approx(once.passage.slope, rel=0.1)
    assert often.refusal_border(0.1) == once.refusal_border(0.1)
    assert often.claim_border(0.3) == pytest.approx(once.claim_border(0.3), abs=0.02)


def test_many_unanswerable_questions_count_no_more_than_few() -> None:
    few = drawn("mine", slope=20, middle=0.5, count=400)
    many = asked("mine", [*few.cases, *[case for case in few.cases if not case.answerable] * 4])
    before, after = fitted([few], DAY), fitted([many], DAY)
    assert after.passage.intercept / after.passage.slope == pytest.approx(
        before.passage.intercept / before.passage.slope, abs=0.01
    )


def test_the_share_of_answerable_questions_that_a_threshold_names_is_refused() -> None:
    cases = [case(f"a{n}", "answerable", n / 100, True) for n in range(100)]
    cases += [case(f"u{n}", "unanswerable", -n / 100, False) for n in range(20)]
    calibration = fitted([asked("hundred", cases)], DAY)
    for share in (0.01, 0.05, 0.25, 0.5):
        refused = sum(c.evidence.passage < calibration.refusal_border(share) for c in cases if c.answerable)
        assert refused == pytest.approx(100 * share, abs=1)
