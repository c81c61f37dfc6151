"""Calibration of the confidence: cases, fitting, borders of claims, quality, output."""

from eval.calibration.cases import ask_set
from eval.calibration.fitting import fitted
from eval.calibration.labelled import load_sets
from eval.calibration.output import check_output, print_calibration, write_calibration
from eval.calibration.quality import Limits, border_rows, figures

__all__ = [
    "Limits",
    "ask_set",
    "border_rows",
    "check_output",
    "figures",
    "fitted",
    "load_sets",
    "print_calibration",
    "write_calibration",
]
