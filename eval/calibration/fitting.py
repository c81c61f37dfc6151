"""Fitting of a calibration on labelled questions."""

import datetime
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.calibration.cases import AskedSet, Case
from eval.calibration.claims import SHARES as CLAIM_SHARES
from eval.calibration.claims import claim_borders
from eval.errors import SetError
from service.answering import Calibration, CalibrationSet, LogisticMap

SHARES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""Shares of answerable questions whose evidence is stored; those in between are interpolated."""

DECIMALS = 6
"""Decimals of evidence."""


def fitted(sets: Sequence[AskedSet], date: datetime.date) -> Calibration:
    """Fit both maps and both kinds of borders.

    Every set has the same weight, and in each set the questions with an answer have half of it, so the size of a set
    and its number of unanswerable questions have no influence.

    Args:
        sets: The cases, all from one encoder and one version of the evidence.
        date: Recorded date.

    Raises:
        SetError: No answer or no first passage is right, or the evidence does not separate right from wrong.
    """
    cases = [case for asked in sets for case in asked.cases]
    weights = np.concatenate([case_weights(asked.cases) for asked in sets])
    of_answers = np.array([case.evidence.answer for case in cases])
    of_passages = np.array([case.evidence.passage for case in cases])
    answers_right = np.array([case.answer_right for case in cases])
    passages_right = np.array([case.passage_right for case in cases])
    answerable = np.array([case.answerable for case in cases])
    names = ", ".join(f"'{asked.name}'" for asked in sets)
    passage = _logistic(of_passages, passages_right, weights, "first passage", names)
    answer = _logistic(of_answers, answers_right, weights, "answer", names)
    claims = claim_borders(of_answers, ~answers_right, weights, CLAIM_SHARES)
    return Calibration(
        format=2,
        scoring=sets[0].scoring,
        weights_sha256=sets[0].weights_sha256,
        encoder=sets[0].encoder,
        fitted=date.isoformat(),
        sets=[_noted(asked) for asked in sets],
        answer=answer,
        passage=passage,
        refusals=_refusals(of_passages[answerable], weights[answerable]),
        claims=[(share, round(border, DECIMALS)) for share, border in claims],
    )


def case_weights(cases: Sequence[Case]) -> NDArray[np.float64]:
    """Return weights `(cases,)` float64 with sum 1: one half for the questions with an answer, one for the others."""
    answerable = np.array([case.answerable for case in cases])
    with_answer = int(answerable.sum())
    return np.where(answerable, 0.5 / max(1, with_answer), 0.5 / max(1, len(cases) - with_answer))


def _logistic(
    evidence: NDArray[np.float64], right: NDArray[np.bool_], weights: NDArray[np.float64], what: str, names: str
) -> LogisticMap:
    """Fit a logistic function of the evidence (Platt, 1999).

    Platt's targets, slightly inside 0 and 1, keep the slope finite if the evidence separates the cases perfectly.
    """
    if not right.any():
        raise SetError(f"No {what} is right in {names}. Check that the set matches the documents.")
    middle, spread = float(evidence.mean()), float(evidence.std()) or 1.0
    count_right, count_wrong = int(right.sum()), int((~right).sum())
    target = np.where(right, (count_right + 1) / (count_right + 2), 1 / (count_wrong + 2))
    standardised = ((evidence - middle) / spread)[:, None]
    # a target between 0 and 1: each case counts as right with weight `target` and as wrong with the rest
    model = LogisticRegression(C=np.inf).fit(
        np.concatenate([standardised, standardised]),
        np.repeat([True, False], len(evidence)),
        sample_weight=np.concatenate([weights * target, weights * (1 - target)]) * len(evidence) / weights.sum(),
    )
    slope = round(float(model.coef_[0, 0]) / spread, DECIMALS)
    if slope <= 0:
        raise SetError(
            f"In {names}, a {what} with more evidence is not right more often, so a calibration is not possible. "
            "Use another encoder, or check the answers of the set."
        )
    return LogisticMap(slope=slope, intercept=round(float(model.intercept_[0]) - slope * middle, DECIMALS))


def _refusals(evidence: NDArray[np.float64], weights: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return for each share the evidence below which this share of answerable questions lies, by weight."""
    below = np.quantile(evidence, SHARES, weights=weights, method="inverted_cdf")
    return [(share, round(float(border), DECIMALS)) for share, border in zip(SHARES, below, strict=True)]


def _noted(asked: AskedSet) -> CalibrationSet:
    counts = asked.counts()
    return CalibrationSet(
        name=asked.name,
        sha256=asked.sha256,
        answerable=counts["answerable"],
        unanswerable=counts["unanswerable"],
        left_out=counts["left out"],
    )
