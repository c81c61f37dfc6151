"""`footnote-eval reading` and `footnote-eval references`."""

from collections.abc import Sequence
from pathlib import Path

import click

from service.runtime.terminal import NonEmptyPath, emit_json, one_line, plural, say

_folder = click.argument("folder", type=NonEmptyPath(path_type=Path), metavar="FOLDER")


@click.command()
@_folder
@click.option(
    "--require",
    multiple=True,
    metavar="'M>=X'",
    help="Fail unless measure M reaches X, such as 'word_recall_worst_decile>=0.95'; may be repeated.",
)
@click.option(
    "--baseline",
    type=NonEmptyPath(path_type=Path),
    metavar="READING",
    help="A stored reading (reading.json) to compare with.",
)
@click.option("--no-regression", is_flag=True, help="Fail if a measure is significantly worse than the baseline's.")
@click.option(
    "--top", type=click.IntRange(0), metavar="N", default=10, show_default=True, help="Number of files to show."
)
@click.option(
    "--report", type=NonEmptyPath(path_type=Path), metavar="DIR", help="Write report, reading and JUnit XML here."
)
@click.option("--json", "as_json", is_flag=True, help="Print measures and files as JSON.")
def reading(
    folder: Path,
    require: Sequence[str],
    baseline: Path | None,
    no_regression: bool,
    top: int,
    report: Path | None,
    as_json: bool,
) -> int:
    """Compare what is read of each file with a reference text beside it.

    The reference of report.docx is report.docx.txt, report.expected.html or report.txt. The exit code is 1 if a
    requirement is not met. docs/evaluation.md explains the measures.
    """
    from eval.reading import compare_readings, known_measures, load_reading, read_folder
    from eval.report import check_writable, print_reading, reading_object, write_reading
    from eval.runs import check_no_regression, check_requirements, parse_requirement
    from service.runtime.progress import progress_for

    if no_regression and baseline is None:
        raise click.UsageError("--no-regression needs --baseline READING.")
    known = known_measures(folder)
    requirements = [parse_requirement(text, known) for text in require]
    before = None if baseline is None else load_reading(baseline)
    if report is not None:
        check_writable(report)
    found = read_folder(folder, progress_for())
    comparison = None if before is None else compare_readings(before, found)
    checks = check_requirements(found.measures(), requirements)
    if comparison is not None and no_regression:
        checks += check_no_regression(comparison.measures)
    if report is not None:
        write_reading(report, found, comparison, checks)
    if as_json:
        emit_json(reading_object(found, comparison, checks))
    else:
        print_reading(found, comparison, checks, top)
        if report is not None:
            click.echo(f"The report is in {report / 'index.html'}.")
    return 0 if all(check.passed for check in checks) else 1


@click.command()
@_folder
def references(folder: Path) -> int:
    """Write a reference text beside each file of FOLDER that has none, for `reading`.

    DOCX, EPUB and ODT are read with pandoc, PDF with Poppler's pdftotext, which must be installed. Give a copy of your
    folder. The exit code is 1 if a file could not be read.
    """
    from eval.reading import make_references
    from service.runtime.progress import progress_for

    written, failed = make_references(folder, progress_for())
    for path, reason in failed:
        say(f"No reference for {one_line(str(path))}: {one_line(reason)}.")
    click.echo(f"{plural(len(written), 'reference')} written.")
    return 1 if failed else 0
