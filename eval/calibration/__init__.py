"""Calibration of the confidence: cases, fitting, output."""

from eval.calibration.cases import ask_set, load_sets
from eval.calibration.fitting import figures, fitted
from eval.calibration.output import make_place, print_calibration, write_calibration

__all__ = ["ask_set", "figures", "fitted", "load_sets", "make_place", "print_calibration", "write_calibration"]
