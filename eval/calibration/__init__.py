"""Calibration of the confidence: cases, fitting, output."""

from eval.calibration.cases import ask_set
from eval.calibration.fitting import figures, fitted
from eval.calibration.labelled import load_sets
from eval.calibration.output import check_output, print_calibration, write_calibration

__all__ = ["ask_set", "check_output", "figures", "fitted", "load_sets", "print_calibration", "write_calibration"]
