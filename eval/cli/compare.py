"""`footnote-eval compare`."""

from collections.abc import Sequence
from pathlib import Path

import click

from eval.cli.options import DEFAULT_K, DEFAULT_OVERLAP, fit_topics, qrels_option, topic_field_option
from service.runtime.terminal import NonEmptyPath, data_option, emit_json


@click.command()
@click.argument("a", required=False, type=NonEmptyPath(path_type=Path))
@click.argument("b", required=False, type=NonEmptyPath(path_type=Path))
@click.option(
    "--set",
    "set_path",
    type=NonEmptyPath(path_type=Path),
    metavar="SET",
    help="The set, as for `run`; required unless A and B are stored runs.",
)
@qrels_option
@topic_field_option
@data_option
@click.option("--a", "a_settings", multiple=True, metavar="NAME=VALUE", help="A setting for A only; may be repeated.")
@click.option("--b", "b_settings", multiple=True, metavar="NAME=VALUE", help="A setting for B only; may be repeated.")
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
    "--top",
    type=click.IntRange(0),
    metavar="N",
    default=10,
    show_default=True,
    help="Number of changed questions to show.",
)
@click.option("--report", type=NonEmptyPath(path_type=Path), metavar="DIR", help="Write the comparison as a page here.")
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

    A variant that is not given is --data, asked now.

    \b
    footnote-eval compare before/run.json after/run.json
    footnote-eval compare before/run.json --set SET
    footnote-eval compare data-a data-b --set SET
    footnote-eval compare --set SET --a candidates=150 --b candidates=300
    """  # noqa: D301 - click's mark for lines that must not be joined
    from eval.report import check_writable, comparison_object, print_comparison, print_variants, write_comparison
    from eval.runs import Variant, load_run, load_set, parse_settings, variant_runs
    from eval.runs import compare as compared

    _fit_together(a, b, set_path, data, a_settings, b_settings)
    fit_topics(qrels, topic_field)
    if set_path is None and (qrels, k, overlap) != (None, None, None):
        raise click.UsageError("A and B are stored runs, so nothing is asked. Omit --qrels, -k and --overlap.")
    stored = next((load_run(path) for path in (a, b) if path is not None and _stored(path)), None)
    k = k or (DEFAULT_K if stored is None else stored.k)
    overlap = overlap or (DEFAULT_OVERLAP if stored is None else stored.overlap)
    variants = [Variant(a or data, parse_settings(a_settings, k)), Variant(b or data, parse_settings(b_settings, k))]
    given = None if set_path is None else load_set(set_path, qrels, topic_field)
    if report is not None:
        check_writable(report)
    comparison = compared(*variant_runs(variants, given, k=k, overlap=overlap))
    if report is not None:
        write_comparison(report, comparison)
    if as_json:
        emit_json(comparison_object(comparison, top))
        return
    print_variants(comparison, [str(variant) for variant in variants])
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
        raise click.UsageError("Give two runs or data folders to compare, or settings with --a and --b.")
    if b is not None and data is not None:
        raise click.UsageError("A and B are both given, so --data has no effect. Omit it.")
    if _stored(a) and _stored(b) and set_path is not None:
        raise click.UsageError("A and B are stored runs, so nothing is asked. Omit --set.")
    for path in (a, b):
        if path is not None and (path / "run.json").is_file():
            raise click.UsageError(f"{path} is a report. Give the stored run in it: {path / 'run.json'}")
        if path is not None and (path / "junit.xml").is_file():
            raise click.UsageError(f"{path} is a report of multiple sets. Give the run of one: {path}/<set>/run.json")
    for name, path, settings in (("a", a, a_settings), ("b", b, b_settings)):
        if _stored(path) and settings:
            raise click.UsageError(f"{path} is a stored run, which --{name} cannot change. Omit --{name}.")
        if not _stored(path) and set_path is None:
            raise click.UsageError("Comparing data folders or settings needs --set SET.")


def _stored(path: Path | None) -> bool:
    return path is not None and not path.is_dir()
