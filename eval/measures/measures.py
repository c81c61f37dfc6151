"""Measures: of retrieval through ir_measures, of answers and refusals through scikit-learn and NumPy."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from sklearn.metrics import auc, roc_auc_score

__all__ = [
    "COMPLETE",
    "COMPLETE_AT",
    "PER_QUESTION",
    "RETRIEVAL",
    "Judged",
    "aggregate_latency",
    "calibration_bins",
    "completeness",
    "confidence_measures",
    "expected_calibration_error",
    "retrieval_values",
    "risk_coverage",
]

RETRIEVAL: Mapping[str, str] = {
    "nDCG@10": "nDCG@10",
    "MRR@10": "RR@10",
    "hit@1": "Success@1",
    "hit@3": "Success@3",
    "hit@5": "Success@5",
    "recall@5": "R@5",
    "recall@10": "R@10",
    "recall@100": "R@100",
    "MAP": "AP",
}
"""Our names, and what ir_measures (MacAvaney, Macdonald and Ounis, 2022) calls the same measure."""

COMPLETE = "complete@5"
COMPLETE_AT = 5
ANSWERS = ("answer_accuracy", "answer_in_highlight", "highlight_F1")
PER_QUESTION = (*RETRIEVAL, COMPLETE, *ANSWERS, "refusal_accuracy")
"""Measures that have a value for each question, and so can be compared pairwise."""

CALIBRATION_BINS = 10


def completeness(wanted: Collection[str], found: Collection[str]) -> float | None:
    """`complete@5`: whether everything wanted was found, 1 or 0.

    ir_measures knows recall@5, which is 1 in the same cases but counts a part as a part; a question that two documents
    answer together is not answered by one.

    Args:
        wanted: Documents that answer.
        found: Those that the first five passages bring.

    Returns:
        None for a question that one document answers, or more than five passages could bring.
    """
    if not 1 < len(wanted) <= COMPLETE_AT:
        return None
    return float(set(wanted) <= set(found))


def retrieval_values(
    grades: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Every retrieval measure for every question.

    Args:
        grades: For each question, its relevant items and their grades.
        rankings: For each question, item ids, best first. A question without a ranking scores zero.

    Returns:
        By question id and our name of the measure, in [0, 1].
    """
    parsed = {ir_measures.parse_measure(theirs): ours for ours, theirs in RETRIEVAL.items()}
    # ranks become falling scores: the order is the ranking's, whatever scores tied
    run = {q: {item: float(len(items) - rank) for rank, item in enumerate(items)} for q, items in rankings.items()}
    values = {question: dict.fromkeys(RETRIEVAL, 0.0) for question in grades}
    for found in ir_measures.iter_calc(list(parsed), {q: dict(g) for q, g in grades.items()}, run):
        values[found.query_id][parsed[found.measure]] = float(found.value)
    return values


@dataclass(frozen=True, slots=True)
class Judged:
    """One question's outcome, as far as confidence is concerned.

    Args:
        answerable: Whether the documents answer.
        refused: Whether the service said that they do not.
        correct: Whether the first passage answers.
        confidence: What the questions are ordered by: a probability, or a score where there is none.
    """

    answerable: bool
    refused: bool
    correct: bool
    confidence: float


def confidence_measures(judged: Sequence[Judged]) -> dict[str, float | None]:
    """How well it is known what is not known.

    Returns:
        `refusal_precision`: of the refused questions, the share that is not answerable. `refusal_recall`: of the
        questions that are not answerable, the share refused. `AUROC`: the chance that an answerable question has
        more confidence than one that is not (Hanley and McNeil, 1982). `AURC`: area under the risk-coverage
        curve (Geifman and El-Yaniv, 2017). None where a measure has nothing to count.
    """
    refused = [j for j in judged if j.refused]
    unanswerable = [j for j in judged if not j.answerable]
    rightly = sum(not j.answerable for j in refused)
    both = bool(unanswerable) and len(unanswerable) < len(judged)
    coverage, risk = risk_coverage(judged)
    return {
        "refusal_precision": rightly / len(refused) if refused else None,
        "refusal_recall": rightly / len(unanswerable) if unanswerable else None,
        "AUROC": float(roc_auc_score([j.answerable for j in judged], [j.confidence for j in judged])) if both else None,
        "AURC": float(auc(coverage, risk)) if len(coverage) > 1 else None,
    }


def risk_coverage(judged: Sequence[Judged]) -> tuple[list[float], list[float]]:
    """The share of wrong first passages among the most confident questions, for each share of questions answered.

    Returns:
        Coverage and risk, each `(questions,)`, in [0, 1]; questions of equal confidence come in together.
    """
    ordered = sorted(judged, key=lambda j: -j.confidence)
    coverage, risk = [], []
    wrong = 0
    for taken, question in enumerate(ordered, start=1):
        wrong += not question.correct
        last = taken == len(ordered)
        if last or ordered[taken].confidence < question.confidence:
            coverage.append(taken / len(ordered))
            risk.append(wrong / taken)
    return coverage, risk


def calibration_bins(
    probabilities: Sequence[float], correct: Sequence[bool], weights: Sequence[float] | None = None
) -> list[tuple[float, float, float]]:
    """Mean probability, share correct and count of each of ten equal bins of [0, 1] that is not empty.

    Args:
        probabilities: That each is correct.
        correct: Whether it is.
        weights: What each counts, above 0; 1 if None.
    """
    p, right = np.asarray(probabilities, dtype=float), np.asarray(correct, dtype=float)
    counts = np.ones(len(p)) if weights is None else np.asarray(weights, dtype=float)
    bins = np.minimum((p * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    found = []
    for bin_ in np.unique(bins):
        within = bins == bin_
        count = counts[within]
        mean, share = (float(np.average(values[within], weights=count)) for values in (p, right))
        found.append((mean, share, float(count.sum())))
    return found


def expected_calibration_error(
    probabilities: Sequence[float], correct: Sequence[bool], weights: Sequence[float] | None = None
) -> float | None:
    """Mean distance of probability and share correct over the bins, by their counts (Guo et al., 2017)."""
    bins = calibration_bins(probabilities, correct, weights)
    total = sum(count for _, _, count in bins)
    return sum(count * abs(mean - share) for mean, share, count in bins) / total if total else None


def aggregate_latency(milliseconds: Sequence[float]) -> dict[str, float | None]:
    """Median, 95th and 99th percentile in milliseconds."""
    if not milliseconds:
        return {"latency_p50_ms": None, "latency_p95_ms": None, "latency_p99_ms": None}
    p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99])
    return {"latency_p50_ms": float(p50), "latency_p95_ms": float(p95), "latency_p99_ms": float(p99)}
