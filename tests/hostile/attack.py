"""Hostile files of every format to the readers, for as long as one likes.

Grammars make them (`tests.hostile.generators`), and the same seed makes the same ones. A process of its own reads them
as the service does, so that one that hangs or dies is noticed too.

    python -m tests.hostile.attack --minutes 60 --seed 1 --keep violations
"""

import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from tests.hostile.attacked import Attacked, Told
from tests.hostile.generators import FORMATS, Case, case_of
from tests.hostile.oracle import class_of, is_over_a_limit
from tests.reliability.reports import Report

__all__ = ["Tally", "attack"]

SECONDS = 10
"""The limit of the sandbox here: a third of the usual one, so that slow files cost an attack less."""

SMALLER = (100, 1_000, 10_000)
"""Rooms that are tried to make a file smaller in which something was wrong."""

STARTED_S, LEAST_BYTES = 1.0, 20_000
"""Time limit of a case with a new process, and the least size that speeds are computed with."""

TRIES = 4
"""Files of each of these rooms."""


@dataclass(slots=True)
class Tally:
    """What became of the files of one format."""

    cases: int = 0
    read: int = 0
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    for_its_size: tuple[float, str, int] = (0.0, "", 0)
    worker: int = 0
    parent: int = 0
    over: Counter[str] = field(default_factory=Counter)
    violations: int = 0

    def add(self, case: Case, told: Told) -> None:
        """Count a case."""
        self.cases += 1
        self.read += bool(told.documents)
        self.refused += not told.documents
        self.reasons.update({class_of(reason) for reason in told.reasons})
        self.over[case.kind] += any(map(is_over_a_limit, told.reasons))
        self.slowest = max(self.slowest, (told.seconds, case.kind))
        size = len(case.data)
        rate = max(0.0, told.seconds - STARTED_S) / max(size, LEAST_BYTES)
        self.for_its_size = max(self.for_its_size, (rate, case.kind, size))
        self.worker, self.parent = max(self.worker, told.worker), max(self.parent, told.parent)
        self.violations += bool(told.faults)

    def figures(self) -> str:
        """A row of the table."""
        seconds, kind = self.slowest
        rate, what, size = self.for_its_size
        for_its_size = f"{rate * 1e6:.1f} s/MB, {what} of {size / 1000:.0f} kB"
        memory = f"{self.worker // 1024**2} | {self.parent // 1024**2}"
        counts = f"{self.cases:,} | {self.read:,} | {self.refused:,}"
        over = ", ".join(f"{count} {kind}" for kind, count in self.over.most_common() if count) or "0"
        return f"{counts} | {over} | {seconds:.1f} s, {kind} | {for_its_size} | {memory} | {self.violations}"


def attack(
    attacked: Attacked,
    formats: Sequence[str],
    seed: int,
    is_over: Callable[[int], bool],
    report: Report,
    keep: Path | None = None,
    room: int | None = None,
) -> dict[str, Tally]:
    """Send files of each format in turn until it is over.

    Args:
        attacked: Who reads them.
        formats: By name.
        seed: Of all cases.
        is_over: Is asked with the number of rounds that are done.
        report: Takes what is wrong.
        keep: A folder for the smallest file of each format and kind in which something was wrong or that cost too much.
        room: Bytes of each file, roughly; drawn if None.
    """
    tallies = {name: Tally() for name in formats}
    smallest: dict[tuple[str, str, str], int] = {}
    number = 0
    while not is_over(number):
        for name in formats:
            case = case_of(name, seed, number, room)
            told = attacked.ask(case)
            tallies[name].add(case, told)
            for fault in told.faults:
                report.check(False, f"{name}, {case.kind}: {class_of(fault)} (case {number}, {len(case.data):,} bytes)")
            for what in _worth_keeping(told):
                where = (name, case.kind, what)
                found = _smaller(attacked, case, seed, what) if where not in smallest and keep is not None else case
                if len(found.data) < smallest.get(where, len(found.data) + 1):
                    smallest[where] = len(found.data)
                    _kept(keep, where, found)
        number += 1
    return tallies


def _worth_keeping(told: Told) -> set[str]:
    return {*map(class_of, told.faults), *(class_of(reason) for reason in told.reasons if is_over_a_limit(reason))}


def _smaller(attacked: Attacked, case: Case, seed: int, what: str) -> Case:
    """A smaller file of the same kind of which the same comes; the case itself if none is found soon."""
    for room in SMALLER:
        for number in range(TRIES if room * 2 < len(case.data) else 0):
            other = case_of(case.format, seed, -1 - number, room, case.kind)
            if len(other.data) < len(case.data) and what in _worth_keeping(attacked.ask(other)):
                return other
    return case


def _kept(folder: Path | None, where: tuple[str, str, str], case: Case) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        name = "-".join("".join(c if c.isalnum() else "_" for c in part) for part in where)
        (folder / f"{name[:120]}{Path(case.name).suffix}").write_bytes(case.data)


def table(tallies: dict[str, Tally]) -> str:
    """The tallies, and the reasons that files were refused for."""
    head = (
        "| format | cases | read | refused | over a limit | slowest | MiB, limited process | MiB, parent | violations |"
    )
    rows = [head, "|" + "---|" * 9, *(f"| {name} | {tally.figures()} |" for name, tally in tallies.items()), ""]
    for name, tally in tallies.items():
        rows += [f"{name}: {count:,} × {reason}" for reason, count in tally.reasons.most_common()]
    return "\n".join(rows)


@click.command()
@click.option("--minutes", default=10.0, show_default=True, help="To go on for.")
@click.option("--seed", "given_seed", type=int, default=None, help="To repeat a run.")
@click.option(
    "--format", "formats", type=click.Choice(list(FORMATS)), multiple=True, help="One of them; all by default."
)
@click.option("--seconds", default=SECONDS, show_default=True, help="The sandbox's limit for each file.")
@click.option(
    "--room", type=click.IntRange(1), default=None, help="Bytes of each file, roughly; 1 kB to 20 MB if not set."
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder for files that break a promise or cost too much.",
)
def main(
    minutes: float, given_seed: int | None, formats: Sequence[str], seconds: int, room: int | None, keep: Path | None
) -> None:
    """Send hostile files to the readers; exit code 1 if one was not read or refused as it should be."""
    report = Report("attack", random.randrange(2**32) if given_seed is None else given_seed)
    report.say(f"Seed {report.seed}.")
    until = time.monotonic() + 60 * minutes

    def is_over(rounds: int) -> bool:
        if rounds and not rounds % 200:
            report.say(f"{rounds:,} files of each format.")
        return time.monotonic() > until

    with Attacked(seconds) as attacked:
        tallies = attack(attacked, formats or list(FORMATS), report.seed, is_over, report, keep, room)
    click.echo(table(tallies))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    report.figures["cases"] = f"{sum(tally.cases for tally in tallies.values()):,}"
    report.figures["processor time"] = f"{(used.ru_utime + used.ru_stime) / 60:.1f} min"
    raise SystemExit(report.end())


if __name__ == "__main__":
    main()
