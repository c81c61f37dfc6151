"""Runs and qrels in TREC format, for trec_eval and ir_measures."""

from pathlib import Path

from eval.runs import Run


def write_trec_run(run: Run, path: Path) -> None:
    """Write the ranked items of every question: `question Q0 item rank score tag`."""
    lines = [
        f"{outcome.id} Q0 {item} {rank} {len(outcome.items) - rank} footnote"
        for outcome in run.outcomes
        for rank, item in enumerate(outcome.items, start=1)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_trec_qrels(run: Run, path: Path) -> None:
    """Write the relevant items of every answerable question: `question 0 item grade`."""
    lines = [f"{question} 0 {item} {grade}" for question, items in run.qrels.items() for item, grade in items.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
