"""The reported quality of calibrations on handmade cases."""

import pytest

from eval.calibration.cases import Case
from eval.calibration.fitting import fitted
from eval.calibration.quality import Claims, Limits, border_rows, figures
from service.answering.calibration import LogisticMap
from service.answering.confidence import Evidence
from tests.eval.calibration.test_fitting import DAY, LIMITS, asked, case, drawn, parted


def test_a_set_is_judged_by_all_by_the_others_and_by_itself() -> None:
    easy = drawn("easy", slope=20, middle=0.3, count=400)
    hard = drawn("hard", slope=20, middle=0.7, count=400, seed=1)
    rows = {(row.set, row.fitted_on): row for row in figures([easy, hard], fitted([easy, hard], DAY), LIMITS)}
    assert set(rows) == {(name, on) for name in ("easy", "hard") for on in ("all", "others", "itself")}
    for name in ("easy", "hard"):
        itself, everything, others = (rows[name, on].ece_passage for on in ("itself", "all", "others"))
        assert itself is not None
        assert everything is not None
        assert others is not None
        assert itself < everything < others
        assert rows[name, "all"].auroc_answer == rows[name, "others"].auroc_answer
    assert rows["hard", "others"].refused_answerable < 0.01 < 0.05 < rows["easy", "others"].refused_answerable


def test_a_single_set_has_no_others() -> None:
    alone = parted()
    assert [row.fitted_on for row in figures([alone], fitted([alone], DAY), LIMITS)] == ["all", "itself"]


def test_refusals_are_counted_as_they_are() -> None:
    cases = [case(f"a{n}", "answerable", (50 + n) / 100, True) for n in range(20)]
    cases += [case(f"u{n}", "unanswerable", (40 + n) / 100, False) for n in range(20)]
    mine = asked("mine", cases)
    calibration = fitted([mine], DAY).model_copy(update={"refusals": [(0.0, 0.4), (0.1, 0.52), (0.5, 0.6)]})
    row = figures([mine], calibration, Limits(refused_answerable=0.1, wrong_answers=0.1))[0]
    assert row.refused_answerable == 2 / 20
    assert row.refusal_recall == 12 / 20
    assert row.refusal_precision == 12 / 14
    worse, equal = sum(range(10)), 10
    assert row.auroc_unanswerable == row.auroc_passage == pytest.approx((400 - worse - equal / 2) / 400)


def test_claims_are_counted_as_they_are() -> None:
    cases = [Case(f"a{n}", "answerable", Evidence(n / 20, 0.5 + n / 100), n >= 8, True) for n in range(20)]
    cases += [case(f"u{n}", "unanswerable", n / 25, False) for n in range(20)]
    mine = asked("mine", cases)
    calibration = fitted([mine], DAY).model_copy(
        update={
            "answer": LogisticMap(slope=10, intercept=-1),
            "refusals": [(0.0, -1.0), (0.5, -1.0)],
            "claims": [(0.1, 0.3)],
        }
    )
    [row, *_] = figures([mine], calibration, LIMITS)
    claimed, wrong = 14 + 12, 2 + 12
    assert row.claims.claimed == pytest.approx(claimed / 40)
    assert row.claims.wrong == pytest.approx(wrong / claimed)
    assert row.claims.lost == pytest.approx(0.0)
    [at] = [row for row in border_rows([mine], calibration, LIMITS) if row.share == 0.1]
    assert (at.border, at.fitted) == (0.3, row.claims)


def test_a_share_that_no_border_keeps_claims_nothing_and_loses_every_right_answer() -> None:
    hard = drawn("hard", slope=4, middle=0.9, count=200)
    [row] = [row for row in border_rows([hard], fitted([hard], DAY), LIMITS) if row.share == 0.01]
    assert (row.border, row.probability) == (None, None)
    assert row.fitted == row.unseen == Claims(0.0, None, 1.0)


def test_unseen_questions_are_judged_without_themselves() -> None:
    mine = drawn("mine", slope=12, middle=0.5, count=1000)
    limits = Limits(refused_answerable=0.05, wrong_answers=0.1)
    [row] = [row for row in border_rows([mine], fitted([mine], DAY), limits) if row.share == limits.wrong_answers]
    assert row.fitted.wrong is not None
    assert row.unseen.wrong is not None
    assert row.fitted.wrong <= 0.1
    assert row.unseen.wrong == pytest.approx(0.1, abs=0.03)
    assert row.unseen != row.fitted
