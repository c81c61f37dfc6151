"""Reports of runs and comparisons: HTML, plots, text, files."""

from eval.report.files import check_writable, write_comparison, write_report
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
    "print_variants",
    "write_comparison",
    "write_report",
]
