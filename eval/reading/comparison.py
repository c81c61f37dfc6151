"""Comparison of two readings of the same files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.errors import BaselineError
from eval.reading.result import SHARES, FileReading, Reading
from eval.runs import MeasureComparison, compare_measures


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file whose shares differ: A's, and B's."""

    a: FileReading
    b: FileReading

    @property
    def change(self) -> float:
        """The sum of the differences in recall and precision, B minus A."""
        return sum(_shares(self.b)[f"word_{share}"] - _shares(self.a)[f"word_{share}"] for share in SHARES[:2])


@dataclass(frozen=True, slots=True)
class ReadingComparison:
    """Two readings, file by file.

    Args:
        a: The baseline.
        measures: Recall, precision and order of words over the files that are in both.
        changed: The changed files, largest loss first.
        not_compared: Number of files that only one of them has, or that have another reference now.
    """

    a: Reading
    measures: Sequence[MeasureComparison]
    changed: Sequence[ChangedFile]
    not_compared: int


def compare_readings(a: Reading, b: Reading) -> ReadingComparison:
    """Compare reading B with reading A, over the files that have the same reference in both.

    Raises:
        BaselineError: There is no such file.
    """
    before = {file.path: file for file in a.files}
    pairs = [
        ChangedFile(old, new)
        for new in b.files
        if (old := before.get(new.path)) is not None and old.reference_sha256 == new.reference_sha256
    ]
    if not pairs:
        raise BaselineError(f"The baseline has no file of '{b.name}' with the same reference. Give one of this folder.")
    values = [(_shares(pair.a), _shares(pair.b)) for pair in pairs]
    changed = [pair for pair, (x, y) in zip(pairs, values, strict=True) if x != y]
    return ReadingComparison(
        a,
        compare_measures(values, [f"word_{share}" for share in SHARES]),
        sorted(changed, key=lambda pair: (pair.change, pair.b.path)),
        len(a.files) + len(b.files) - 2 * len(pairs),
    )


def _shares(file: FileReading) -> Mapping[str, float]:
    """Return the shares of a file; those of a file of which nothing was read are 0."""
    return {f"word_{share}": getattr(file.fidelity, share) or 0.0 for share in SHARES}
