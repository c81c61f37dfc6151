"""Kill processes that write to a store, at random moments and at every call, and check what is left.

    python -m tests.reliability.crash --kills 500 --every-call

A killed process loses what it held in memory, not what it gave to the system; `tests.reliability.power` sees to that.
"""

import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from corpus.errors import FootnoteError
from service.runtime.progress import Progress, progress_for
from tests.reliability.forking import Ran
from tests.reliability.scenarios import Fault, Scenario, Workshop, exporting, scenarios
from tests.reliability.shim import CHANGES, Action, Kind
from tests.reliability.states import EMPTY, ViolationError, state_of
from tests.reliability.trials import check_strays, drawn, end, tried

__all__ = ["Tally", "every_call", "random_kills", "run"]

KILLED = -9
LONGEST = 1.1
"""Random kills come within this multiple of the undisturbed duration of the scenario."""


@dataclass
class Tally:
    """The cases of a scenario and their outcomes."""

    kills: int = 0
    unharmed: int = 0
    """The process had ended before the kill."""
    seconds: float = 0
    """The longest time that a store took to open afterwards."""
    violations: list[str] = field(default_factory=list)


def run(shop: Workshop, cases: Sequence[tuple[Scenario, Fault]], progress: Progress) -> dict[str, Tally]:
    """Try each case; return a tally by scenario."""
    tallies: dict[str, Tally] = {}
    progress.start(len(cases), "kills")
    for scenario, fault in cases:
        tally = tallies.setdefault(scenario.name, Tally())
        progress.doing(scenario.name)
        try:
            ran = _struck(shop, scenario, fault, tally)
            tally.kills += ran.status == KILLED
            tally.unharmed += ran.status != KILLED
        except (ViolationError, FootnoteError) as error:
            tally.violations.append(f"{scenario.name}, {fault}: {error}")
        progress.advance()
    progress.finish()
    return tallies


def _struck(shop: Workshop, scenario: Scenario, fault: Fault, tally: Tally) -> Ran:
    ran, found = tried(shop, scenario, fault, _check_end)
    tally.seconds = max(tally.seconds, found.seconds)
    if found != EMPTY:
        verified = shop.done("verify", "--data", shop.folder / "copy").out
        if "everything is intact" not in verified or "rebuilt" in verified:
            raise ViolationError(f"after it was opened, 'verify' says: {verified}")
    _check_again(shop, scenario, shop.folder / "data")
    return ran


def _check_end(ran: Ran) -> None:
    if ran.status not in (0, KILLED):
        raise ViolationError(f"it ended with {ran.status}: {ran.err[-500:]}")


def _check_again(shop: Workshop, scenario: Scenario, data: Path) -> None:
    """Check what the same action leaves when it is repeated on the same folder."""
    again = scenario.act(shop, data, Fault())
    if again.status and not _was_done(again):
        raise ViolationError(f"done again, it ended with {again.status}: {again.err[-500:]}")
    found = state_of(data)
    if found != scenario.allowed[-1]:
        raise ViolationError(f"done again, it left {found}")
    scenario.check_more(data, again)
    check_strays(shop, scenario, data)
    if abandoned := list(shop.temporary.glob("footnote-*")):
        for path in abandoned:
            shutil.rmtree(path)
        raise ViolationError(f"done again, it left {abandoned[0].name} among the temporary files")


def _was_done(ran: Ran) -> bool:
    """Return whether a command reports that there is nothing to do."""
    return ran.status == 1 and "There is no document" in ran.err


def random_kills(found: Sequence[Scenario], kills: int, chance: random.Random) -> list[tuple[Scenario, Fault]]:
    """Return random moments, some of them after the end."""
    cases = [found[at % len(found)] for at in range(kills)]
    return [(scenario, Fault(delay=chance.uniform(0, scenario.seconds * LONGEST))) for scenario in cases]


def every_call(shop: Workshop, found: Sequence[Scenario]) -> list[tuple[Scenario, Fault]]:
    """Return cases before each call, after half of each write, and after the last call of each scenario."""
    data = shop.folder / "data"
    cases: list[tuple[Scenario, Fault]] = []
    for scenario in found:
        scenario.prepared(data)
        scenario.act(shop, data, Fault())
        for action, kinds in ((Action.KILL_BEFORE, CHANGES), (Action.KILL_TORN, Kind.WRITE)):
            calls = shop.shim.count(kinds)
            cases += [(scenario, Fault(action, at, kinds)) for at in range(1, calls + 1)]
        cases.append((scenario, Fault(Action.KILL_AFTER, shop.shim.count())))
    return cases


def table(tallies: Mapping[str, Tally]) -> str:
    """Print the tally."""
    lines = ["| scenario | killed | ended before | longest to open | violations |", "|---|---|---|---|---|"]
    for name, tally in tallies.items():
        cells = (name, tally.kills, tally.unharmed, f"{tally.seconds * 1000:.0f} ms", len(tally.violations))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


@click.command()
@click.option("--kills", default=50, show_default=True, help="Number at random moments.")
@click.option("--every-call", "every", is_flag=True, help="Also at every call that changes the disk, in turn.")
@click.option("--sample", default=0, help="Number of these calls to kill at.")
@click.option("--only", multiple=True, help="Only this scenario; may be repeated.")
@click.option("--seed", type=int, help="What moments and samples are drawn with.")
def main(kills: int, every: bool, sample: int, only: tuple[str, ...], seed: int | None) -> None:
    """Kill processes that write to a store, and check what is left."""
    with drawn(seed) as (shop, chance):
        found = [scenario for scenario in scenarios(shop) if not only or scenario.name in only]
        if "export" in only or (every and not only):
            found.append(exporting(shop))
        cases = random_kills(found, kills, chance)
        if every or sample:
            calls = every_call(shop, [scenario for scenario in found if scenario.name != "large ingest"])
            cases += calls if every else chance.sample(calls, min(sample, len(calls)))
        tallies = run(shop, cases, progress_for())
    end(table(tallies), [violation for tally in tallies.values() for violation in tally.violations])


if __name__ == "__main__":
    main()
