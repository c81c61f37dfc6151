"""Shared parts of the crash, disk and power harnesses: a trial, its checks, and the start and end of a run."""

import contextlib
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import click

from tests.reliability.forking import Ran
from tests.reliability.scenarios import Fault, Scenario, Workshop, workshop
from tests.reliability.states import State, ViolationError, state_of, strays

__all__ = ["check_strays", "drawn", "end", "tried"]


@contextlib.contextmanager
def drawn(seed: int | None) -> Iterator[tuple[Workshop, random.Random]]:
    """Yield a workshop in a temporary folder, and a source of chance with this seed, or with a random one."""
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    click.echo(f"Seed {seed}.", err=True)
    with tempfile.TemporaryDirectory(prefix="reliability-") as folder, workshop(Path(folder)) as shop:
        yield shop, random.Random(seed)


def end(table: str, violations: Sequence[str]) -> NoReturn:
    """Print the results; exit with 1 if there are violations."""
    click.echo(table)
    for violation in violations:
        click.echo(violation, err=True)
    sys.exit(1 if violations else 0)


def tried(shop: Workshop, scenario: Scenario, fault: Fault, check_end: Callable[[Ran], None]) -> tuple[Ran, State]:
    """Act with a fault; check how the process ended, and the store that it left, opened by another process."""
    data, copy = shop.folder / "data", shop.folder / "copy"
    scenario.prepared(data)
    ran = scenario.act(shop, data, fault)
    shop.shim.plan(None)
    check_end(ran)
    shutil.rmtree(copy, ignore_errors=True)
    if data.exists():
        shutil.copytree(data, copy, ignore=shutil.ignore_patterns("*-shm"))
    found = state_of(copy)
    if found not in scenario.allowed:
        raise ViolationError(f"{found} is none of the states that it goes through")
    if ran.out and found != scenario.allowed[-1]:
        raise ViolationError("it was acknowledged, and is not there")
    scenario.check_more(copy, ran)
    return ran, found


def check_strays(shop: Workshop, scenario: Scenario, data: Path) -> None:
    """Check that the next writer of an index deletes what a failed one left beside it."""
    if strays(data):
        shop.done("ingest", shop.one_more, "--data", data, settings=scenario.settings)
        if left := strays(data):
            raise ViolationError(f"after one more change there was still {left}")
