"""`footnote-eval bench`."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from service.runtime.terminal import NonEmptyPath, emit_json


def _numbers(most: int) -> Callable[[click.Context, click.Parameter, str], Sequence[int]]:
    """Return a callback that parses comma-separated whole numbers up to `most`, such as `1,8,32`."""

    def read(context: click.Context, parameter: click.Parameter, value: str) -> Sequence[int]:
        words = [word.strip() for word in value.split(",")]
        for word in words:
            if not (word.isascii() and word.isdecimal() and 1 <= int(word) <= most):
                raise click.BadParameter(
                    f"'{word}' is not a whole number from 1 to {most:,}. Separate numbers by commas: 8,32"
                )
        return sorted({int(word) for word in words})

    return read


@click.command()
@click.option(
    "--set",
    "set_path",
    type=NonEmptyPath(path_type=Path),
    metavar="DIR",
    help="BEIR folder with documents and questions  [default: the starter documents and their questions]",
)
@click.option(
    "--documents",
    type=click.IntRange(1),
    default=200,
    show_default=True,
    help="Maximum number of documents from --set.",
)
@click.option(
    "--passages",
    callback=_numbers(1_000_000),
    default="1000,10000",
    show_default=True,
    metavar="N,…",
    help="Sizes of the stores.",
)
@click.option(
    "--askers",
    callback=_numbers(256),
    default="1,8,32",
    show_default=True,
    metavar="N,…",
    help="Numbers of concurrent askers.",
)
@click.option(
    "--questions", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Questions per round."
)
@click.option(
    "--rounds", type=click.IntRange(1, 100), default=3, show_default=True, help="Repetitions of each measurement."
)
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of synthetic documents and samples."
)
@click.option(
    "--work",
    type=NonEmptyPath(path_type=Path),
    metavar="DIR",
    help="Keep the stores here for the next run  [default: a temporary folder]",
)
@click.option("--out", type=NonEmptyPath(path_type=Path), metavar="FILE", help="Write the results here as JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def bench(
    set_path: Path | None,
    documents: int,
    passages: Sequence[int],
    askers: Sequence[int],
    questions: int,
    rounds: int,
    seed: int,
    work: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Measure speed, memory and size, with the encoder alone as reference, and check the budgets.

    The data folder is neither read nor changed. An unmet budget is reported; the exit code stays 0.
    """
    from eval.bench import BenchOptions, check_writable, print_benchmark, run_benchmark, save_benchmark
    from service.runtime.progress import progress_for
    from service.settings import load_settings

    settings = load_settings()
    if out is not None:
        check_writable(out)
    options = BenchOptions(passages, sorted({1, *askers}), questions, rounds, documents, seed)
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
