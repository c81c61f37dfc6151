"""The printed form of readings."""

from collections.abc import Iterator, Sequence
from typing import Any

import click

from eval.reading import READING_MEASURES, Difference, FileReading, Reading, ReadingComparison, measures_of
from eval.report.text import print_paired
from eval.runs import Check
from service.runtime.terminal import one_line, plural, wrapped

NAMED = 10
"""Files without a reference that are named."""

KINDS = ("missing", "extra", "glued", "split", "numbers_missing", "numbers_extra")


def print_reading(
    reading: Reading, comparison: ReadingComparison | None, checks: Sequence[Check], top: int = 10
) -> None:
    """Print the measures by format, the worst files, the comparison and the checks."""
    click.echo(f"{one_line(reading.name)}: {plural(len(reading.files), 'file')} with a reference")
    rows = measure_table(reading)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        columns = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        click.echo("  ".join([name.ljust(widths[0]), *columns]))
    _print_without(reading.without_reference)
    for file in reading.files[:top]:
        _print_file(file)
    if comparison is not None:
        _print_compared(comparison, top)
    for check in checks:
        click.echo(f"{'ok  ' if check.passed else 'FAIL'} {check.name}: {check.detail}")


def measure_table(reading: Reading) -> list[list[str]]:
    """Return a table: the names of columns (all files, then each format), the numbers of files, a row per measure."""
    columns = {"all": reading.files, **reading.kinds()}
    values = [measures_of(files) for files in columns.values()]
    return [
        ["measure", *map(one_line, columns)],
        ["files", *(f"{len(files):,}" for files in columns.values())],
        *([measure, *(shown_value(value[measure]) for value in values)] for measure in READING_MEASURES),
    ]


def shown_value(value: float | None) -> str:
    """Format the value of a measure: a share with four digits, a count as it is."""
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def shares_of(file: FileReading) -> str:
    """Return the shares of a file in words."""
    fidelity = file.fidelity
    if file.refused:
        return f"refused: {file.message}"
    values = f"recall {fidelity.recall:.3f}, precision {shown_share(fidelity.precision)}"
    return f"{values}, order {shown_share(fidelity.order)} ({plural(fidelity.words, 'word')})"


def shown_share(value: float | None) -> str:
    """Format the share of a file."""
    return "–" if value is None else f"{value:.3f}"


def differences_of(file: FileReading) -> Iterator[tuple[str, Difference]]:
    """Yield each kind of difference that a file has, with its name."""
    for kind in KINDS:
        difference: Difference = getattr(file.fidelity, kind)
        if difference.count:
            yield kind.replace("_", " "), difference


def reading_object(reading: Reading, comparison: ReadingComparison | None, checks: Sequence[Check]) -> dict[str, Any]:
    """Return a reading as JSON data."""
    return {
        "name": reading.name,
        "measures": measures_of(reading.files),
        "formats": {kind: {"files": len(files), **measures_of(files)} for kind, files in reading.kinds().items()},
        "files": reading.files,
        "without_reference": reading.without_reference,
        "comparison": None
        if comparison is None
        else {
            "measures": comparison.measures,
            "changed": comparison.changed,
            "not_compared": comparison.not_compared,
        },
        "checks": checks,
    }


def _print_without(paths: Sequence[str]) -> None:
    if paths:
        named = ", ".join(map(one_line, paths[:NAMED]))
        rest = f" and {len(paths) - NAMED:,} more" if len(paths) > NAMED else ""
        click.echo(f"{plural(len(paths), 'file')} without a reference or with an empty one: {named}{rest}")


def _print_file(file: FileReading) -> None:
    click.echo(f"\n{one_line(file.path)}: {one_line(shares_of(file))}")
    if file.message and not file.refused:
        click.echo(wrapped(file.message, "  "))
    for name, difference in () if file.refused else differences_of(file):
        click.echo(wrapped(f"{name} ({difference.count:,}): {'; '.join(difference.examples)}", "  "))


def _print_compared(comparison: ReadingComparison, top: int) -> None:
    click.echo(f"\nB is this reading, A the baseline of {comparison.a.started}:")
    print_paired(comparison.measures)
    if comparison.not_compared:
        click.echo(f"{plural(comparison.not_compared, 'file')} of one of them cannot be compared.")
    for pair in comparison.changed[:top]:
        click.echo(f"\n{one_line(pair.b.path)}\n  A  {one_line(shares_of(pair.a))}\n  B  {one_line(shares_of(pair.b))}")
