"""`footnote-eval compare`."""

from collections.abc import Sequence
from pathlib import Path

import click

from eval.cli.options import DEFAULT_K, DEFAULT_OVERLAP, fit_topics, qrels_option, topic_field_option
from service.runtime.terminal import data_option, emit_json

__all__ = ["compare"]


@click.command()
@click.argument("a", required=False, type=click.Path(path_type=Path))
@click.argument("b", required=False, type=click.Path(path_type=Path))
@click.option(
    "--set",
    "set_path",
    type=click.Path(path_type=Path),
    metavar="SET",
    help="What to ask, as for `run`; needed unless A and B are stored runs.",
)
@qrels_option
@topic_field_option
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
    from eval.report import check_writable, comparison_object, print_comparison, print_sides, write_comparison
    from eval.runs import Side, ask_sides, load_run, load_set, parse_settings
    from eval.runs import compare as compared

    _fit_together(a, b, set_path, data, a_settings, b_settings)
    fit_topics(qrels, topic_field)
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
