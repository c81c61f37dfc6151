"""Measures of retrieval, answers and refusals, and their significance."""

from eval.measures.meanings import MEANINGS
from eval.measures.measures import (
    COMPARED,
    COMPLETE,
    COMPLETE_AT,
    LOWER_IS_BETTER,
    NEITHER_IS_BETTER,
    OF_STATUS,
    PER_QUESTION,
    Judged,
    aggregate_latency,
    calibration_bins,
    completeness,
    confidence_measures,
    expected_calibration_error,
    retrieval_values,
    risk_coverage,
    status_values,
)
from eval.measures.significance import PairedDifference, holm, paired_difference, proportion_interval
from eval.measures.strings import holds_any, normalised

__all__ = [
    "COMPARED",
    "COMPLETE",
    "COMPLETE_AT",
    "LOWER_IS_BETTER",
    "MEANINGS",
    "NEITHER_IS_BETTER",
    "OF_STATUS",
    "PER_QUESTION",
    "Judged",
    "PairedDifference",
    "aggregate_latency",
    "calibration_bins",
    "completeness",
    "confidence_measures",
    "expected_calibration_error",
    "holds_any",
    "holm",
    "normalised",
    "paired_difference",
    "proportion_interval",
    "retrieval_values",
    "risk_coverage",
    "status_values",
]
