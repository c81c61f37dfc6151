"""What an evaluation prints and writes."""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from eval.candidates import Imported
from eval.compare import Comparison
from eval.errors import TargetError
from eval.gate import Check, write_junit
from eval.run import Run, save_run
from eval.trec import write_trec_qrels, write_trec_run
from service.cli.output import plain, plural

__all__ = [
    "comparison_object",
    "make_writable",
    "print_comparison",
    "print_imported",
    "print_measures",
    "summary",
    "write_report",
]

SHORT = 100


def print_measures(run: Run, checks: Sequence[Check]) -> None:
    """Print a run's measures, then what was required of it."""
    failed = sum(outcome.status == "failed" for outcome in run.outcomes)
    click.echo(f"{run.set_name}: {plural(len(run.outcomes), 'question')}, {failed} failed")
    for measure, value in run.measures.items():
        click.echo(f"  {measure:20} {shown(measure, value)}")
    for check in checks:
        click.echo(f"{'ok  ' if check.passed else 'FAIL'} {check.name}: {check.detail}")


def shown(measure: str, value: float | None) -> str:
    """A measure's value as people read it."""
    if value is None:
        return "not available"
    return f"{value:.1f} ms" if measure.endswith("_ms") else f"{value:.4f}"


def print_comparison(comparison: Comparison, top: int = 10) -> None:
    """Print both runs' measures and the questions that changed most."""
    click.echo(f"{'measure':20} {'A':>8} {'B':>8} {'B - A':>9}  95 % interval       p (Holm)  +/=/-")
    for m in comparison.measures:
        d = m.paired
        interval = f"[{d.low:+.4f}, {d.high:+.4f}]"
        counts = f"{d.wins}/{d.ties}/{d.losses}"
        values = f"{m.measure:20} {m.a:8.4f} {m.b:8.4f} {d.difference:+9.4f}"
        click.echo(f"{values}  {interval}  {m.p_holm:8.4f}  {counts}  {m.verdict}")
    for change in comparison.changed[:top]:
        click.echo(f"\n{change.change:+.4f}  {change.a.id}: {plain(change.a.question)[:SHORT]}")
        for name, outcome in (("A", change.a), ("B", change.b)):
            first = outcome.passages[0] if outcome.passages else None
            came = "nothing" if first is None else f"{first.document}: {plain(first.text)[:SHORT]}".replace("\n", " ")
            click.echo(f"    {name} {outcome.status}, first answering rank {outcome.first_relevant or '–'}: {came}")


def comparison_object(comparison: Comparison, top: int) -> dict[str, Any]:
    """The comparison for a program."""
    return {
        "measures": [{**asdict(m), "verdict": m.verdict} for m in comparison.measures],
        "changed": [asdict(change) for change in comparison.changed[:top]],
    }


def summary(run: Run, checks: Sequence[Check]) -> str:
    """A run as Markdown, for a pull request or a release note."""
    lines = [
        f"# {run.set_name}",
        "",
        f"{plural(len(run.outcomes), 'question')}, {run.started}",
        "",
        "| measure | value |",
        "|---|---|",
    ]
    lines += [f"| {measure} | {shown(measure, value)} |" for measure, value in run.measures.items()]
    if checks:
        lines += ["", "| requirement | met | |", "|---|---|---|"]
        lines += [f"| {check.name} | {'yes' if check.passed else '**no**'} | {check.detail} |" for check in checks]
    return "\n".join(lines) + "\n"


def print_imported(imported: Imported, out: Path) -> None:
    """Print what became of feedback."""
    for sentence in imported.skipped:
        click.echo(f"Skipped {plain(sentence)}", err=True)
    known = f"; {plural(imported.known, 'question')} known already" if imported.known else ""
    if imported.candidates:
        click.echo(
            f"{plural(len(imported.candidates), 'candidate')} written to {out}{known}. Approve each in the file."
        )
    else:
        click.echo(f"There is nothing to approve; {out} was not written{known}.")


def make_writable(folder: Path) -> None:
    """Make the folder for a report and try to write to it, before the work that is to be reported.

    Raises:
        TargetError: It cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise TargetError(
            f"The report cannot be written to {folder} ({error.strerror}). Choose another folder."
        ) from error


def write_report(folder: Path, run: Run, comparison: Comparison | None, checks: Sequence[Check]) -> None:
    """Write everything about a run into a folder: page, run, summary, JUnit XML, TREC files.

    Raises:
        TargetError: The folder cannot be written.
    """
    from eval.report import render

    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_run(run, folder / "run.json")
        (folder / "index.html").write_text(render(run, comparison, checks), encoding="utf-8")
        (folder / "summary.md").write_text(summary(run, checks), encoding="utf-8")
        write_junit(checks, run.set_name, folder / "junit.xml")
        write_trec_run(run, folder / "run.trec")
        write_trec_qrels(run, folder / "qrels.trec")
    except OSError as error:
        raise TargetError(
            f"The report cannot be written to {folder} ({error.strerror}). Choose another folder."
        ) from error
