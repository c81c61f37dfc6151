"""The `footnote-eval` command."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from corpus.errors import FootnoteError, StoreError
from service.cli.output import data_option, emit_json, plain

__all__ = ["main"]

DEFAULT_K = 100
DEFAULT_OVERLAP = 0.5


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def footnote_eval() -> None:
    """Measure how well questions are answered, and whether a change made that better.

    Begin with a set of questions: footnote-eval run --set my-set.jsonl --report report/
    """


_qrels_option = click.option(
    "--qrels", type=click.Path(path_type=Path), metavar="FILE", help="TREC judgements; --set holds their topics."
)
_topic_field_option = click.option(
    "--topic-field", metavar="NAME", help="Ask this field of TREC topics, such as 'desc'."
)
_url_option = click.option("--url", metavar="URL", help="A running service to ask instead, by its address.")
_k_option = click.option(
    "-k", type=click.IntRange(1, 100), metavar="N", default=DEFAULT_K, show_default=True, help="Passages to ask for."
)
_overlap_option = click.option(
    "--overlap",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="X",
    default=DEFAULT_OVERLAP,
    show_default=True,
    help="Share of a quote that a passage must cover to count.",
)


@footnote_eval.command()
@click.option(
    "--set",
    "set_paths",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="SET",
    help="JSON Lines, a BEIR folder, or TREC topics with --qrels; may be repeated for a run of each.",
)
@_qrels_option
@_topic_field_option
@data_option
@_url_option
@_k_option
@_overlap_option
@click.option(
    "--require",
    multiple=True,
    metavar="'M>=X'",
    help="Fail unless measure M reaches X in every set, such as 'nDCG@10>=0.8'; may be repeated.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="A stored run (run.json) to compare with; with several sets, the folder of an earlier --report.",
)
@click.option("--no-regression", is_flag=True, help="Fail if a measure is significantly worse than the baseline's.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="DIR", help="Write report, run, TREC files and JUnit XML here."
)
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON; with several sets, by set.")
def run(
    set_paths: Sequence[Path],
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

    The exit code is 1 if a requirement is not met. What the measures say is in docs/evaluation.md.
    """
    from eval.gate import parse_requirement
    from eval.measuring import load_set
    from eval.output import evaluation_object, print_evaluations
    from eval.several import baselines, check_names, evaluate
    from eval.writing import check_writable, write_report

    if no_regression and baseline is None:
        raise click.UsageError("--no-regression needs --baseline RUN.")
    if qrels is not None and len(set_paths) > 1:
        raise click.UsageError("--qrels goes with one --set. Run the other sets without it.")
    _fit_topics(qrels, topic_field)
    _either(data, url)
    requirements = [parse_requirement(text) for text in require]
    sets = [load_set(path, qrels, topic_field) for path in set_paths]
    check_names(sets)
    before = baselines(baseline, sets, k, overlap)
    if report is not None:
        check_writable(report)
    evaluations = evaluate(
        sets,
        before,
        data=data,
        url=url,
        k=k,
        overlap=overlap,
        requirements=requirements,
        no_regression=no_regression,
    )
    if report is not None:
        write_report(report, evaluations)
    if as_json:
        objects = {evaluation.run.set_name: evaluation_object(evaluation) for evaluation in evaluations}
        emit_json(objects if len(evaluations) > 1 else evaluation_object(evaluations[0]))
    else:
        print_evaluations(evaluations)
        if report is not None:
            click.echo(f"The report is in {report / 'index.html'}.")
    return 0 if all(evaluation.passed for evaluation in evaluations) else 1


@footnote_eval.command()
@click.argument("a", required=False, type=click.Path(path_type=Path))
@click.argument("b", required=False, type=click.Path(path_type=Path))
@click.option(
    "--set",
    "set_path",
    type=click.Path(path_type=Path),
    metavar="SET",
    help="What to ask, as for `run`; needed unless A and B are stored runs.",
)
@_qrels_option
@_topic_field_option
@data_option
@click.option("--a", "a_settings", multiple=True, metavar="NAME=VALUE", help="A setting of A alone; may be repeated.")
@click.option("--b", "b_settings", multiple=True, metavar="NAME=VALUE", help="A setting of B alone; may be repeated.")
@click.option(
    "-k",
    type=click.IntRange(1, 100),
    metavar="N",
    help=f"Passages to ask for  [default: a stored run's, else {DEFAULT_K}]",
)
@click.option(
    "--overlap",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="X",
    help=f"Share of a quote that a passage must cover to count  [default: a stored run's, else {DEFAULT_OVERLAP:g}]",
)
@click.option(
    "--top", type=click.IntRange(0), metavar="N", default=10, show_default=True, help="Show so many changed questions."
)
@click.option("--report", type=click.Path(path_type=Path), metavar="DIR", help="Write the comparison as a page here.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def compare(
    a: Path | None,
    b: Path | None,
    set_path: Path | None,
    qrels: Path | None,
    topic_field: str | None,
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

    \b
    footnote-eval compare before/run.json after/run.json
    footnote-eval compare before/run.json --set SET
    footnote-eval compare data-a data-b --set SET
    footnote-eval compare --set SET --a candidates=150 --b candidates=300
    """  # noqa: D301 - click's own mark for lines that are not to be joined
    from eval.compare import compare as compared
    from eval.measuring import load_set
    from eval.output import comparison_object, print_comparison, print_sides
    from eval.run import load_run
    from eval.sides import Side, ask_sides, parse_settings
    from eval.writing import check_writable, write_comparison

    _fit_together(a, b, set_path, data, a_settings, b_settings)
    _fit_topics(qrels, topic_field)
    if set_path is None and (qrels, k, overlap) != (None, None, None):
        raise click.UsageError("A and B are stored runs, so nothing is asked: leave out --qrels, -k and --overlap.")
    stored = next((load_run(path) for path in (a, b) if path is not None and _stored(path)), None)
    k = k or (DEFAULT_K if stored is None else stored.k)
    overlap = overlap or (DEFAULT_OVERLAP if stored is None else stored.overlap)
    sides = [Side(a or data, parse_settings(a_settings, k)), Side(b or data, parse_settings(b_settings, k))]
    given = None if set_path is None else load_set(set_path, qrels, topic_field)
    if report is not None:
        check_writable(report)
    comparison = compared(*ask_sides(sides, given, k=k, overlap=overlap))
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
    if _stored(a) and _stored(b) and set_path is not None:
        raise click.UsageError("A and B are stored runs, so nothing is asked: leave out --set.")
    for path in (a, b):
        if path is not None and (path / "run.json").is_file():
            raise click.UsageError(f"{path} is a report. Name the stored run in it: {path / 'run.json'}")
        if path is not None and (path / "junit.xml").is_file():
            raise click.UsageError(f"{path} is a report of several sets. Name the run of one: {path}/<set>/run.json")
    for name, path, settings in (("a", a, a_settings), ("b", b, b_settings)):
        if _stored(path) and settings:
            raise click.UsageError(f"{path} is a stored run, which --{name} cannot change. Leave out --{name}.")
        if not _stored(path) and set_path is None:
            raise click.UsageError("Comparing data folders or settings needs --set SET.")


def _stored(path: Path | None) -> bool:
    return path is not None and not path.is_dir()


def _fit_topics(qrels: Path | None, topic_field: str | None) -> None:
    if topic_field is not None and qrels is None:
        raise click.UsageError("--topic-field needs --qrels FILE.")


@footnote_eval.command("import")
@click.argument("feedback", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Write candidates here.")
@data_option
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
    """Make candidates for a question set from a service's feedback (JSON Lines, a rating a line).

    A person must approve each before `run` takes it.
    """
    from eval.candidates import candidates_from, check_free, write_candidates
    from eval.feedback import load_feedback
    from eval.output import print_imported
    from eval.questions import load_questions
    from eval.target import texts
    from service.progress import progress_for

    _either(data, url)
    check_free(out, feedback, force=force)
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


def _numbers(most: int) -> Callable[[click.Context, click.Parameter, str], Sequence[int]]:
    """Reads whole numbers with commas between, `1,8,32`: each once, in order, none above `most`."""

    def read(context: click.Context, parameter: click.Parameter, value: str) -> Sequence[int]:
        words = [word.strip() for word in value.split(",")]
        for word in words:
            if not (word.isascii() and word.isdecimal() and 1 <= int(word) <= most):
                raise click.BadParameter(
                    f"'{word}' is not a whole number from 1 to {most:,}. Write them with commas between: 8,32"
                )
        return sorted({int(word) for word in words})

    return read


@footnote_eval.command()
@click.option(
    "--set",
    "set_path",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A BEIR folder to take documents and questions from  [default: the starter documents and their questions]",
)
@click.option(
    "--documents", type=click.IntRange(1), default=200, show_default=True, help="Take at most so many of --set."
)
@click.option(
    "--passages",
    callback=_numbers(1_000_000),
    default="1000,10000",
    show_default=True,
    metavar="N,…",
    help="Sizes of the stores to ask.",
)
@click.option(
    "--askers", callback=_numbers(256), default="1,8,32", show_default=True, metavar="N,…", help="So many ask at once."
)
@click.option(
    "--questions", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Questions in each round."
)
@click.option(
    "--rounds", type=click.IntRange(1, 100), default=3, show_default=True, help="Measure everything so often."
)
@click.option(
    "--systems",
    metavar="NAME,…",
    help="Measure these side by side on all documents and so many --questions of --set: footnote, plain, txtai-dense, "
    "txtai-hybrid, haystack-dense, haystack-hybrid, or all.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all that is drawn by chance.")
@click.option(
    "--work",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep the stores here for the next time  [default: a temporary folder that is removed]",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the results here as JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def bench(
    set_path: Path | None,
    documents: int,
    passages: Sequence[int],
    askers: Sequence[int],
    questions: int,
    rounds: int,
    systems: str | None,
    seed: int,
    work: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Measure speed, memory and size beside the encoder alone, and hold them to the budgets.

    Nothing of the data folder in use is read or changed. A budget that is not met is reported; the exit code stays 0.
    """
    from eval.bench.benchmark import run_benchmark
    from eval.bench.output import print_benchmark
    from eval.bench.process import stopped_like_interrupted
    from eval.bench.record import BenchOptions, check_writable, save_benchmark
    from eval.bench.systems import named_systems
    from service.progress import progress_for
    from service.settings import load_settings

    settings = load_settings()
    if systems is not None and set_path is None:
        raise click.UsageError("--systems needs --set DIR, a BEIR folder: its gold says how good each system is.")
    names = [] if systems is None else named_systems(systems)
    if out is not None:
        check_writable(out)
    options = BenchOptions(passages, sorted({1, *askers}), questions, rounds, documents, seed, names)
    with stopped_like_interrupted():
        measured = run_benchmark(
            settings,
            options,
            lambda sentence: click.echo(sentence, err=True),
            progress_for(),
            beir_folder=set_path,
            work=work,
        )
    if as_json:
        emit_json(measured)
    else:
        print_benchmark(measured)
    if out is not None:
        save_benchmark(measured, out)
        click.echo(f"The results are in {out}.", err=True)


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
