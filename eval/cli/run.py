"""`footnote-eval run`."""

from collections.abc import Sequence
from pathlib import Path

import click

from eval.cli.options import (
    either,
    fit_topics,
    k_option,
    overlap_option,
    qrels_option,
    sets_option,
    topic_field_option,
    url_option,
)
from service.runtime.terminal import NonEmptyPath, data_option, emit_json


@click.command()
@sets_option("JSON Lines, a BEIR folder, or TREC topics with --qrels; may be repeated for a run of each.")
@qrels_option
@topic_field_option
@data_option
@url_option
@k_option
@overlap_option
@click.option(
    "--require",
    multiple=True,
    metavar="'M>=X'",
    help="Fail unless measure M reaches X in every set, such as 'nDCG@10>=0.8'; may be repeated.",
)
@click.option(
    "--baseline",
    type=NonEmptyPath(path_type=Path),
    metavar="RUN",
    help="A stored run (run.json) to compare with; with several sets, the folder of an earlier --report.",
)
@click.option("--no-regression", is_flag=True, help="Fail if a measure is significantly worse than the baseline's.")
@click.option(
    "--report",
    type=NonEmptyPath(path_type=Path),
    metavar="DIR",
    help="Write report, run, TREC files and JUnit XML here.",
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

    The exit code is 1 if a requirement is not met. docs/evaluation.md explains the measures.
    """
    from eval.report import check_writable, evaluation_object, print_evaluations, write_report
    from eval.runs import baselines, check_names, evaluate, load_set, parse_requirement

    if no_regression and baseline is None:
        raise click.UsageError("--no-regression needs --baseline RUN.")
    if qrels is not None and len(set_paths) > 1:
        raise click.UsageError("--qrels needs exactly one --set. Run the other sets without it.")
    fit_topics(qrels, topic_field)
    either(data, url)
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
