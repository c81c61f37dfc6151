"""Verdicts: the classes of outcomes, by status, words and first passage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.measures import proportion_interval
from eval.runs.run import QuestionOutcome

VERDICTS: Mapping[str, str] = {
    "failed": "failed",
    "invented": "claimed, but not answerable",
    "wrong-passage": "claimed from a wrong passage",
    "wrong-sentence": "right passage, wrong sentence",
    "refused": "wrongly not found",
    "doubted-wrong": "uncertain, wrong passage first",
    "doubted": "uncertain, right passage first",
    "doubted-rightly": "uncertain, not answerable",
    "right": "claimed, and right",
    "rightly-refused": "rightly not found",
}
"""Verdicts on a question, worst first."""

FAULTS = ("failed", "invented", "wrong-passage", "wrong-sentence", "refused", "doubted-wrong")


def verdict(outcome: QuestionOutcome) -> str:
    """Return the verdict on a question, a key of `VERDICTS`."""
    if outcome.status == "failed":
        return "failed"
    if outcome.status == "not_found":
        return "refused" if outcome.answerable else "rightly-refused"
    if outcome.status == "uncertain":
        if not outcome.answerable:
            return "doubted-rightly"
        return "doubted" if outcome.right or outcome.first_relevant == 1 else "doubted-wrong"
    if not outcome.answerable:
        return "invented"
    if outcome.right:
        return "right"
    return "wrong-sentence" if outcome.first_relevant == 1 else "wrong-passage"


@dataclass(frozen=True, slots=True)
class ClaimCounts:
    """Claimed answers of a run.

    Args:
        claimed: Number of claimed answers.
        wrong: Number of these that are wrong.
        low, high: 95 % confidence interval of the share of wrong ones (Wilson, 1927); None without claims.
    """

    claimed: int
    wrong: int
    low: float | None
    high: float | None


def claim_counts(outcomes: Sequence[QuestionOutcome]) -> ClaimCounts:
    """Count the claimed answers and those that are wrong."""
    claimed = [outcome for outcome in outcomes if outcome.status == "answered"]
    wrong = sum(not outcome.right for outcome in claimed)
    low, high = proportion_interval(wrong, len(claimed)) if claimed else (None, None)
    return ClaimCounts(len(claimed), wrong, low, high)


def confusion(outcomes: Sequence[QuestionOutcome]) -> dict[str, tuple[int, int]]:
    """Return how many answerable and how many unanswerable questions have each verdict that occurs, worst first."""
    found = [(verdict(outcome), outcome.answerable) for outcome in outcomes]
    counts = {name: (found.count((name, True)), found.count((name, False))) for name in VERDICTS}
    return {name: pair for name, pair in counts.items() if any(pair)}
