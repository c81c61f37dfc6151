"""`footnote-eval calibrate`."""

from collections.abc import Sequence
from pathlib import Path

import click

from eval.cli.options import overlap_option, sets_option
from service.runtime.terminal import NonEmptyPath, emit_json


@click.command()
@sets_option("JSON Lines or a BEIR folder; may be repeated.")
@click.option(
    "--leave-out",
    multiple=True,
    type=NonEmptyPath(path_type=Path),
    metavar="SET",
    help="Ask this set's answerable questions again without their relevant documents; may be repeated.",
)
@click.option("--data", type=NonEmptyPath(path_type=Path), metavar="DIR", help="Data folder for JSON Lines sets.")
@click.option(
    "--out", required=True, type=NonEmptyPath(path_type=Path), metavar="FILE", help="Write the calibration here."
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option("--questions", "most", type=click.IntRange(1), metavar="N", help="Draw at most N questions of each set.")
@overlap_option
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
    """Fit the confidence of answers and its borders on labelled sets.

    To use it, set FOOTNOTE_CALIBRATION=FILE.
    """
    import datetime

    from eval.calibration import (
        Limits,
        ask_set,
        border_rows,
        check_output,
        figures,
        fitted,
        load_sets,
        print_calibration,
        write_calibration,
    )
    from service.runtime.progress import progress_for
    from service.settings import load_settings

    for path in leave_out:
        if path not in set_paths:
            raise click.UsageError(f"--leave-out {path} is not one of the sets. Give it with --set too.")
    settings = load_settings(data=data)
    limits = Limits(settings.refused_answerable, settings.wrong_answers)
    labelled = load_sets(set_paths, leave_out, most)
    check_output(out, set_paths, force=force)
    sets = [ask_set(given, data, overlap, progress_for()) for given in labelled]
    calibration = fitted(sets, datetime.datetime.now(datetime.UTC).date())
    rows, borders = figures(sets, calibration, limits), border_rows(sets, calibration, limits)
    write_calibration(calibration, out)
    if as_json:
        emit_json({"calibration": calibration.model_dump(), "limits": limits, "borders": borders, "figures": rows})
    else:
        print_calibration(sets, calibration, rows, borders, limits)
        click.echo(f"\nThe calibration is in {out}. Use it with: FOOTNOTE_CALIBRATION={out}")
