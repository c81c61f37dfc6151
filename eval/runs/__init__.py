"""Runs: questions asked, judged and measured; comparisons and gates."""

from eval.runs.answers import is_right, shown_sentence
from eval.runs.comparison import (
    NO_DIFFERENCE,
    ChangedQuestion,
    Comparison,
    MeasureComparison,
    compare,
    compare_measures,
    differences,
)
from eval.runs.evaluation import LoadedSet, load_set, stored_beir
from eval.runs.gate import Check, check_no_regression, check_requirements, parse_requirement, write_junit
from eval.runs.multiple import Evaluation, baselines, check_names, evaluate
from eval.runs.run import QuestionOutcome, Run, RunPassage, load_run, save_run
from eval.runs.summary import answer_pairs, judged_outcomes, passage_pairs, summarised
from eval.runs.target import local_target, texts
from eval.runs.variants import Variant, parse_settings, variant_runs
from eval.runs.verdicts import FAULTS, VERDICTS, ClaimCounts, claim_counts, confusion, verdict

__all__ = [
    "FAULTS",
    "NO_DIFFERENCE",
    "VERDICTS",
    "ChangedQuestion",
    "Check",
    "ClaimCounts",
    "Comparison",
    "Evaluation",
    "LoadedSet",
    "MeasureComparison",
    "QuestionOutcome",
    "Run",
    "RunPassage",
    "Variant",
    "answer_pairs",
    "baselines",
    "check_names",
    "check_no_regression",
    "check_requirements",
    "claim_counts",
    "compare",
    "compare_measures",
    "confusion",
    "differences",
    "evaluate",
    "is_right",
    "judged_outcomes",
    "load_run",
    "load_set",
    "local_target",
    "parse_requirement",
    "parse_settings",
    "passage_pairs",
    "save_run",
    "shown_sentence",
    "stored_beir",
    "summarised",
    "texts",
    "variant_runs",
    "verdict",
    "write_junit",
]
