"""Measures over files, and the comparison of two readings."""

import dataclasses

import pytest

from eval.errors import BaselineError
from eval.reading.comparison import compare_readings
from eval.reading.fidelity import compare_words
from eval.reading.result import FORMAT, FileReading, Reading, measures_of

TEN = [f"w{n}" for n in range(10)]


def file(path: str, kept: int, *, sha256: str = "0", refused: bool = False) -> FileReading:
    """A file of ten words, the first `kept` of which are read."""
    kind = path.rpartition(".")[2]
    return FileReading(path, kind, sha256, refused, "it is empty" if refused else None, compare_words(TEN, TEN[:kept]))


def reading(*files: FileReading) -> Reading:
    return Reading(FORMAT, "set", "2026-01-01T00:00:00+00:00", files, [])


def test_a_file_counts_once_and_the_worst_decile_is_of_the_worst_files() -> None:
    measures = measures_of([file(f"{n}.pdf", 10 - (n == 0) - 3 * (n == 1)) for n in range(21)])
    assert measures["word_recall_median"] == 1
    assert measures["word_recall_worst_decile"] == 1
    measures = measures_of([file(f"{n}.pdf", 10 - (n == 0) - 3 * (n == 1)) for n in range(11)])
    assert measures["word_recall_worst_decile"] == 0.9
    assert measures["numbers_missing"] == 4


def test_a_refused_file_has_recall_0_and_no_precision() -> None:
    measures = measures_of([file("a.pdf", 0, refused=True), file("b.pdf", 10), file("c.pdf", 10)])
    assert measures["word_recall_worst_decile"] == 0
    assert measures["word_precision_worst_decile"] == 1
    assert measures["refused_files"] == 1


def test_a_measure_without_a_value_is_none() -> None:
    assert measures_of([file("a.pdf", 0, refused=True)])["word_order_median"] is None


def test_measures_are_given_by_format_too() -> None:
    measures = reading(file("a.pdf", 5), file("b.docx", 10)).measures()
    assert (measures["word_recall_median"], measures["word_recall_median@pdf"]) == (0.75, 0.5)
    assert measures["word_recall_median@docx"] == 1


def test_two_readings_are_compared_file_by_file() -> None:
    before = reading(*(file(f"{n}.pdf", 10) for n in range(12)), file("gone.pdf", 10))
    after = reading(*(file(f"{n}.pdf", 7 if n else 10) for n in range(12)), file("new.pdf", 1))
    found = compare_readings(before, after)
    [recall, precision, order] = found.measures
    assert (recall.measure, recall.verdict, recall.questions) == ("word_recall", "worse", 12)
    assert (precision.paired.difference, order.paired.difference) == (0, 0)
    assert [pair.b.path for pair in found.changed][:2] == ["1.pdf", "10.pdf"]
    assert (len(found.changed), found.not_compared) == (11, 2)


def test_a_file_that_is_refused_now_is_a_loss_of_everything() -> None:
    found = compare_readings(reading(file("a.pdf", 10)), reading(file("a.pdf", 0, refused=True)))
    assert [m.paired.difference for m in found.measures] == [-1, -1, -1]


def test_a_file_with_another_reference_is_not_compared() -> None:
    before = reading(file("a.pdf", 10, sha256="1"), file("b.pdf", 10))
    assert compare_readings(before, reading(file("a.pdf", 10), file("b.pdf", 10))).not_compared == 2
    with pytest.raises(BaselineError, match="has no file of 'set' with the same reference"):
        compare_readings(dataclasses.replace(before, files=before.files[:1]), reading(file("a.pdf", 10)))
