"""What an evaluation prints and writes."""

import shutil
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from eval.candidates import Imported
from eval.compare import ChangedQuestion, Comparison, differences
from eval.errors import TargetError
from eval.gate import Check, write_junit
from eval.run import Run, save_run
from eval.trec import write_trec_qrels, write_trec_run
from service.cli.output import plain, plural, wrapped

__all__ = [
    "comparison_object",
    "make_writable",
    "print_comparison",
    "print_imported",
    "print_measures",
    "print_sides",
    "summary",
    "write_comparison",
    "write_report",
]

SHORT = 220
WIDEST = 100


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


def print_sides(comparison: Comparison, names: Sequence[str]) -> None:
    """Print which run is A and which is B, and what differs between them."""
    for letter, name, run in zip("AB", names, (comparison.a, comparison.b), strict=True):
        click.echo(f"{letter}  {plain(name)} (asked {run.started})")
    found = differences(comparison.a, comparison.b)
    for fact, a, b in found:
        click.echo(f"   {fact}: {plain(a)} -> {plain(b)}")
    if not found:
        click.echo("   Settings, store and encoder are the same in both.")
    click.echo()


def print_comparison(comparison: Comparison, top: int = 10) -> None:
    """Print both runs' measures and the questions that changed most, in lines that fit the terminal."""
    wide = max(len(m.measure) for m in comparison.measures)
    click.echo(f"{'measure':{wide}}     A     B  B - A  95 % interval       p  +/=/-")
    for m in comparison.measures:
        d = m.paired
        values = f"{m.measure:{wide}} {m.a:5.3f} {m.b:5.3f} {d.difference:+6.3f} [{d.low:+.3f}, {d.high:+.3f}]"
        verdict = m.verdict if m.verdict in ("better", "worse") else ""
        click.echo(f"{values} {m.p_holm:5.3f}  {f'{d.wins}/{d.ties}/{d.losses}':11} {verdict}".rstrip())
    click.echo("p is corrected by Holm's method; without 'better' or 'worse', the difference may be chance.")
    if comparison.changed:
        shown_ = min(top, len(comparison.changed))
        click.echo(f"\n{plural(len(comparison.changed), 'question')} changed; the {shown_} that changed most:")
    for change in comparison.changed[:top]:
        _print_change(change)


def _print_change(change: ChangedQuestion) -> None:
    width = min(shutil.get_terminal_size().columns, WIDEST)
    click.echo(f"\n{plain(change.a.id)}: {change.measure} {change.change:+.3f}")
    click.echo(wrapped(_one_line(change.a.question), "  ", width))
    for letter, outcome in (("A", change.a), ("B", change.b)):
        first = outcome.passages[0] if outcome.passages else None
        rank = "" if outcome.first_relevant is None else f", answers at rank {outcome.first_relevant}"
        where = "" if first is None else f", first: {plain(first.document)}"
        click.echo(f"  {letter}  {outcome.status}{rank}{where}")
        text = outcome.error or outcome.answer or ("" if first is None else first.text)
        click.echo(
            wrapped(textwrap.shorten(_one_line(text) or "nothing came", SHORT, placeholder=" …"), "     ", width)
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def comparison_object(comparison: Comparison, top: int) -> dict[str, Any]:
    """The comparison for a program."""
    return {
        "differences": [{"name": name, "a": a, "b": b} for name, a, b in differences(comparison.a, comparison.b)],
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


def write_comparison(folder: Path, comparison: Comparison) -> None:
    """Write a comparison as a page into a folder.

    Raises:
        TargetError: The folder cannot be written.
    """
    from eval.report import render_comparison

    page = render_comparison(comparison)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "comparison.html").write_text(page, encoding="utf-8")
    except OSError as error:
        raise TargetError(
            f"The comparison cannot be written to {folder} ({error.strerror}). Choose another folder."
        ) from error
