"""Output of a calibration: the file and the printed figures."""

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from eval.calibration.cases import AskedSet
from eval.calibration.quality import BorderRow, Claims, Figures, Limits
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
    sets: Sequence[AskedSet],
    calibration: Calibration,
    rows: Sequence[Figures],
    borders: Sequence[BorderRow],
    limits: Limits,
) -> None:
    """Print the sets, the calibration, its borders, and its quality."""
    for asked in sets:
        _print_set(asked)
    click.echo()
    for name, logistic in (("answer", calibration.answer), ("passage", calibration.passage)):
        formula = f"1 / (1 + exp(-({logistic.slope:g} * evidence {logistic.intercept:+g})))"
        click.echo(f"probability of the {name + ':':8} {formula}")
    _print_refusals(calibration, limits.refused_answerable)
    _print_borders(borders, limits.wrong_answers)
    _print_figures(rows)


def _print_set(asked: AskedSet) -> None:
    counts = asked.counts()
    listed = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    click.echo(f"{plain(asked.name)}: {listed}")
    if asked.follow_ups:
        click.echo(f"  {plural(asked.follow_ups, 'follow-up')} among them, asked after their earlier turns")
    if asked.without_words:
        click.echo(
            f"  {asked.without_words} of {counts['answerable']} answerable questions have no words of the answer, only "
            "documents: an answer counts as right if its passage is, so borders are too low and probabilities too high"
        )


def _print_refusals(calibration: Calibration, share: float) -> None:
    if share:
        least = calibration.refusal_border(share)
        click.echo(
            f"\nnot_found below a passage evidence of {least:.4f} (probability "
            f"{calibration.passage.probability(least):.3f}): {share:.1%} of answerable questions"
        )
    else:
        click.echo("\nnever not_found, because no answerable question may be refused")


def _print_borders(borders: Sequence[BorderRow], share: float) -> None:
    """Print the claims at each border; `*` marks that of the settings."""
    click.echo("\n                                     fitted on            unseen questions")
    click.echo("  allowed wrong   border  prob.   claimed  wrong   lost   claimed  wrong   lost")
    for row in borders:
        mark = "*" if row.share == share else " "
        values = (*_triple(row.fitted), *_triple(row.unseen))
        cells = "".join(f"{_shown(value):>{width}}" for value, width in zip(values, (10, 7, 7) * 2, strict=True))
        border = "none" if row.border is None else f"{row.border:.4f}"
        click.echo(f"{mark} {row.share:>13.3f} {border:>8}  {_shown(row.probability):>5}{cells}")
    at = next(row for row in borders if row.share == share)
    if at.border is None:
        known = next((row.share for row in borders if row.border is not None), None)
        click.echo(
            f"No border keeps the share of wrong answers at {share:g} on these questions, so nothing will be claimed."
            f"\n{'' if known is None else f'The least share with a border is {known:g}. '}"
            "Add questions, or raise FOOTNOTE_WRONG_ANSWERS."
        )
    click.echo(
        "claimed: of all questions; wrong: of claimed answers; lost: right answers that are not claimed. The share is\n"
        "kept on average over questions like these, half of them without an answer; not in each set or for each kind."
    )


def _triple(claims: Claims) -> tuple[float | None, float | None, float | None]:
    return claims.claimed, claims.wrong, claims.lost


def _print_figures(rows: Sequence[Figures]) -> None:
    wide = max(len("set"), *(len(plain(row.set)) for row in rows))
    groups = "---------- AUROC -----------  ----- ECE -----  ---- refusals ----  --- claims ---"
    columns = "left out   none passage answer  passage  answer  wrong  prec. recall  claimed  wrong"
    click.echo(f"\n{'':{wide}}             {groups}")
    click.echo(f"{'set':{wide}}  fitted on  {columns}")
    for row in rows:
        values = [
            f"{_shown(row.auroc_left_out):>8}",
            f"{_shown(row.auroc_unanswerable):>6}",
            f"{_shown(row.auroc_passage):>7}",
            f"{_shown(row.auroc_answer):>6}",
            f"{_shown(row.ece_passage):>8}",
            f"{_shown(row.ece_answer):>7}",
            f"{_shown(row.refused_answerable):>6}",
            f"{_shown(row.refusal_precision):>6}",
            f"{_shown(row.refusal_recall):>6}",
            f"{_shown(row.claims.claimed):>8}",
            f"{_shown(row.claims.wrong):>6}",
        ]
        click.echo(f"{plain(row.set):{wide}}  {row.fitted_on:9}  {' '.join(values)}")


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
