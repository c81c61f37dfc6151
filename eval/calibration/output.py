"""Output of a calibration: the file and the printed figures."""

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from eval.calibration.cases import AskedSet
from eval.calibration.fitting import Figures
from eval.errors import SetError, TargetError
from eval.files import write_atomically
from service.answering import Calibration
from service.runtime.terminal import plain, plural

_PAIR = re.compile(r"\[\s+([^][,\s]+),\s+([^][,\s]+)\s+\]")


def check_output(out: Path, sets: Sequence[Path], *, force: bool) -> None:
    """Check before a calibration that its file can be written.

    Args:
        out: The file.
        sets: Input files, which must not be overwritten.
        force: Whether another existing file may be replaced.

    Raises:
        SetError: The file exists and must not be replaced.
        TargetError: The file cannot be written.
    """
    if out.is_dir():
        raise TargetError(f"{out} is a folder. Name a file to write, such as {out / 'calibration.json'}.")
    if out.resolve() in [path.resolve() for path in sets]:
        raise SetError(f"{out} is one of the sets and would be overwritten. Choose another name.")
    if out.exists() and not force:
        raise SetError(f"{out} exists already. Choose another name, or replace it with --force.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out.parent).close()
    except OSError as error:
        raise _unwritable(out, error) from error


def write_calibration(calibration: Calibration, out: Path) -> None:
    """Write a calibration as readable JSON.

    Raises:
        TargetError: The file cannot be written.
    """
    sealed = calibration.model_copy(update={"record_sha256": calibration.digest()})
    text = _PAIR.sub(r"[\1, \2]", json.dumps(sealed.model_dump(), ensure_ascii=False, indent=2))
    try:
        write_atomically(out, text + "\n")
    except OSError as error:
        raise _unwritable(out, error) from error


def _unwritable(out: Path, error: OSError) -> TargetError:
    return TargetError(f"The calibration cannot be written to {out} ({error.strerror}). Choose another name.")


def print_calibration(
    sets: Sequence[AskedSet], calibration: Calibration, rows: Sequence[Figures], share: float
) -> None:
    """Print the sets, the calibration, and its quality."""
    for asked in sets:
        counts = ", ".join(f"{count} {kind}" for kind, count in asked.counts().items() if count)
        click.echo(f"{plain(asked.name)}: {counts}")
        if asked.follow_ups:
            click.echo(f"  {plural(asked.follow_ups, 'follow-up')} among them, asked after their earlier turns")
    click.echo(f"\nprobability = 1 / (1 + exp(-({calibration.slope:g} * score {calibration.intercept:+g})))")
    if share:
        least = calibration.threshold(share)
        click.echo(
            f"not_found below a score of {least:.4f} (probability {calibration.probability(least):.3f}): "
            f"{share:.1%} of answerable questions\n"
        )
    else:
        click.echo("never not_found, because no answerable question may be refused\n")
    wide = max(len("set"), *(len(plain(row.set)) for row in rows))
    click.echo(f"{'':{wide}}             ------- AUROC --------              refused     refusal")
    click.echo(f"{'set':{wide}}  fitted on  left out  none  right    ECE   AURC  answerable  precision  recall")
    for row in rows:
        values = [
            f"{_shown(row.auroc_left_out):>8}",
            f"{_shown(row.auroc_unanswerable):>4}",
            f"{_shown(row.auroc_correct):>5}",
            f"{_shown(row.ece):>5}",
            f"{_shown(row.aurc):>5}",
            f"{_shown(row.refused_answerable):>10}",
            f"{_shown(row.refusal_precision):>9}",
            f"{_shown(row.refusal_recall):>6}",
        ]
        click.echo(f"{plain(row.set):{wide}}  {row.fitted_on:9}  {'  '.join(values)}")


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
