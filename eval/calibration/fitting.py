"""Fitting of a calibration on labelled questions, and its quality on them and on others."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from eval.calibration.cases import AskedSet, Case
from eval.errors import SetError
from eval.measures import Judged, confidence_measures, expected_calibration_error
from service.answering import SCORING_VERSION, Calibration, CalibrationSet

SHARES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""Shares of answerable questions whose scores are stored; those in between are interpolated."""

FOLDS = 5

DECIMALS = 6
"""Decimals of scores."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Quality of a calibration on a set.

    Args:
        set: The set's name.
        fitted_on: `all` sets, the `others`, or `itself`: fitted on four fifths of it, measured on the fifth.
        auroc_left_out: Probability that an answerable question has a higher confidence than one asked without its
            relevant documents; None if there are none of these.
        auroc_unanswerable: The same against the set's unanswerable questions.
        auroc_correct: Probability that a relevant first passage has a higher confidence than another.
        ece: Expected calibration error, with half the weight each for questions with and without answer.
        aurc: Area under the risk-coverage curve.
        refused_answerable: Share of answerable questions that are refused.
        refusal_precision: Of the refused questions, the share without an answer; None if none is refused.
        refusal_recall: Of the questions without an answer, the share refused.
    """

    set: str
    fitted_on: str
    auroc_left_out: float | None
    auroc_unanswerable: float | None
    auroc_correct: float | None
    ece: float | None
    aurc: float | None
    refused_answerable: float
    refusal_precision: float | None
    refusal_recall: float | None


def fitted(sets: Sequence[AskedSet], date: datetime.date) -> Calibration:
    """Fit a logistic function of the score (Platt, 1999).

    Every set has the same weight, and in each set the questions with an answer have half of it, so the size of a set
    and its number of unanswerable questions have no influence. Platt's targets, slightly inside 0 and 1, keep the
    slope finite if the scores separate the questions perfectly.

    Args:
        sets: The cases, all from one encoder.
        date: Recorded date.

    Raises:
        SetError: No first passage is relevant, or the scores do not separate right from wrong.
    """
    cases = [case for asked in sets for case in asked.cases]
    weights = np.concatenate([_weights(asked.cases) for asked in sets])
    scores, correct = _column(cases, "score"), _column(cases, "correct").astype(bool)
    names = ", ".join(f"'{asked.name}'" for asked in sets)
    if not correct.any():
        raise SetError(f"No first passage answers in {names}. Check that the set matches the documents.")
    middle, spread = float(scores.mean()), float(scores.std()) or 1.0
    right, wrong = int(correct.sum()), int((~correct).sum())
    target = np.where(correct, (right + 1) / (right + 2), 1 / (wrong + 2))
    standardised = ((scores - middle) / spread)[:, None]
    # a target between 0 and 1: each case counts as right with weight `target` and as wrong with the rest
    model = LogisticRegression(C=np.inf).fit(
        np.concatenate([standardised, standardised]),
        np.repeat([True, False], len(cases)),
        sample_weight=np.concatenate([weights * target, weights * (1 - target)]) * len(cases) / weights.sum(),
    )
    slope = round(float(model.coef_[0, 0]) / spread, DECIMALS)
    if slope <= 0:
        raise SetError(
            f"In {names}, first passages with higher scores do not answer more often, so a calibration is not "
            "possible. Use another encoder, or check the answers of the set."
        )
    return Calibration(
        format=1,
        scoring=SCORING_VERSION,
        weights_sha256=sets[0].weights_sha256,
        encoder=sets[0].encoder,
        fitted=date.isoformat(),
        sets=[_noted(asked) for asked in sets],
        slope=slope,
        intercept=round(float(model.intercept_[0]) - slope * middle, DECIMALS),
        refusals=_refusals(scores, weights, _column(cases, "answerable").astype(bool)),
    )


def _column(cases: Sequence[Case], name: str) -> NDArray[np.float64]:
    return np.array([getattr(case, name) for case in cases], dtype=np.float64)


def _weights(cases: Sequence[Case]) -> NDArray[np.float64]:
    """Return weights `(cases,)` float64 with sum 1: one half for the questions with an answer, one for the others."""
    answerable = _column(cases, "answerable").astype(bool)
    with_answer = int(answerable.sum())
    return np.where(answerable, 0.5 / max(1, with_answer), 0.5 / max(1, len(cases) - with_answer))


def _refusals(
    scores: NDArray[np.float64], weights: NDArray[np.float64], answerable: NDArray[np.bool_]
) -> list[tuple[float, float]]:
    """Return for each share the score below which this share of answerable questions lies, by weight."""
    known, theirs = scores[answerable], weights[answerable]
    below = np.quantile(known, SHARES, weights=theirs, method="inverted_cdf")
    return [(share, round(float(score), DECIMALS)) for share, score in zip(SHARES, below, strict=True)]


def _noted(asked: AskedSet) -> CalibrationSet:
    counts = asked.counts()
    return CalibrationSet(
        name=asked.name,
        sha256=asked.sha256,
        answerable=counts["answerable"],
        unanswerable=counts["unanswerable"],
        left_out=counts["left out"],
    )


@dataclass(frozen=True, slots=True)
class _Judgement:
    case: Case
    probability: float
    refused: bool


def figures(sets: Sequence[AskedSet], calibration: Calibration, share: float) -> list[Figures]:
    """Return the quality of a calibration on each of its sets, and of such a calibration on unseen sets.

    Args:
        sets: The sets it was fitted on.
        calibration: The calibration from `fitted`.
        share: Share of answerable questions that may be refused.

    Raises:
        SetError: A calibration on one set alone, or on all but one, is not possible.
    """
    rows = [_figures(asked, "all", _judged(asked.cases, calibration, share)) for asked in sets]
    day = datetime.date.fromisoformat(calibration.fitted)
    if len(sets) > 1:
        for asked in sets:
            others = fitted([other for other in sets if other is not asked], day)
            rows.append(_figures(asked, "others", _judged(asked.cases, others, share)))
    return rows + [_figures(asked, "itself", _cross_validated(asked, share, day)) for asked in sets]


def _cross_validated(asked: AskedSet, share: float, day: datetime.date) -> list[_Judgement]:
    """Judge each case by a calibration fitted on other questions of the set."""
    cases, judged = asked.cases, []
    for seen, unseen in GroupKFold(FOLDS).split(cases, groups=[case.question for case in cases]):
        calibration = fitted([replace(asked, cases=[cases[at] for at in seen])], day)
        judged += _judged([cases[at] for at in unseen], calibration, share)
    return judged


def _judged(cases: Sequence[Case], calibration: Calibration, share: float) -> list[_Judgement]:
    least = calibration.threshold(share)
    return [_Judgement(case, calibration.probability(case.score), case.score < least) for case in cases]


def _figures(asked: AskedSet, fitted_on: str, judgements: Sequence[_Judgement]) -> Figures:
    judged = [Judged(j.case.answerable, j.refused, j.case.correct, j.probability) for j in judgements]
    measures = confidence_measures(judged)
    with_answer = [j for j in judgements if j.case.answerable]
    left_out, unanswerable = (
        _auroc([*with_answer, *(j for j in judgements if j.case.kind == kind)], "answerable")
        for kind in ("left out", "unanswerable")
    )
    return Figures(
        set=asked.name,
        fitted_on=fitted_on,
        auroc_left_out=left_out,
        auroc_unanswerable=unanswerable,
        auroc_correct=_auroc(judgements, "correct"),
        ece=expected_calibration_error(
            [j.confidence for j in judged], [j.correct for j in judged], list(_weights([j.case for j in judgements]))
        ),
        aurc=measures["AURC"],
        refused_answerable=sum(j.refused for j in with_answer) / len(with_answer),
        refusal_precision=measures["refusal_precision"],
        refusal_recall=measures["refusal_recall"],
    )


def _auroc(judgements: Sequence[_Judgement], label: str) -> float | None:
    labels = [bool(getattr(j.case, label)) for j in judgements]
    return float(roc_auc_score(labels, [j.probability for j in judgements])) if 0 < sum(labels) < len(labels) else None
