"""Limits in one file: as those of a single process, for several processes, whatever becomes of the file."""

import json
import logging
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
import throttled.utils
from throttled import MemoryStore, RateLimiterType, Throttled, per_min

from service.sharing import limits as module
from service.sharing.limits import SharedLimits

MOST = 1000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "limits.sqlite3"


@pytest.fixture
def limits(file: Path) -> SharedLimits:
    return SharedLimits(file)


def rows(file: Path, table: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(file)
    try:
        return connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - a table of this file
    finally:
        connection.close()


PROCESS = """
import sys
from pathlib import Path
from service.sharing.limits import SharedLimits
limits = SharedLimits(Path(sys.argv[1]))
for line in sys.stdin:
    print(repr(eval(line, {"limits": limits})), flush=True)
"""


class Other:
    """Another process with the same limits."""

    def __init__(self, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def says(self, call: str) -> str:
        asked, answers = self.process.stdin, self.process.stdout
        assert isinstance(asked, IO) or asked is not None
        assert answers is not None
        asked.write(call + "\n")
        asked.flush()
        return answers.readline().strip()


@pytest.fixture
def other(file: Path) -> Iterator[Other]:
    started = Other(file)
    yield started
    started.process.kill()
    started.process.communicate()


# Requests per minute


def test_waits_are_those_of_the_limits_of_a_single_process(
    limits: SharedLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, now = random.Random(4711), 1000.0  # noqa: S311 - a repeatable sequence
    monkeypatch.setattr(throttled.utils, "now_mono_f", lambda: now)
    single = Throttled(using=RateLimiterType.GCRA.value, quota=per_min(5), store=MemoryStore())
    seen = set()
    for _ in range(2000):
        now += chance.choice((0.0, 0.5, 7.0, 13.0, 60.0))
        client = chance.choice("ab")
        taken = single.limit(client)
        wait = limits.take("address", client, 5, now, MOST)
        assert wait == pytest.approx(taken.state.retry_after if taken.limited else 0.0, abs=1e-6)
        seen.add(bool(wait))
    assert seen == {False, True}


def test_a_bucket_is_that_of_all_processes(limits: SharedLimits, other: Other) -> None:
    assert other.says("limits.take('key', 'a', 2, 1000.0, 9)") == "0.0"
    assert limits.take("key", "a", 2, 1000.0, MOST) == 0
    assert other.says("limits.take('key', 'a', 2, 1000.0, 9)") == "30.0"
    assert limits.take("key", "a", 2, 1010.0, MOST) == pytest.approx(20)
    assert limits.take("address", "a", 2, 1010.0, MOST) == 0


def test_full_buckets_are_forgotten_and_of_the_others_the_fullest(
    file: Path, limits: SharedLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PRUNE_EVERY", 50)
    waits = [limits.take("address", "busy", 2, 1000.0, 20) for _ in range(3)]
    assert waits == [0, 0, 30]
    for n in range(400):
        assert limits.take("address", f"once {n}", 2, 1000.0, 20) == 0
        limits.take("feedback", f"once {n}", 2, 1000.0, 20)
    assert len(rows(file, "buckets")) <= 2 * 20 + 50
    assert limits.take("address", "busy", 2, 1000.0, 20) == 30
    for _ in range(50):
        limits.take("address", "later", 2, 2000.0, 20)
    assert {client for _, client, _ in rows(file, "buckets")} == {"later"}


# Requests in progress


def test_requests_in_progress_are_counted_over_all_processes(limits: SharedLimits, other: Other) -> None:
    assert other.says("limits.start('a', 1, 2, 4)") == "''"
    assert limits.start("a", 1, 2, 4) == ""
    assert limits.start("a", 2, 2, 4) == "client"
    assert other.says("limits.start('b', 1, 2, 3)") == "''"
    assert limits.start("c", 1, 2, 3) == "all"
    assert other.says("limits.record('a', 0)") == "True"
    assert limits.start("a", 2, 2, 4) == ""


def test_a_killed_process_is_forgotten(file: Path, limits: SharedLimits, other: Other) -> None:
    assert other.says("[limits.start('a', n, 3, 9) for n in (1, 2)]") == "['', '']"
    assert limits.start("a", 1, 3, 9) == ""
    assert limits.start("a", 2, 3, 9) == "client"
    other.process.send_signal(signal.SIGKILL)
    other.process.wait()
    SharedLimits(file).forget(other.process.pid)
    assert limits.start("a", 2, 3, 9) == ""
    assert [(client, requests) for client, _, requests in rows(file, "in_progress")] == [("a", 2)]


def test_a_process_killed_at_any_moment_leaves_a_whole_file(file: Path, limits: SharedLimits) -> None:
    for seconds in (0.0, 0.003, 0.01, 0.02):
        killed = Other(file)
        assert killed.says("limits.start('a', 1, 99, 999)") == "''"
        assert killed.process.stdin is not None
        killed.process.stdin.write("[limits.take('key', str(n), 2, 1.0, 9) for n in range(10**6)]\n")
        killed.process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            killed.process.wait(seconds)
        killed.process.kill()
        killed.process.communicate()
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    assert limits.start("b", 1, 2, 99) == ""


# Whatever becomes of the file


def test_a_file_that_is_held_delays_a_request_by_milliseconds_only(
    file: Path, limits: SharedLimits, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.0)
    assert limits.start("a", 1, 2, 9) == ""
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        assert limits.take("key", "a", 2, 1000.0, MOST) is None
        assert limits.start("a", 2, 2, 9) is None
        assert not limits.record("a", 0)
    holder.execute("ROLLBACK")
    holder.close()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "each worker applies the limits to its own requests alone" in caplog.text
    assert limits.take("key", "a", 2, 1000.0, MOST) == 0
    assert limits.replace({"b": 2})
    assert [(client, requests) for client, _, requests in rows(file, "in_progress")] == [("b", 2)]


def test_a_file_that_stays_held_is_not_waited_for_by_every_request(
    file: Path, limits: SharedLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRY_S", 3600.0)
    assert limits.take("key", "a", 2, 1000.0, MOST) == 0
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert [limits.take("key", "a", 2, 1000.0, MOST) for _ in range(3)] == [None] * 3
    holder.close()
    assert limits.take("key", "a", 2, 1000.0, MOST) is None
    limits._retry_at = 0.0
    assert limits.take("key", "a", 2, 1000.0, MOST) == 0
    assert limits.take("key", "a", 2, 1000.0, MOST) == 30


@pytest.mark.parametrize("content", [b"not a database" * 1000, None])
def test_a_damaged_or_missing_file_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    path = tmp_path / ("limits.sqlite3" if content else "no-folder/limits.sqlite3")
    if content:
        path.write_bytes(content)
    limits = SharedLimits(path)
    for _ in range(3):
        assert limits.take("key", "a", 2, 1000.0, MOST) is None
        assert limits.start("a", 1, 2, 9) is None
        assert not limits.record("a", 1)
    limits.forget(4711)
    assert len(caplog.records) == 1


def test_a_full_file_system_is_no_failure(file: Path, limits: SharedLimits, caplog: pytest.LogCaptureFixture) -> None:
    assert limits.take("key", "a", 2, 1000.0, MOST) == 0
    assert limits._opened is not None
    limits._opened.execute("PRAGMA max_page_count = 1")  # SQLite reports the same error
    answers = [limits.take("key", json.dumps(["long" * 50, n]), 2, 1000.0, MOST) for n in range(200)]
    assert answers[0] == 0
    assert answers[-1] is None
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
