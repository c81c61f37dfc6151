"""Measures of retrieval (ir_measures), of answers and of refusals (scikit-learn, NumPy)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from sklearn.metrics import auc, roc_auc_score

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
"""Measures by name, each with its name in ir_measures (MacAvaney, Macdonald and Ounis, 2022)."""

COMPLETE = "complete@5"
COMPLETE_AT = 5
ANSWERS = ("answer_accuracy", "answer_in_highlight", "highlight_F1")
PER_QUESTION = (*RETRIEVAL, COMPLETE, *ANSWERS, "claimed_right", "refusal_accuracy")
"""Measures with a value per question, by its answer."""

OF_STATUS = ("claimed_wrong", "claimed", "uncertain")
"""Measures with a value per question, by its status and whether the answer is right."""

COMPARED = (*PER_QUESTION, *OF_STATUS)
"""Measures with a value per question, which can be compared in pairs."""

LOWER_IS_BETTER = frozenset({"claimed_wrong"})

NEITHER_IS_BETTER = frozenset({"claimed", "uncertain"})
"""Measures that do not say whether a run is better: a claim may be right or wrong."""

CALIBRATION_BINS = 10


def completeness(relevant: Collection[str], found: Collection[str]) -> float | None:
    """Return `complete@5`: 1 if all relevant documents were found, else 0.

    recall@5 of ir_measures is 1 in the same cases, but gives credit for a part; a question that two documents answer
    together is not answered by one.

    Args:
        relevant: Relevant documents.
        found: Relevant documents of the first five passages.

    Returns:
        None for a question with one relevant document, or with more than five.
    """
    if not 1 < len(relevant) <= COMPLETE_AT:
        return None
    return float(set(relevant) <= set(found))


def retrieval_values(
    grades: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Return every retrieval measure of every question.

    Args:
        grades: Grades of the relevant items of each question.
        rankings: Item ids of each question, best first. A question without a ranking scores zero.

    Returns:
        Values in [0, 1], by question id and name of the measure.
    """
    parsed = {ir_measures.parse_measure(theirs): ours for ours, theirs in RETRIEVAL.items()}
    # scores that fall with the rank keep the order of the ranking, even if its scores were equal
    run = {q: {item: float(len(items) - rank) for rank, item in enumerate(items)} for q, items in rankings.items()}
    values = {question: dict.fromkeys(RETRIEVAL, 0.0) for question in grades}
    for found in ir_measures.iter_calc(list(parsed), {q: dict(g) for q, g in grades.items()}, run):
        values[found.query_id][parsed[found.measure]] = float(found.value)
    return values


def status_values(status: str, *, right: bool) -> dict[str, float]:
    """Return the value of each measure of `OF_STATUS` for one question.

    Args:
        status: `answered`, `uncertain`, `not_found` or `failed`.
        right: Whether the words shown first answer it, claimed or not.
    """
    return {
        "claimed_wrong": float(status == "answered" and not right),
        "claimed": float(status == "answered"),
        "uncertain": float(status == "uncertain"),
    }


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome of one question, as input of the confidence measures.

    Args:
        answerable: Whether the documents answer it.
        status: `answered`, `uncertain`, `not_found` or `failed`.
        right: Whether the words shown first answer it, claimed or not.
        confidence: The probability, or the score without a calibration.
    """

    answerable: bool
    status: str
    right: bool
    confidence: float

    @property
    def refused(self) -> bool:
        """Whether the service claimed no answer."""
        return self.status in ("uncertain", "not_found")


def confidence_measures(judged: Sequence[Judged]) -> dict[str, float | None]:
    """Return the measures of claims, refusals and confidence.

    Returns:
        `claimed`: share of questions with a claimed answer. `claimed_wrong`: share of questions with a wrong one.
        `wrong_claims`: share of claimed answers that are wrong. `uncertain`: share of questions with that status.
        `refusal_precision`: share of unanswerable questions among those without a claimed answer. `refusal_recall`:
        share of questions without a claimed answer among the unanswerable ones. `AUROC`: probability that an
        answerable question has a higher confidence than an unanswerable one (Hanley and McNeil, 1982). `AURC`: area
        under the risk-coverage curve (Geifman and El-Yaniv, 2017). None if a measure is undefined.
    """
    values = [status_values(j.status, right=j.right) for j in judged]
    claimed = [j for j in judged if j.status == "answered"]
    refused = [j for j in judged if j.refused]
    unanswerable = [j for j in judged if not j.answerable]
    rightly = sum(not j.answerable for j in refused)
    both = bool(unanswerable) and len(unanswerable) < len(judged)
    coverage, risk = risk_coverage(judged)
    return {
        **{name: sum(value[name] for value in values) / len(values) if values else None for name in OF_STATUS},
        "wrong_claims": sum(not j.right for j in claimed) / len(claimed) if claimed else None,
        "refusal_precision": rightly / len(refused) if refused else None,
        "refusal_recall": rightly / len(unanswerable) if unanswerable else None,
        "AUROC": float(roc_auc_score([j.answerable for j in judged], [j.confidence for j in judged])) if both else None,
        "AURC": float(auc(coverage, risk)) if len(coverage) > 1 else None,
    }


def risk_coverage(judged: Sequence[Judged]) -> tuple[list[float], list[float]]:
    """Return the share of wrong answers among the most confident questions, by share of questions claimed.

    Returns:
        Coverage and risk, in [0, 1]; questions of equal confidence make one point.
    """
    ordered = sorted(judged, key=lambda j: -j.confidence)
    coverage, risk = [], []
    wrong = 0
    for taken, question in enumerate(ordered, start=1):
        wrong += not question.right
        last = taken == len(ordered)
        if last or ordered[taken].confidence < question.confidence:
            coverage.append(taken / len(ordered))
            risk.append(wrong / taken)
    return coverage, risk


def calibration_bins(
    probabilities: Sequence[float], correct: Sequence[bool], weights: Sequence[float] | None = None
) -> list[tuple[float, float, float]]:
    """Return mean probability, share correct and count of each non-empty one of ten equal bins of [0, 1].

    Args:
        probabilities: Probability of each being correct.
        correct: Whether each is correct.
        weights: Positive weights; None for equal ones.
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
    """Return the mean distance of probability and share correct over the bins, weighted by count (Guo et al., 2017)."""
    bins = calibration_bins(probabilities, correct, weights)
    total = sum(count for _, _, count in bins)
    return sum(count * abs(mean - share) for mean, share, count in bins) / total if total else None


def aggregate_latency(milliseconds: Sequence[float]) -> dict[str, float | None]:
    """Return median, 95th and 99th percentile in milliseconds."""
    if not milliseconds:
        return {"latency_p50_ms": None, "latency_p95_ms": None, "latency_p99_ms": None}
    p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99])
    return {"latency_p50_ms": float(p50), "latency_p95_ms": float(p95), "latency_p99_ms": float(p99)}
