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
    for name, pairs in (("ECE", answer_pairs(outcomes)), ("ECE_passage", passage_pairs(outcomes))):
        measures[name] = expected_calibration_error([p for p, _ in pairs], [right for _, right in pairs])
    measures.update(aggregate_latency([outcome.latency_ms for outcome in outcomes if outcome.status != "failed"]))
    return measures


def _judged(outcome: QuestionOutcome) -> Judged:
    return Judged(
        answerable=outcome.answerable,
        status=outcome.status,
        right=outcome.right,
        confidence=-1.0 if outcome.confidence is None else outcome.confidence,
    )


def answer_pairs(outcomes: Sequence[QuestionOutcome]) -> list[tuple[float, bool]]:
    """Return the probability of each answer and whether its words are right, where there is a probability."""
    return [(o.probability, o.right) for o in outcomes if o.probability is not None]


def passage_pairs(outcomes: Sequence[QuestionOutcome]) -> list[tuple[float, bool]]:
    """Return the probability of each first passage and whether it is relevant, where there is a probability."""
    return [(o.passage_probability, o.first_relevant == 1) for o in outcomes if o.passage_probability is not None]


def judged_outcomes(run: Run) -> list[Judged]:
    """Return the outcomes of a run as input of the confidence measures."""
    return [_judged(outcome) for outcome in run.outcomes]
