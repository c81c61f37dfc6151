"""Make the disk full, broken or read-only at every call in turn, and check the messages and the store.

python -m tests.reliability.disk --every-call
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from corpus.errors import FootnoteError
from service.runtime.progress import Progress, progress_for
from tests.reliability.forking import Ran
from tests.reliability.scenarios import Command, Fault, Scenario, Workshop, scenarios
from tests.reliability.shim import CHANGES, Action, Kind
from tests.reliability.states import EMPTY, ViolationError, state_of
from tests.reliability.trials import check_strays, drawn, end, tried

__all__ = ["FAULTS", "Tally", "cases_of", "run", "table"]

STORE = 3
"""Exit code of a command that cannot use its store."""

GROWS = Kind.WRITE | Kind.CREATE | Kind.MKDIR

FAULTS = {
    "full, once": Fault(Action.FAIL, kinds=GROWS, error=errno.ENOSPC),
    "full, from then on": Fault(Action.FAIL, kinds=GROWS, error=errno.ENOSPC, lasting=True),
    "full, to the last byte": Fault(Action.FAIL_SHORT, kinds=Kind.WRITE, error=errno.ENOSPC, lasting=True),
    "broken, once": Fault(Action.FAIL, kinds=Kind.WRITE | Kind.SYNC | Kind.TRUNCATE, error=errno.EIO),
    "broken, from then on": Fault(
        Action.FAIL, kinds=Kind.WRITE | Kind.SYNC | Kind.TRUNCATE, error=errno.EIO, lasting=True
    ),
    "read-only, from then on": Fault(Action.FAIL, kinds=CHANGES | Kind.OPEN, error=errno.EROFS, lasting=True),
}


@dataclass
class Tally:
    """The cases and their outcomes."""

    faults: int = 0
    refused: int = 0
    """Number of commands that reported that they cannot continue."""
    violations: list[str] = field(default_factory=list)


def cases_of(shop: Workshop, found: Sequence[Scenario]) -> list[tuple[Scenario, str, Fault]]:
    """Return each kind of fault at each call of each scenario that it can affect."""
    data = shop.folder / "data"
    cases = []
    for scenario in found:
        scenario.prepared(data)
        scenario.act(shop, data, Fault())
        for name, fault in FAULTS.items():
            calls = shop.shim.count(fault.kinds)
            cases += [(scenario, name, replace(fault, at=at)) for at in range(1, calls + 1)]
    return cases


def run(shop: Workshop, cases: Sequence[tuple[Scenario, str, Fault]], progress: Progress) -> dict[str, Tally]:
    """Try each case; return a tally by kind of fault."""
    tallies: dict[str, Tally] = {}
    progress.start(len(cases), "faults")
    for scenario, name, fault in cases:
        tally = tallies.setdefault(name, Tally())
        progress.doing(scenario.name)
        try:
            ran = _faulty(shop, scenario, fault)
            tally.faults += 1
            tally.refused += ran.status == STORE
        except (ViolationError, FootnoteError, TimeoutError) as error:
            tally.violations.append(f"{scenario.name}, {name}, {fault}: {error}")
        progress.advance()
    progress.finish()
    return tallies


def _faulty(shop: Workshop, scenario: Scenario, fault: Fault) -> Ran:
    ran, _ = tried(shop, scenario, fault, _check_words)
    _check_again(shop, scenario, shop.folder / "data")
    return ran


def _check_words(ran: Ran) -> None:
    """Check that a command ended with an answer or a message, and with the matching exit code."""
    if "Traceback" in ran.err or "Exception" in ran.err:
        raise ViolationError(f"there was a traceback: {ran.err[-800:]}")
    if ran.status not in (0, STORE):
        raise ViolationError(f"it ended with {ran.status}: {ran.err[-500:]}")
    said = ran.err.strip().splitlines()
    if ran.status == STORE and not (said and said[-1].startswith("Error: ")):
        raise ViolationError(f"it did not say what is wrong: {ran.err[-500:]}")
    if ran.status == STORE and ran.out:
        raise ViolationError(f"it failed, and said: {ran.out}")


def _check_again(shop: Workshop, scenario: Scenario, data: Path) -> None:
    """Check that the command can continue on the same folder once the disk works."""
    if isinstance(scenario, Command):  # a server has been asked to go on already
        again = scenario.act(shop, data, Fault())
        if again.status and "There is no document" not in again.err:
            raise ViolationError(f"done again, it ended with {again.status}: {again.err[-500:]}")
    if (found := state_of(data)) != scenario.allowed[-1]:
        raise ViolationError(f"done again, it left {found}")
    check_strays(shop, scenario, data)
    if found != EMPTY:
        verified = shop.done("verify", "--data", data).out
        if "everything is intact" not in verified:
            raise ViolationError(f"'verify' says: {verified}")


def table(tallies: dict[str, Tally]) -> str:
    """Print the tally."""
    lines = ["| the disk is | faults | refused in words | violations |", "|---|---|---|---|"]
    for name, tally in tallies.items():
        lines.append(f"| {name} | {tally.faults} | {tally.refused} | {len(tally.violations)} |")
    return "\n".join(lines)


@click.command()
@click.option("--every-call", "every", is_flag=True, help="At every call that can fail, not at a sample of them.")
@click.option("--sample", default=60, show_default=True, help="Size of the sample.")
@click.option("--only", multiple=True, help="Only this scenario; may be repeated.")
@click.option("--seed", type=int, help="What the sample is drawn with.")
def main(every: bool, sample: int, only: tuple[str, ...], seed: int | None) -> None:
    """Make the disk full, broken or read-only, and check the messages and the store."""
    with drawn(seed) as (shop, chance):
        wanted = only or ("first ingest", "ingest again", "remove", "reindex", "upload", "feedback")
        cases = cases_of(shop, [scenario for scenario in scenarios(shop) if scenario.name in wanted])
        if not every:
            cases = chance.sample(cases, min(sample, len(cases)))
        tallies = run(shop, cases, progress_for())
    end(table(tallies), [violation for tally in tallies.values() for violation in tally.violations])


if __name__ == "__main__":
    main()
