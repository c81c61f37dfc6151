"""The printed form of evaluations."""

import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from eval.runs import (
    NO_DIFFERENCE,
    VERDICTS,
    ChangedQuestion,
    Check,
    Comparison,
    Evaluation,
    MeasureComparison,
    Run,
    claim_counts,
    confusion,
    differences,
)
from eval.sets import ImportResult
from service.runtime.terminal import plain, plural, wrapped

OVERVIEW = ("nDCG@10", "hit@1", "answer_accuracy", "claimed", "wrong_claims")
SHORT = 220
WIDEST = 100


def print_measures(run: Run, checks: Sequence[Check]) -> None:
    """Print the measures of a run, then its checks."""
    click.echo(f"{plain(run.set_name)}: {plural(len(run.outcomes), 'question')}, {run.failed} failed")
    for measure, value in run.measures.items():
        click.echo(f"  {measure:20} {shown(measure, value)}")
    _print_outcomes(run)
    for check in checks:
        click.echo(f"{'ok  ' if check.passed else 'FAIL'} {check.name}: {check.detail}")


def _print_outcomes(run: Run) -> None:
    """Print how many answerable and unanswerable questions have each verdict, and the claims."""
    click.echo(f"  {'outcome':32} answerable  not answerable")
    for key, (answerable, unanswerable) in confusion(run.outcomes).items():
        click.echo(f"  {VERDICTS[key]:32} {answerable:10} {unanswerable:15}")
    click.echo(f"  {claims_sentence(run)}")


def claims_sentence(run: Run) -> str:
    """Return the number of claimed answers and the share of wrong ones, with its 95 % interval."""
    counts = claim_counts(run.outcomes)
    if counts.low is None or counts.high is None:
        return f"No answer of {plural(len(run.outcomes), 'question')} is claimed."
    return (
        f"{plural(counts.claimed, 'answer')} of {plural(len(run.outcomes), 'question')} claimed; {counts.wrong} wrong: "
        f"{counts.wrong / counts.claimed:.1%} (95 % interval {counts.low:.1%} to {counts.high:.1%})."
    )


def print_evaluations(evaluations: Sequence[Evaluation]) -> None:
    """Print measures, checks and comparison of each run, and a table of multiple runs."""
    for evaluation in evaluations:
        print_measures(evaluation.run, evaluation.checks)
        if evaluation.comparison is not None:
            print_comparison(evaluation.comparison)
        if len(evaluations) > 1:
            click.echo()
    if len(evaluations) > 1:
        _print_overview(evaluations)


def evaluation_object(evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation as JSON data."""
    run = evaluation.run
    outcomes = {
        key: {"answerable": answerable, "unanswerable": unanswerable}
        for key, (answerable, unanswerable) in confusion(run.outcomes).items()
    }
    return {
        "set": run.set_name,
        "measures": run.measures,
        "outcomes": outcomes,
        "claims": claim_counts(run.outcomes),
        "checks": evaluation.checks,
    }


def _print_overview(evaluations: Sequence[Evaluation]) -> None:
    """Print the main measures and the result of the checks, one line per set."""
    rows = [["set", "questions", *OVERVIEW, "required"]]
    for evaluation in evaluations:
        run = evaluation.run
        values = [shown(measure, run.measures[measure]) for measure in OVERVIEW]
        rows.append([plain(run.set_name), f"{len(run.outcomes):,}", *values, required(evaluation.checks)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        columns = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        click.echo("  ".join([name.ljust(widths[0]), *columns]).rstrip())


def required(checks: Sequence[Check]) -> str:
    """Summarise the results of checks."""
    missed = sum(not check.passed for check in checks)
    if not checks:
        return "nothing"
    return f"{missed} of {len(checks)} not met" if missed else "all met"


def shown(measure: str, value: float | None) -> str:
    """Format the value of a measure."""
    if value is None:
        return "not available"
    return f"{value:.1f} ms" if measure.endswith("_ms") else f"{value:.4f}"


def print_variants(comparison: Comparison, names: Sequence[str]) -> None:
    """Print the names of A and B and their differences."""
    for letter, name, run in zip("AB", names, (comparison.a, comparison.b), strict=True):
        click.echo(f"{letter}  {plain(name)} (asked {run.started})")
    found = differences(comparison.a, comparison.b)
    for fact, a, b in found:
        click.echo(f"   {fact}: {plain(a)} -> {plain(b)}")
    if not found:
        click.echo("   Settings, store and encoder are the same in both.")
    click.echo()


def print_comparison(comparison: Comparison, top: int = 10) -> None:
    """Print the measures of both runs and the questions that changed most, wrapped to the terminal."""
    print_paired(comparison.measures)
    if comparison.changed:
        shown_ = min(top, len(comparison.changed))
        click.echo(f"\n{plural(len(comparison.changed), 'question')} changed; the {shown_} that changed most:")
    for change in comparison.changed[:top]:
        _print_change(change)


def print_paired(measures: Sequence[MeasureComparison]) -> None:
    """Print the measures of A and B, with the significance of each difference."""
    wide = max(len(m.measure) for m in measures)
    click.echo(f"{'measure':{wide}}     A     B  B - A  95 % interval       p  +/=/-")
    for m in measures:
        d = m.paired
        values = f"{m.measure:{wide}} {m.a:5.3f} {m.b:5.3f} {d.difference:+6.3f} [{d.low:+.3f}, {d.high:+.3f}]"
        verdict = "" if m.verdict == NO_DIFFERENCE else m.verdict
        click.echo(f"{values} {m.p_holm:5.3f}  {f'{d.wins}/{d.ties}/{d.losses}':11} {verdict}".rstrip())
    click.echo("p is corrected by Holm's method; without a word at its end, a difference may be due to chance.")


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
        click.echo(wrapped(textwrap.shorten(_one_line(text) or "no passage", SHORT, placeholder=" …"), "     ", width))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def comparison_object(comparison: Comparison, top: int) -> dict[str, Any]:
    """Return a comparison as JSON data."""
    return {
        "differences": [{"name": name, "a": a, "b": b} for name, a, b in differences(comparison.a, comparison.b)],
        "measures": [{**asdict(m), "verdict": m.verdict} for m in comparison.measures],
        "changed": [asdict(change) for change in comparison.changed[:top]],
    }


def print_imported(imported: ImportResult, out: Path) -> None:
    """Print the result of an import."""
    for sentence in imported.skipped:
        click.echo(f"Skipped {plain(sentence)}", err=True)
    known = f"; {plural(imported.known, 'question')} already known" if imported.known else ""
    if imported.candidates:
        click.echo(
            f"{plural(len(imported.candidates), 'candidate')} written to {out}{known}. Approve each in the file."
        )
    else:
        click.echo(f"There is nothing to approve; {out} was not written{known}.")
