"""Fidelity of reading: the canonical text of files against reference texts."""

from eval.reading.comparison import ChangedFile, ReadingComparison, compare_readings
from eval.reading.fidelity import Difference, Fidelity
from eval.reading.folder import known_measures, read_folder
from eval.reading.oracles import make_references
from eval.reading.result import READING_MEASURES, FileReading, Reading, load_reading, measures_of, reading_json

__all__ = [
    "READING_MEASURES",
    "ChangedFile",
    "Difference",
    "Fidelity",
    "FileReading",
    "Reading",
    "ReadingComparison",
    "compare_readings",
    "known_measures",
    "load_reading",
    "make_references",
    "measures_of",
    "read_folder",
    "reading_json",
]
