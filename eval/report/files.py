"""What an evaluation writes: reports, all of their files together or none."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.errors import TargetError
from eval.report.text import shown
from eval.report.trec import write_trec_qrels, write_trec_run
from eval.runs import Check, Comparison, Evaluation, Run, save_run, write_junit
from service.runtime.terminal import plural

__all__ = ["check_writable", "overview_summary", "summary", "write_comparison", "write_report"]


def check_writable(folder: Path) -> None:
    """Try whether a report could be written, before the work that is to be reported; nothing is left behind.

    Raises:
        TargetError: It cannot be written.
    """
    with _written_together(folder):
        pass


def write_report(folder: Path, evaluations: Sequence[Evaluation]) -> None:
    """Write everything about a run into a folder: page, run, summary, JUnit XML, TREC files.

    Several runs each get a folder of their own in it, called as the set, and stand together on a page in the folder.

    Raises:
        TargetError: The folder cannot be written.
    """
    from eval.report.page import render_overview

    with _written_together(folder) as staging:
        if len(evaluations) == 1:
            _write_evaluation(staging, evaluations[0])
            return
        for evaluation in evaluations:
            own = staging / evaluation.run.set_name
            own.mkdir()
            _write_evaluation(own, evaluation)
        (staging / "index.html").write_text(render_overview(evaluations), encoding="utf-8")
        (staging / "summary.md").write_text(overview_summary(evaluations), encoding="utf-8")
        write_junit({e.run.set_name: e.checks for e in evaluations}, staging / "junit.xml")


def write_comparison(folder: Path, comparison: Comparison) -> None:
    """Write a comparison as a page into a folder.

    Raises:
        TargetError: The folder cannot be written.
    """
    from eval.report.page import render_comparison

    with _written_together(folder) as staging:
        (staging / "comparison.html").write_text(render_comparison(comparison), encoding="utf-8")


def _write_evaluation(folder: Path, evaluation: Evaluation) -> None:
    from eval.report.page import render

    run, checks = evaluation.run, evaluation.checks
    save_run(run, folder / "run.json")
    (folder / "index.html").write_text(render(run, evaluation.comparison, checks), encoding="utf-8")
    (folder / "summary.md").write_text(summary(run, checks), encoding="utf-8")
    write_junit({run.set_name: checks}, folder / "junit.xml")
    write_trec_run(run, folder / "run.trec")
    write_trec_qrels(run, folder / "qrels.trec")


@contextlib.contextmanager
def _written_together(folder: Path) -> Iterator[Path]:
    """A folder to write into; what it holds takes its place in `folder` when the block has ended well.

    Raises:
        TargetError: The folder cannot be written; one that had to be made for it is gone again.
    """
    made: list[Path] = []
    try:
        made += [place for place in (folder, *folder.parents) if not place.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as name:
            staging = Path(name)
            yield staging
            for file in [path for path in sorted(staging.rglob("*")) if path.is_file()]:
                place = folder / file.relative_to(staging)
                place.parent.mkdir(exist_ok=True)
                file.replace(place)
    except OSError as error:
        raise TargetError(
            f"The report cannot be written to {folder} ({error.strerror}). Choose another folder."
        ) from error
    finally:
        for place in made:
            with contextlib.suppress(OSError):
                place.rmdir()  # does nothing to one that holds a report


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
        lines += [f"| {_check(check)} |" for check in checks]
    return "\n".join(lines) + "\n"


def overview_summary(evaluations: Sequence[Evaluation]) -> str:
    """Several runs as Markdown: a column for each set."""
    runs = [evaluation.run for evaluation in evaluations]
    lines = [
        "# Measures by set",
        "",
        f"| measure | {' | '.join(run.set_name for run in runs)} |",
        "|---" * (len(runs) + 1) + "|",
        f"| questions | {' | '.join(f'{len(run.outcomes):,}' for run in runs)} |",
        f"| failed | {' | '.join(str(run.failed) for run in runs)} |",
    ]
    for measure in runs[0].measures:
        lines.append(f"| {measure} | {' | '.join(shown(measure, run.measures[measure]) for run in runs)} |")
    if any(evaluation.checks for evaluation in evaluations):
        lines += ["", "| set | requirement | met | |", "|---|---|---|---|"]
        lines += [f"| {e.run.set_name} | {_check(check)} |" for e in evaluations for check in e.checks]
    return "\n".join(lines) + "\n"


def _check(check: Check) -> str:
    return f"{check.name} | {'yes' if check.passed else '**no**'} | {check.detail}"
