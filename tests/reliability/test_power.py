"""After a power cut the store is in one of its earlier states, and no acknowledged change is lost."""

import random

import pytest

from service.runtime.progress import NoProgress
from tests.reliability.power import POLICIES, Recording, check, recorded
from tests.reliability.scenarios import Workshop
from tests.reliability.shim import Kind

MOMENTS = 30


@pytest.fixture(scope="module")
def recording(shop: Workshop) -> Recording:
    return recorded(shop)


def test_power_cuts_leave_a_state_that_it_goes_through(recording: Recording) -> None:
    chance = random.Random(11)
    calls = range(len(recording.calls) + 1)
    moments = {at: [chance.choice(POLICIES)] for at in chance.sample(calls, MOMENTS)}
    moments |= {at: ["strict"] for at in recording.ends}
    assert list(check(recording, moments, chance, NoProgress())) == []


def test_a_sync_that_is_left_out_is_noticed(recording: Recording) -> None:
    calls = [call for call in recording.calls if not (call[0] == Kind.SYNC and call[1].endswith("-wal"))]
    forgetful = Recording(recording.root, calls, [len(calls)] * len(recording.ends), recording.allowed)
    moments = {len(calls): ["strict"]}
    assert list(check(forgetful, moments, random.Random(1), NoProgress())) != []
