"""Measures over the outcomes of many questions."""

from collections.abc import Sequence

import numpy as np

from eval.measures import PER_QUESTION, Judged, aggregate_latency, confidence_measures, expected_calibration_error
from eval.runs.run import QuestionOutcome, Run


def summarised(outcomes: Sequence[QuestionOutcome]) -> dict[str, float | None]:
    """Return every measure over the outcomes; None if a measure is not available."""
    measures: dict[str, float | None] = {}
    for name in PER_QUESTION:
        values = [outcome.values[name] for outcome in outcomes if name in outcome.values]
        measures[name] = float(np.mean(values)) if values else None
    judged = [_judged(outcome) for outcome in outcomes]
    measures.update(confidence_measures(judged))
    known = [(o.probability, j.correct) for o, j in zip(outcomes, judged, strict=True) if o.probability is not None]
    measures["ECE"] = expected_calibration_error([p for p, _ in known], [c for _, c in known]) if known else None
    measures.update(aggregate_latency([outcome.latency_ms for outcome in outcomes if outcome.status != "failed"]))
    return measures


def _judged(outcome: QuestionOutcome) -> Judged:
    return Judged(
        answerable=outcome.answerable,
        refused=outcome.status == "not_found",
        correct=outcome.first_relevant == 1,
        confidence=-1.0 if outcome.confidence is None else outcome.confidence,
    )


def judged_outcomes(run: Run) -> list[Judged]:
    """Return the outcomes of a run as input of the confidence measures."""
    return [_judged(outcome) for outcome in run.outcomes]
