"""Measures against values calculated by hand."""

import math

import pytest

from eval.measures.measures import (
    RETRIEVAL,
    Judged,
    calibration_bins,
    confidence_measures,
    expected_calibration_error,
    retrieval_values,
    risk_coverage,
)


def test_retrieval_measures_are_those_worked_out_by_hand() -> None:
    values = retrieval_values({"q": {"a": 1, "b": 1}}, {"q": ["x", "a", "y", "b"]})["q"]
    ideal = 1 + 1 / math.log2(3)
    assert values["nDCG@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert values["MRR@10"] == pytest.approx(0.5)
    assert (values["hit@1"], values["hit@3"], values["hit@5"]) == (0.0, 1.0, 1.0)
    assert values["recall@5"] == pytest.approx(1.0)
    assert values["MAP"] == pytest.approx((1 / 2 + 2 / 4) / 2)


def test_a_question_that_returned_nothing_scores_zero_and_is_not_dropped() -> None:
    values = retrieval_values({"q": {"a": 1}, "r": {"a": 1}}, {"q": ["a"], "r": []})
    assert values["q"]["nDCG@10"] == 1.0
    assert values["r"] == dict.fromkeys(RETRIEVAL, 0.0)
    assert retrieval_values({"q": {"a": 1}}, {})["q"]["hit@5"] == 0.0


def judged(*rows: tuple[bool, str, bool, float]) -> list[Judged]:
    return [Judged(*row) for row in rows]


def test_refusals_and_their_order_are_measured() -> None:
    rows = judged(
        (True, "answered", True, 0.9),
        (True, "not_found", True, 0.3),
        (False, "not_found", False, 0.2),
        (False, "answered", False, 0.5),
    )
    measures = confidence_measures(rows)
    assert measures["refusal_precision"] == 0.5
    assert measures["refusal_recall"] == 0.5
    assert measures["AUROC"] == 0.75


def test_claims_are_the_answered_questions_and_no_claim_is_a_refusal() -> None:
    rows = judged(
        (True, "answered", True, 0.9),
        (True, "answered", False, 0.8),
        (False, "answered", False, 0.7),
        (True, "uncertain", True, 0.5),
        (False, "uncertain", False, 0.4),
        (False, "not_found", False, 0.1),
        (True, "failed", False, -1.0),
        (True, "failed", False, -1.0),
    )
    measures = confidence_measures(rows)
    assert measures["claimed"] == 3 / 8
    assert measures["wrong_claims"] == pytest.approx(2 / 3)
    assert measures["claimed_wrong"] == 2 / 8
    assert measures["uncertain"] == 2 / 8
    assert measures["refusal_precision"] == pytest.approx(2 / 3)
    assert measures["refusal_recall"] == pytest.approx(2 / 3)


def test_what_has_nothing_to_count_is_not_available() -> None:
    measures = confidence_measures(judged((True, "answered", True, 0.9)))
    assert measures["refusal_precision"] is None
    assert measures["refusal_recall"] is None
    assert measures["AUROC"] is None
    assert confidence_measures(judged((True, "uncertain", True, 0.9)))["wrong_claims"] is None
    assert confidence_measures([])["claimed"] is None
    assert expected_calibration_error([], []) is None


def test_risk_grows_as_less_sure_questions_are_answered() -> None:
    rows = judged(
        (True, "answered", True, 0.9),
        (True, "answered", False, 0.5),
        (True, "uncertain", True, 0.5),
        (True, "uncertain", False, 0.1),
    )
    assert risk_coverage(rows) == ([0.25, 0.75, 1.0], [0.0, pytest.approx(1 / 3), 0.5])


def test_calibration_error_is_the_mean_distance_of_the_bins() -> None:
    low, high = calibration_bins([0.95, 0.95, 0.05], [True, False, False])
    assert low == pytest.approx((0.05, 0.0, 1))
    assert high == pytest.approx((0.95, 0.5, 2))
    assert expected_calibration_error([0.95, 0.95, 0.05], [True, False, False]) == pytest.approx((0.05 + 2 * 0.45) / 3)
    assert calibration_bins([1.0], [True]) == [(1.0, 1.0, 1)]


def test_weights_count_in_the_calibration_error() -> None:
    probabilities, correct = [0.95, 0.95, 0.05], [True, False, False]
    [_, high] = calibration_bins(probabilities, correct, [3, 1, 4])
    assert high == pytest.approx((0.95, 0.75, 4))
    error = expected_calibration_error(probabilities, correct, [3, 1, 4])
    assert error == pytest.approx((4 * 0.05 + 4 * 0.2) / 8)
    assert expected_calibration_error(probabilities, correct, [2, 2, 2]) == pytest.approx((0.05 + 2 * 0.45) / 3)
