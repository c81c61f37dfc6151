"""Quality of a calibration: on the sets it was fitted on, and of such calibrations on unseen questions."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from eval.calibration.cases import AskedSet, Case
from eval.calibration.claims import SHARES
from eval.calibration.fitting import case_weights, fitted
from eval.measures import expected_calibration_error
from service.answering import Borders, Calibration, Status

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """Settings that choose the borders.

    Args:
        refused_answerable: Share of answerable questions that may be refused.
        wrong_answers: Share of claimed answers that may be wrong.
    """

    refused_answerable: float
    wrong_answers: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Quality of a calibration on a set.

    Args:
        set: The set's name.
        fitted_on: `all` sets, the `others`, or `itself`: fitted on four fifths of it, measured on the fifth.
        auroc_left_out: Probability that an answerable question has a more probable first passage than one asked
            without its relevant documents; None if there are none of these.
        auroc_unanswerable: The same against the set's unanswerable questions.
        auroc_passage: Probability that a relevant first passage is the more probable one.
        auroc_answer: Probability that a right answer is the more probable one.
        ece_passage, ece_answer: Expected calibration errors, with half the weight each for questions with and without
            answer.
        refused_answerable: Share of answerable questions that are refused.
        refusal_precision: Of the refused questions, the share without an answer; None if none is refused.
        refusal_recall: Of the questions without an answer, the share refused.
        claims: The claims.
    """

    set: str
    fitted_on: str
    auroc_left_out: float | None
    auroc_unanswerable: float | None
    auroc_passage: float | None
    auroc_answer: float | None
    ece_passage: float | None
    ece_answer: float | None
    refused_answerable: float
    refusal_precision: float | None
    refusal_recall: float | None
    claims: "Claims"


@dataclass(frozen=True, slots=True)
class Claims:
    """Claimed answers, weighted as in the fit.

    Args:
        claimed: Share of questions with a claimed answer.
        wrong: Share of claimed answers that are wrong; None if none is claimed.
        lost: Share of right answers that are not claimed; None if none is right.
    """

    claimed: float
    wrong: float | None
    lost: float | None


@dataclass(frozen=True, slots=True)
class BorderRow:
    """Claims at one border.

    Args:
        share: Share of claimed answers that may be wrong.
        border: Least answer evidence; None if no border keeps the share.
        probability: Probability at the border; None without one.
        fitted: Claims among the questions that the border was fitted on.
        unseen: Claims among questions left out of the fit, one fifth at a time.
    """

    share: float
    border: float | None
    probability: float | None
    fitted: Claims
    unseen: Claims


@dataclass(frozen=True, slots=True)
class _Judgement:
    """A case with the probabilities of its answer and its first passage, not rounded, and its status."""

    case: Case
    answer: float
    passage: float
    status: Status


def figures(sets: Sequence[AskedSet], calibration: Calibration, limits: Limits) -> list[Figures]:
    """Return the quality of a calibration on each of its sets, and of such a calibration on unseen sets.

    Args:
        sets: The sets it was fitted on.
        calibration: The calibration from `fitted`.
        limits: Settings that choose the borders.

    Raises:
        SetError: A calibration on one set alone, or on all but one, is not possible.
    """
    rows = [_figures(asked, "all", _judged(asked.cases, calibration, limits)) for asked in sets]
    day = datetime.date.fromisoformat(calibration.fitted)
    if len(sets) > 1:
        for asked in sets:
            others = fitted([other for other in sets if other is not asked], day)
            rows.append(_figures(asked, "others", _judged(asked.cases, others, limits)))
    for asked in sets:
        [judgements] = _cross_validated([asked], [limits], day)
        rows.append(_figures(asked, "itself", judgements))
    return rows


def border_rows(sets: Sequence[AskedSet], calibration: Calibration, limits: Limits) -> list[BorderRow]:
    """Return the claims at the border of the settings, and at those of other shares of wrong answers.

    Raises:
        SetError: A calibration on four fifths of the questions is not possible.
    """
    shares = sorted({*SHARES, limits.wrong_answers})
    chosen = [replace(limits, wrong_answers=share) for share in shares]
    unseen = _cross_validated(sets, chosen, datetime.date.fromisoformat(calibration.fitted))
    cases = [case for asked in sets for case in asked.cases]
    weights = [weight for asked in sets for weight in case_weights(asked.cases)]
    rows = []
    for limit, judgements in zip(chosen, unseen, strict=True):
        border = Borders.of(calibration, limit.refused_answerable, limit.wrong_answers).answer
        known = border if np.isfinite(border) else None
        rows.append(
            BorderRow(
                share=limit.wrong_answers,
                border=known,
                probability=None if known is None else calibration.answer.probability(known),
                fitted=_claims(_judged(cases, calibration, limit), weights),
                unseen=_claims(judgements, weights),
            )
        )
    return rows


def _cross_validated(sets: Sequence[AskedSet], limits: Sequence[Limits], day: datetime.date) -> list[list[_Judgement]]:
    """Judge each case by a calibration fitted on other questions, at each of the limits, in the order of the cases."""
    parts = [
        list(GroupKFold(FOLDS).split(asked.cases, groups=[case.question for case in asked.cases])) for asked in sets
    ]
    starts = np.cumsum([0, *(len(asked.cases) for asked in sets)])
    judged: list[dict[int, _Judgement]] = [{} for _ in limits]
    for folds in zip(*parts, strict=True):
        seen = [
            replace(asked, cases=[asked.cases[at] for at in fold[0]]) for asked, fold in zip(sets, folds, strict=True)
        ]
        calibration = fitted(seen, day)
        for asked, start, (_, unseen) in zip(sets, starts, folds, strict=False):
            for limit, found in zip(limits, judged, strict=True):
                judgements = _judged([asked.cases[at] for at in unseen], calibration, limit)
                found.update(zip((start + unseen).tolist(), judgements, strict=True))
    return [[found[at] for at in sorted(found)] for found in judged]


def _judged(cases: Sequence[Case], calibration: Calibration, limits: Limits) -> list[_Judgement]:
    borders = Borders.of(calibration, limits.refused_answerable, limits.wrong_answers)
    judgements = []
    for case in cases:
        answer = calibration.answer.probability(case.evidence.answer)
        passage = max(answer, calibration.passage.probability(case.evidence.passage))
        judgements.append(_Judgement(case, answer, passage, borders.status(case.evidence)[0]))
    return judgements


def _figures(asked: AskedSet, fitted_on: str, judgements: Sequence[_Judgement]) -> Figures:
    weights = case_weights([j.case for j in judgements]).tolist()
    with_answer = [j for j in judgements if j.case.answerable]
    without = [j for j in judgements if not j.case.answerable]
    refused = [j for j in judgements if j.status == "not_found"]
    rightly = sum(not j.case.answerable for j in refused)
    left_out, unanswerable = (
        _auroc([*with_answer, *(j for j in without if j.case.kind == kind)], lambda j: j.case.answerable)
        for kind in ("left out", "unanswerable")
    )
    return Figures(
        set=asked.name,
        fitted_on=fitted_on,
        auroc_left_out=left_out,
        auroc_unanswerable=unanswerable,
        auroc_passage=_auroc(judgements, lambda j: j.case.passage_right),
        auroc_answer=_auroc(judgements, lambda j: j.case.answer_right, lambda j: j.answer),
        ece_passage=expected_calibration_error(
            [j.passage for j in judgements], [j.case.passage_right for j in judgements], weights
        ),
        ece_answer=expected_calibration_error(
            [j.answer for j in judgements], [j.case.answer_right for j in judgements], weights
        ),
        refused_answerable=sum(j.status == "not_found" for j in with_answer) / len(with_answer),
        refusal_precision=rightly / len(refused) if refused else None,
        refusal_recall=rightly / len(without) if without else None,
        claims=_claims(judgements, weights),
    )


def _claims(judgements: Sequence[_Judgement], weights: Sequence[float]) -> Claims:
    total = sum(weights)
    pairs = list(zip(judgements, weights, strict=True))
    claimed = sum(weight for j, weight in pairs if j.status == "answered")
    right = sum(weight for j, weight in pairs if j.case.answer_right)
    kept = sum(weight for j, weight in pairs if j.case.answer_right and j.status == "answered")
    return Claims(
        claimed=claimed / total,
        wrong=1 - kept / claimed if claimed else None,
        lost=1 - kept / right if right else None,
    )


def _auroc(
    judgements: Sequence[_Judgement],
    label: Callable[[_Judgement], bool],
    probability: Callable[[_Judgement], float] = lambda j: j.passage,
) -> float | None:
    labels = [label(j) for j in judgements]
    return float(roc_auc_score(labels, [probability(j) for j in judgements])) if 0 < sum(labels) < len(labels) else None
