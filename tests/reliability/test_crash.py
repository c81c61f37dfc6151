"""After a kill at any moment, a store is as before or after a transaction, opens at once, and works."""

import random
from collections.abc import Sequence

from service.runtime.progress import NoProgress
from tests.reliability.crash import every_call, random_kills, run
from tests.reliability.scenarios import Scenario, Workshop

KILLS = 10
CALLS = 8


def test_a_kill_at_a_random_moment_leaves_a_valid_state(shop: Workshop, found: Sequence[Scenario]) -> None:
    chance = random.Random(5)
    tallies = run(shop, random_kills(found, KILLS, chance), NoProgress())
    assert [violation for tally in tallies.values() for violation in tally.violations] == []
    assert sum(tally.kills for tally in tallies.values()) > KILLS / 3


def test_a_kill_at_a_call_that_changes_the_disk_leaves_a_valid_state(shop: Workshop, found: Sequence[Scenario]) -> None:
    cases = every_call(shop, [scenario for scenario in found if scenario.name in ("ingest again", "remove")])
    tallies = run(shop, cases[:: len(cases) // CALLS], NoProgress())
    assert [violation for tally in tallies.values() for violation in tally.violations] == []
    assert sum(tally.kills for tally in tallies.values()) >= CALLS
