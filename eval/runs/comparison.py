"""Comparison of two runs over the same set."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from eval.errors import BaselineError
from eval.measures import (
    COMPARED,
    LOWER_IS_BETTER,
    NEITHER_IS_BETTER,
    PairedDifference,
    holm,
    paired_difference,
    status_values,
)
from eval.runs.run import QuestionOutcome, Run

SIGNIFICANT = 0.05
NO_DIFFERENCE = "no significant difference"
DIGEST = 12


@dataclass(frozen=True, slots=True)
class MeasureComparison:
    """One measure of both runs, over questions or over files.

    `p_holm` is corrected for the number of measures. `paired.wins` and `.losses` count the questions on which B is
    better and worse, or higher and lower if neither is better.
    """

    measure: str
    a: float
    b: float
    questions: int
    paired: PairedDifference
    p_holm: float

    @property
    def better(self) -> Literal["higher", "lower"] | None:
        """Which values are better; None if the measure does not say which run is better."""
        if self.measure in NEITHER_IS_BETTER:
            return None
        return "lower" if self.measure in LOWER_IS_BETTER else "higher"

    @property
    def verdict(self) -> str:
        """B relative to A: `better` or `worse`, `higher` or `lower` if neither is better, or `NO_DIFFERENCE`."""
        if self.p_holm >= SIGNIFICANT or self.paired.difference == 0:
            return NO_DIFFERENCE
        found = "higher" if self.paired.difference > 0 else "lower"
        return found if self.better is None else "better" if found == self.better else "worse"


@dataclass(frozen=True, slots=True)
class ChangedQuestion:
    """A question with its outcome in each run."""

    change: float
    a: QuestionOutcome
    b: QuestionOutcome

    @property
    def measure(self) -> str:
        """The measure of `change`."""
        return "nDCG@10" if "nDCG@10" in self.b.values else "refusal_accuracy"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All measures, and the changed questions, largest change first."""

    a: Run
    b: Run
    measures: Sequence[MeasureComparison]
    changed: Sequence[ChangedQuestion]


def compare(a: Run, b: Run) -> Comparison:
    """Compare run B with run A.

    Raises:
        BaselineError: The runs are over different sets, or were judged differently.
    """
    if a.set_sha256 != b.set_sha256:
        raise BaselineError(
            f"The runs are over different sets: '{a.set_name}' and '{b.set_name}', or one that was edited in between. "
            "Run both over the same file."
        )
    if (a.k, a.overlap) != (b.k, b.overlap):
        raise BaselineError("The runs were made with different -k or --overlap. Run both with the same.")
    before = {outcome.id: outcome for outcome in a.outcomes}
    pairs = [(before[outcome.id], outcome) for outcome in b.outcomes]
    valued = [(_values(x), _values(y)) for x, y in pairs]
    measures = compare_measures(valued, COMPARED)
    changed = [ChangedQuestion(change, x, y) for x, y in pairs if (change := _change(x, y)) or (x.status != y.status)]
    return Comparison(a, b, measures, sorted(changed, key=lambda c: (-abs(c.change), c.change, c.a.id)))


def compare_measures(
    pairs: Sequence[tuple[Mapping[str, float], Mapping[str, float]]], names: Sequence[str]
) -> list[MeasureComparison]:
    """Compare measures pair by pair, for the pairs in which both sides have a value.

    Args:
        pairs: The values of the same question or file in A and in B, by measure.
        names: The measures.
    """
    found = []
    for measure in names:
        values = [(x[measure], y[measure]) for x, y in pairs if measure in x and measure in y]
        if values:
            left, right = [x for x, _ in values], [y for _, y in values]
            found.append((measure, left, right, _paired(measure, left, right)))
    corrected = holm([difference.p for *_, difference in found])
    return [
        MeasureComparison(measure, sum(left) / len(left), sum(right) / len(right), len(left), difference, p)
        for (measure, left, right, difference), p in zip(found, corrected, strict=True)
    ]


def _values(outcome: QuestionOutcome) -> Mapping[str, float]:
    """Return the value of each measure that can be compared."""
    return {**outcome.values, **status_values(outcome.status, right=outcome.right)}


def _paired(measure: str, a: Sequence[float], b: Sequence[float]) -> PairedDifference:
    found = paired_difference(a, b)
    return replace(found, wins=found.losses, losses=found.wins) if measure in LOWER_IS_BETTER else found


def _change(a: QuestionOutcome, b: QuestionOutcome) -> float:
    measure = "nDCG@10" if "nDCG@10" in b.values else "refusal_accuracy"
    return b.values.get(measure, 0.0) - a.values.get(measure, 0.0)


def differences(a: Run, b: Run) -> list[tuple[str, str, str]]:
    """Return the differences between the targets of two runs: name, value in A, value in B."""
    left, right = _facts(a.target), _facts(b.target)
    names = [*left, *(name for name in right if name not in left)]
    return [
        (name, left.get(name, "unknown"), right.get(name, "unknown"))
        for name in names
        if left.get(name) != right.get(name)
    ]


def _facts(target: Mapping[str, Any]) -> dict[str, str]:
    """Flatten the description of a target; digests are shortened."""
    facts: dict[str, str] = {}
    for name, value in target.items():
        if name == "encoder" and isinstance(value, str) and value.startswith("{"):
            # the fingerprint has the encoder's weights and tokenizer and the parameters of the passages
            facts |= {f"encoder {part}": str(found)[:DIGEST] for part, found in json.loads(value).items()}
        elif isinstance(value, Mapping):
            facts |= {str(part): str(found) for part, found in value.items()}
        else:
            facts[name] = str(value)
    return facts
