"""Fitting on handmade cases, and the reported quality."""

import datetime
import math
import random
from collections.abc import Sequence

import pytest

from eval.calibration.cases import AskedSet, Case, Kind
from eval.calibration.fitting import figures, fitted
from eval.errors import SetError
from service.answering.ranking.maxsim import SCORING_VERSION

DAY = datetime.date(2026, 11, 22)


def asked(name: str, cases: Sequence[Case], follow_ups: int = 0) -> AskedSet:
    return AskedSet(name, "1" * 64, cases, follow_ups, "0" * 64, "{}")


def drawn(name: str, *, slope: float, middle: float, count: int, seed: int = 0) -> AskedSet:
    """Return a set with uniform scores, whose first passages answer with a logistic probability."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    cases = []
    for number in range(count):
        score = chance.random()
        right = chance.random() < 1 / (1 + math.exp(-slope * (score - middle)))
        cases.append(Case(f"q{number}", "answerable" if right else "unanswerable", round(score, 6), right))
    return asked(name, cases)


def parted(name: str = "parted") -> AskedSet:
    """Return a set whose scores separate the questions perfectly."""
    kinds: Sequence[Kind] = ("answerable", "left out")
    scores = {"answerable": 0.6, "left out": 0.3}
    return asked(
        name, [Case(f"q{n}", kind, scores[kind] + n / 1000, kind == "answerable") for n in range(30) for kind in kinds]
    )


def test_the_function_that_made_the_answers_is_found_again() -> None:
    calibration = fitted([drawn("mine", slope=12, middle=0.5, count=4000)], DAY)
    assert calibration.slope == pytest.approx(12, rel=0.1)
    assert -calibration.intercept / calibration.slope == pytest.approx(0.5, abs=0.02)


def test_what_it_was_fitted_on_is_noted() -> None:
    calibration = fitted([parted()], DAY)
    assert (calibration.format, calibration.scoring, calibration.fitted) == (1, SCORING_VERSION, "2026-11-22")
    assert (calibration.weights_sha256, calibration.encoder) == ("0" * 64, "{}")
    [noted] = calibration.sets
    assert (noted.name, noted.answerable, noted.unanswerable, noted.left_out) == ("parted", 30, 0, 30)


def test_the_same_cases_give_the_same_calibration() -> None:
    sets = [drawn("mine", slope=12, middle=0.5, count=200), parted()]
    assert fitted(sets, DAY) == fitted(sets, DAY)
    assert figures(sets, fitted(sets, DAY), 0.05) == figures(sets, fitted(sets, DAY), 0.05)


def test_perfectly_parted_scores_give_a_finite_slope_and_perfect_figures() -> None:
    calibration = fitted([parted()], DAY)
    assert 0 < calibration.slope < 100
    assert calibration.probability(0.3) < 0.1
    assert calibration.probability(0.63) > 0.9
    for row in figures([parted()], calibration, 0.05):
        assert (row.auroc_left_out, row.auroc_unanswerable, row.auroc_correct) == (1.0, None, 1.0)
        assert row.refusal_recall == 1.0


def test_scores_that_are_all_one_are_refused() -> None:
    cases = [Case(f"q{n}", "answerable" if n % 2 else "unanswerable", 0.5, n % 2 == 1) for n in range(60)]
    with pytest.raises(SetError, match="In 'flat', first passages with higher scores do not answer more often"):
        fitted([asked("flat", cases)], DAY)


def test_scores_that_fall_where_answers_are_right_are_refused() -> None:
    upside_down = asked("odd", [Case(c.question, c.kind, -c.score, c.correct) for c in parted().cases])
    with pytest.raises(SetError, match="In 'odd', first passages with higher scores do not answer more often"):
        fitted([upside_down], DAY)


def test_a_set_without_a_right_answer_is_refused() -> None:
    wrong = asked("wrong", [Case(c.question, c.kind, c.score, False) for c in parted().cases])
    with pytest.raises(SetError, match="No first passage answers in 'wrong'"):
        fitted([wrong], DAY)


def test_a_large_set_counts_no_more_than_a_small_one() -> None:
    small = drawn("small", slope=20, middle=0.3, count=300)
    large = drawn("large", slope=20, middle=0.7, count=300, seed=1)
    ten_times = asked("large", [*large.cases] * 10)
    once, often = fitted([small, large], DAY), fitted([small, ten_times], DAY)
    assert often.slope == pytest.approx(once.slope, rel=0.1)
    assert often.threshold(0.1) == once.threshold(0.1)


def test_many_unanswerable_questions_count_no_more_than_few() -> None:
    few = drawn("mine", slope=20, middle=0.5, count=400)
    many = asked("mine", [*few.cases, *[case for case in few.cases if not case.answerable] * 4])
    before, after = fitted([few], DAY), fitted([many], DAY)
    assert after.intercept / after.slope == pytest.approx(before.intercept / before.slope, abs=0.01)


def test_the_share_of_answerable_questions_that_a_threshold_names_is_refused() -> None:
    cases = [Case(f"a{n}", "answerable", n / 100, True) for n in range(100)]
    cases += [Case(f"u{n}", "unanswerable", -n / 100, False) for n in range(20)]
    calibration = fitted([asked("hundred", cases)], DAY)
    for share in (0.01, 0.05, 0.25, 0.5):
        refused = sum(case.score < calibration.threshold(share) for case in cases if case.answerable)
        assert refused == pytest.approx(100 * share, abs=1)


def test_a_set_is_judged_by_all_by_the_others_and_by_itself() -> None:
    easy = drawn("easy", slope=20, middle=0.3, count=400)
    hard = drawn("hard", slope=20, middle=0.7, count=400, seed=1)
    rows = {(row.set, row.fitted_on): row for row in figures([easy, hard], fitted([easy, hard], DAY), 0.05)}
    assert set(rows) == {(name, on) for name in ("easy", "hard") for on in ("all", "others", "itself")}
    for name in ("easy", "hard"):
        itself, everything, others = (rows[name, on].ece for on in ("itself", "all", "others"))
        assert itself is not None
        assert everything is not None
        assert others is not None
        assert itself < everything < others
        assert rows[name, "all"].auroc_correct == rows[name, "others"].auroc_correct
    assert rows["hard", "others"].refused_answerable < 0.01 < 0.05 < rows["easy", "others"].refused_answerable


def test_a_single_set_has_no_others() -> None:
    alone = parted()
    assert [row.fitted_on for row in figures([alone], fitted([alone], DAY), 0.05)] == ["all", "itself"]


def test_refusals_are_counted_as_they_are() -> None:
    cases = [Case(f"a{n}", "answerable", (50 + n) / 100, True) for n in range(20)]
    cases += [Case(f"u{n}", "unanswerable", (40 + n) / 100, False) for n in range(20)]
    mine = asked("mine", cases)
    calibration = fitted([mine], DAY).model_copy(update={"refusals": [(0.0, 0.4), (0.1, 0.52), (0.5, 0.6)]})
    row = figures([mine], calibration, 0.1)[0]
    assert row.refused_answerable == 2 / 20
    assert row.refusal_recall == 12 / 20
    assert row.refusal_precision == 12 / 14
    worse, equal = sum(range(10)), 10
    assert row.auroc_unanswerable == row.auroc_correct == pytest.approx((400 - worse - equal / 2) / 400)
