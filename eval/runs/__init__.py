"""Runs: questions asked, judged and measured; comparisons and gates."""

from eval.runs.comparison import ChangedQuestion, Comparison, compare, differences
from eval.runs.comparison_sides import Side, ask_sides, parse_settings
from eval.runs.evaluation import load_set, stored_beir
from eval.runs.gate import Check, parse_requirement, write_junit
from eval.runs.multiple import Evaluation, baselines, check_names, evaluate
from eval.runs.run import Outcome, Run, RunPassage, judged_outcomes, load_run, save_run, summarised
from eval.runs.target import texts

__all__ = [
    "ChangedQuestion",
    "Check",
    "Comparison",
    "Evaluation",
    "Outcome",
    "Run",
    "RunPassage",
    "Side",
    "ask_sides",
    "baselines",
    "check_names",
    "compare",
    "differences",
    "evaluate",
    "judged_outcomes",
    "load_run",
    "load_set",
    "parse_requirement",
    "parse_settings",
    "save_run",
    "stored_beir",
    "summarised",
    "texts",
    "write_junit",
]
