"""A full or broken disk: a message, the old state, answers all the time, and recovery."""

import errno
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import httpx2

from service.runtime.progress import NoProgress
from tests.reliability.disk import cases_of, run
from tests.reliability.scenarios import Scenario, Workshop, ready
from tests.reliability.shim import Action, Kind

FAULTS = 8
FULL = Kind.WRITE | Kind.CREATE | Kind.MKDIR


def named(found: Sequence[Scenario], *names: str) -> list[Scenario]:
    return [scenario for scenario in found if scenario.name in names]


def test_whatever_call_fails_the_old_state_stays_and_it_is_said(shop: Workshop, found: Sequence[Scenario]) -> None:
    cases = cases_of(shop, named(found, "ingest again", "remove"))
    tallies = run(shop, cases[9 :: len(cases) // FAULTS], NoProgress())
    assert [violation for tally in tallies.values() for violation in tally.violations] == []
    assert sum(tally.faults for tally in tallies.values()) >= FAULTS
    assert sum(tally.refused for tally in tallies.values()) > 0


def test_a_server_answers_while_the_disk_is_full_and_refreshes_afterwards(
    shop: Workshop, found: Sequence[Scenario], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    [again] = named(found, "ingest again")
    again.prepared(data)
    shop.shim.plan(None)
    running = shop.forks.start("serve", "--port", "0", "--data", data)
    try:
        url = ready(running)

        def generation() -> int:
            answer = httpx2.post(f"{url}/v1/ask", json={"question": "Who began the talks?"}, timeout=30)
            assert answer.status_code == 200, answer.text
            return int(answer.json()["generation"])

        before = generation()
        shop.shim.plan(data, Action.FAIL_SHORT, 1, kinds=FULL, error=errno.ENOSPC, lasting=True)
        ran = shop.forks.run("ingest", shop.one_more, "--data", data)
        assert (ran.status, ran.out) == (3, "")
        assert ran.err.splitlines()[-1].startswith("Error: The disk that holds")
        assert generation() == before
        shop.shim.plan(None)
        shop.done("ingest", shop.one_more, "--data", data)
        while generation() == before:  # until the test's own time is up
            pass
        assert httpx2.get(f"{url}/health/ready").json()["documents"] == 10
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        ran = running.wait()
    assert (ran.status, "Traceback" in ran.err) == (0, False)


def test_an_ingest_without_room_for_its_index_succeeds_and_answers_are_right(
    shop: Workshop, found: Sequence[Scenario], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    [again] = named(found, "ingest again")
    again.prepared(data)
    shop.shim.plan(data / "index", Action.FAIL, 1, kinds=FULL, error=errno.ENOSPC, lasting=True)
    ran = shop.forks.run("ingest", shop.one_more, "--data", data)
    assert (ran.status, ran.out.startswith("Documents: 1 added")) == (0, True)
    assert "cannot be written" in ran.err
    assert "year 1000" in shop.forks.run("ask", "Which talks began in year 1000?", "--data", data).out
    shop.shim.plan(None)
    shop.done("ask", "Who?", "--data", data)
    assert "rebuilt" not in shop.done("verify", "--data", data).out


def test_without_room_for_temporary_files_the_answer_is_the_same(
    shop: Workshop, found: Sequence[Scenario], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    [again] = named(found, "ingest again")
    again.prepared(data)
    before = shop.done("ask", "Who?", "--data", data)
    shop.shim.plan(shop.temporary, Action.FAIL, 1, kinds=FULL, error=errno.ENOSPC, lasting=True)
    ran = shop.forks.run("ask", "Who?", "--data", data)
    hits = shop.shim.hits
    shop.shim.plan(None)
    assert (ran.status, ran.out, ran.err) == (0, before.out, before.err)
    assert hits > 0
