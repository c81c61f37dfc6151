"""The `footnote-eval` command."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from corpus.errors import FootnoteError, StoreError
from service.cli.output import emit_json, plain

__all__ = ["main"]

DEFAULT_K = 100
DEFAULT_OVERLAP = 0.5


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def footnote_eval() -> None:
    """Measure how well questions are answered."""


_set_option = click.option(
    "--set",
    "set_path",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="JSON Lines, a BEIR folder, or TREC topics with --qrels.",
)
_data_option = click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help="Data folder to ask.")
_url_option = click.option("--url", metavar="URL", help="Ask a running service instead.")
_k_option = click.option(
    "-k", type=click.IntRange(1, 100), default=DEFAULT_K, show_default=True, help="Passages to ask for."
)
_overlap_option = click.option(
    "--overlap",
    type=click.FloatRange(0, 1, min_open=True),
    default=DEFAULT_OVERLAP,
    show_default=True,
    help="Share of a quote that a passage must cover to count.",
)


@footnote_eval.command()
@_set_option
@click.option(
    "--qrels", type=click.Path(path_type=Path), metavar="FILE", help="TREC judgements for the topics in --set."
)
@click.option("--topic-field", metavar="NAME", help="Ask this field of TREC topics, such as 'desc'.")
@_data_option
@_url_option
@_k_option
@_overlap_option
@click.option("--require", multiple=True, metavar="'M>=X'", help="Fail unless measure M reaches X; may be repeated.")
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="A stored run to compare with.")
@click.option("--no-regression", is_flag=True, help="Fail if a measure is significantly worse than the baseline's.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="DIR", help="Write report, run, TREC files and JUnit XML here."
)
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON.")
def run(
    set_path: Path,
    qrels: Path | None,
    topic_field: str | None,
    data: Path | None,
    url: str | None,
    k: int,
    overlap: float,
    require: Sequence[str],
    baseline: Path | None,
    no_regression: bool,
    report: Path | None,
    as_json: bool,
) -> int:
    """Ask every question of a set, and measure the answers.

    The exit code is 1 if a requirement is not met.
    """
    from eval.compare import compare
    from eval.gate import check_no_regression, check_requirements, parse_requirement
    from eval.measuring import measured
    from eval.output import make_writable, print_comparison, print_measures, write_report
    from eval.run import load_run

    if no_regression and baseline is None:
        raise click.UsageError("--no-regression needs --baseline FILE.")
    if topic_field is not None and qrels is None:
        raise click.UsageError("--topic-field needs --qrels FILE.")
    _either(data, url)
    requirements = [parse_requirement(text) for text in require]
    before = None if baseline is None else load_run(baseline)
    if report is not None:
        make_writable(report)
    now = measured(
        set_path,
        data=data,
        url=url,
        k=k,
        overlap=overlap,
        check_set=before,
        qrels=qrels,
        topic_field=topic_field,
    )
    comparison = None if before is None else compare(before, now)
    checks = check_requirements(now, requirements)
    if comparison is not None and no_regression:
        checks += check_no_regression(comparison)
    if report is not None:
        write_report(report, now, comparison, checks)
    if as_json:
        emit_json({"set": now.set_name, "measures": now.measures, "checks": checks})
    else:
        print_measures(now, checks)
        if comparison is not None:
            print_comparison(comparison)
        if report is not None:
            click.echo(f"The report is in {report / 'index.html'}.")
    return 0 if all(check.passed for check in checks) else 1


@footnote_eval.command()
@click.argument("a", required=False, type=click.Path(path_type=Path))
@click.argument("b", required=False, type=click.Path(path_type=Path))
@click.option(
    "--set", "set_path", type=click.Path(path_type=Path), metavar="FILE", help="Needed unless A and B are stored runs."
)
@_data_option
@click.option("--a", "a_settings", multiple=True, metavar="NAME=VALUE", help="A setting of A alone; may be repeated.")
@click.option("--b", "b_settings", multiple=True, metavar="NAME=VALUE", help="A setting of B alone; may be repeated.")
@click.option(
    "-k", type=click.IntRange(1, 100), help=f"Passages to ask for  [default: a stored run's, else {DEFAULT_K}]"
)
@click.option(
    "--overlap",
    type=click.FloatRange(0, 1, min_open=True),
    help=f"Share of a quote that a passage must cover to count  [default: a stored run's, else {DEFAULT_OVERLAP:g}]",
)
@click.option("--top", type=click.IntRange(0), default=10, show_default=True, help="Show so many changed questions.")
@click.option("--report", type=click.Path(path_type=Path), metavar="DIR", help="Write the comparison as a page here.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def compare(
    a: Path | None,
    b: Path | None,
    set_path: Path | None,
    data: Path | None,
    a_settings: Sequence[str],
    b_settings: Sequence[str],
    k: int | None,
    overlap: float | None,
    top: int,
    report: Path | None,
    as_json: bool,
) -> None:
    """Compare B with A: each a stored run (run.json) or a data folder.

    A side that is not named is --data, asked now.
    """
    from eval.compare import compare as compared
    from eval.output import comparison_object, make_writable, print_comparison, print_sides, write_comparison
    from eval.run import load_run
    from eval.sides import Side, ask_sides, parse_settings

    _fit_together(a, b, set_path, data, a_settings, b_settings)
    if report is not None:
        make_writable(report)
    stored = next((load_run(path) for path in (a, b) if path is not None and not path.is_dir()), None)
    k = k or (DEFAULT_K if stored is None else stored.k)
    overlap = overlap or (DEFAULT_OVERLAP if stored is None else stored.overlap)
    sides = [Side(a or data, parse_settings(a_settings, k)), Side(b or data, parse_settings(b_settings, k))]
    comparison = compared(*ask_sides(sides, set_path, k=k, overlap=overlap))
    if report is not None:
        write_comparison(report, comparison)
    if as_json:
        emit_json(comparison_object(comparison, top))
        return
    print_sides(comparison, [str(side) for side in sides])
    print_comparison(comparison, top)
    if report is not None:
        click.echo(f"\nThe comparison is in {report / 'comparison.html'}.")


def _fit_together(
    a: Path | None,
    b: Path | None,
    set_path: Path | None,
    data: Path | None,
    a_settings: Sequence[str],
    b_settings: Sequence[str],
) -> None:
    if a is None and not a_settings and not b_settings:
        raise click.UsageError("Say what to compare: two runs or data folders, or settings with --a and --b.")
    if b is not None and data is not None:
        raise click.UsageError("A and B are both named, so --data has no place. Leave it out.")
    for name, path, settings in (("a", a, a_settings), ("b", b, b_settings)):
        stored = path is not None and not path.is_dir()
        if stored and settings:
            raise click.UsageError(f"{path} is a stored run, which --{name} cannot change. Leave out --{name}.")
        if not stored and set_path is None:
            raise click.UsageError("Comparing data folders or settings needs --set FILE.")


@footnote_eval.command("import")
@click.argument("feedback", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Write candidates here.")
@_data_option
@_url_option
@click.option(
    "--known",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="SET",
    help="Leave out the questions of this set; may be repeated.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def import_(
    feedback: Path, out: Path, data: Path | None, url: str | None, known: Sequence[Path], force: bool, as_json: bool
) -> None:
    """Make candidates for a question set from a service's feedback.

    A person must approve each before `run` takes it.
    """
    from eval.candidates import candidates_from, write_candidates
    from eval.errors import SetError
    from eval.feedback import load_feedback
    from eval.output import print_imported
    from eval.questions import load_questions
    from eval.target import texts
    from service.progress import progress_for

    _either(data, url)
    if out.exists() and not force:
        raise SetError(f"{out} exists already. Choose another name, or replace it with --force.")
    ratings = load_feedback(feedback)
    questions = [question for path in known for question in load_questions(path, candidates=True).questions]
    with texts(data, url) as text_of:
        imported = candidates_from(ratings, text_of, questions, progress_for())
    if imported.candidates:
        write_candidates(imported.candidates, out)
    if as_json:
        counts = {"candidates": len(imported.candidates), "known": imported.known}
        emit_json({**counts, "skipped": imported.skipped})
    else:
        print_imported(imported, out)


@footnote_eval.command()
@click.option(
    "--set",
    "set_paths",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="SET",
    help="JSON Lines or a BEIR folder; may be repeated.",
)
@click.option(
    "--leave-out",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="SET",
    help="Ask this set's answerable questions once more without the documents that answer; may be repeated.",
)
@click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="Data folder that JSON Lines are asked of."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Write the calibration here."
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option("--questions", "most", type=click.IntRange(1), metavar="N", help="Draw at most N questions of each set.")
@_overlap_option
@click.option("--json", "as_json", is_flag=True, help="Print calibration and figures as JSON.")
def calibrate(
    set_paths: Sequence[Path],
    leave_out: Sequence[Path],
    data: Path | None,
    out: Path,
    force: bool,
    most: int | None,
    overlap: float,
    as_json: bool,
) -> None:
    """Fit the confidence of answers on labelled sets.

    FOOTNOTE_CALIBRATION=FILE makes Footnote use it.
    """
    import datetime

    from eval.calibrate import figures, fitted
    from eval.calibrate_cases import ask_set, load_sets
    from eval.calibrate_output import make_place, print_calibration, write_calibration
    from service.progress import progress_for
    from service.settings import load_settings

    for path in leave_out:
        if path not in set_paths:
            raise click.UsageError(f"--leave-out {path} is none of the sets. Name it with --set as well.")
    share = load_settings(data=data).refused_answerable
    labelled = load_sets(set_paths, leave_out, most)
    make_place(out, set_paths, force=force)
    sets = [ask_set(given, data, overlap, progress_for()) for given in labelled]
    calibration = fitted(sets, datetime.datetime.now(datetime.UTC).date())
    rows = figures(sets, calibration, share)
    write_calibration(calibration, out)
    if as_json:
        emit_json({"calibration": calibration.model_dump(), "share": share, "figures": rows})
    else:
        print_calibration(sets, calibration, rows, share)
        click.echo(f"\nThe calibration is in {out}. Use it with: FOOTNOTE_CALIBRATION={out}")


def _either(data: Path | None, url: str | None) -> None:
    if data is not None and url is not None:
        raise click.UsageError("Give either --data or --url.")


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(_run())


def _run() -> int:
    try:
        code = footnote_eval.main(prog_name="footnote-eval", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ModuleNotFoundError as error:
        click.echo(f"Error: {error.name} is not installed. Install it with: pip install 'footnote-qa[eval]'", err=True)
        return 1
    except FootnoteError as error:
        click.echo(f"Error: {plain(str(error))}", err=True)
        return 3 if isinstance(error, StoreError) else 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 130
