"""The files of a report, written together or not at all."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.errors import TargetError
from eval.reading import Reading, ReadingComparison, reading_json
from eval.report.text import claims_sentence, shown
from eval.report.trec import write_trec_qrels, write_trec_run
from eval.runs import VERDICTS, Check, Comparison, Evaluation, Run, confusion, save_run, write_junit
from service.runtime.terminal import plural


def check_writable(folder: Path) -> None:
    """Check before an evaluation that its report can be written; leave no files.

    Raises:
        TargetError: The report cannot be written.
    """
    with _written_together(folder):
        pass


def write_report(folder: Path, evaluations: Sequence[Evaluation]) -> None:
    """Write the report of a run into a folder: page, run, summary, JUnit XML, TREC files.

    Each of multiple runs gets a subfolder with the name of its set; the folder gets an overview.

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
    """Write the page of a comparison into a folder.

    Raises:
        TargetError: The folder cannot be written.
    """
    from eval.report.page import render_comparison

    with _written_together(folder) as staging:
        (staging / "comparison.html").write_text(render_comparison(comparison), encoding="utf-8")


def write_reading(
    folder: Path, reading: Reading, comparison: ReadingComparison | None, checks: Sequence[Check]
) -> None:
    """Write the report of a reading into a folder: page, stored reading, JUnit XML.

    Raises:
        TargetError: The folder cannot be written.
    """
    from eval.report.page import render_reading

    with _written_together(folder) as staging:
        (staging / "reading.json").write_text(reading_json(reading), encoding="utf-8")
        (staging / "index.html").write_text(render_reading(reading, comparison, checks), encoding="utf-8")
        write_junit({reading.name: checks}, staging / "junit.xml")


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
    """Yield a staging folder; move its files to `folder` when the block succeeds.

    Raises:
        TargetError: The folder cannot be written; folders created for it are removed.
    """
    created: list[Path] = []
    try:
        created += [parent for parent in (folder, *folder.parents) if not parent.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as name:
            staging = Path(name)
            yield staging
            for file in [path for path in sorted(staging.rglob("*")) if path.is_file()]:
                final = folder / file.relative_to(staging)
                final.parent.mkdir(exist_ok=True)
                file.replace(final)
    except OSError as error:
        raise TargetError(
            f"The report cannot be written to {folder} ({error.strerror}). Choose another folder."
        ) from error
    finally:
        for parent in created:
            with contextlib.suppress(OSError):
                parent.rmdir()  # fails for a folder with a report


def summary(run: Run, checks: Sequence[Check]) -> str:
    """Return a run as Markdown, for a pull request or a release note."""
    lines = [
        f"# {run.set_name}",
        "",
        f"{plural(len(run.outcomes), 'question')}, {run.started}",
        "",
        "| measure | value |",
        "|---|---|",
    ]
    lines += [f"| {measure} | {shown(measure, value)} |" for measure, value in run.measures.items()]
    lines += ["", "| outcome | answerable | not answerable |", "|---|---|---|"]
    lines += [f"| {VERDICTS[key]} | {a} | {b} |" for key, (a, b) in confusion(run.outcomes).items()]
    lines += ["", claims_sentence(run)]
    if checks:
        lines += ["", "| requirement | met | |", "|---|---|---|"]
        lines += [f"| {_check(check)} |" for check in checks]
    return "\n".join(lines) + "\n"


def overview_summary(evaluations: Sequence[Evaluation]) -> str:
    """Return multiple runs as Markdown, one column per set."""
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
