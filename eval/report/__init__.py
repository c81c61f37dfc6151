"""Reports of runs, comparisons and readings: HTML, plots, text, files."""

from eval.report.files import check_writable, write_comparison, write_reading, write_report
from eval.report.reading_text import print_reading, reading_object
from eval.report.text import (
    comparison_object,
    evaluation_object,
    print_comparison,
    print_evaluations,
    print_imported,
    print_variants,
)

__all__ = [
    "check_writable",
    "comparison_object",
    "evaluation_object",
    "print_comparison",
    "print_evaluations",
    "print_imported",
    "print_reading",
    "print_variants",
    "reading_object",
    "write_comparison",
    "write_reading",
    "write_report",
]
