"""The `footnote-eval` command."""

import sys
from collections.abc import Callable, Sequence
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
