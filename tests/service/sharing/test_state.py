"""The folder that workers share: private, in memory, and removed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.sharing import state as module
from service.sharing.state import SharedState, shared_state

WORKER = """
import sys
from pathlib import Path
from service.sharing.state import SharedState
print(SharedState(Path(sys.argv[1])).take_slot(), flush=True)
sys.stdin.read()
"""


def worker(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """A process that has taken a slot, and the slot."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


@pytest.fixture
def shared() -> Iterator[SharedState]:
    with shared_state() as shared:
        yield shared


@pytest.mark.skipif(not module.MEMORY.exists(), reason="this system has no file system in memory")
def test_the_folder_is_private_in_memory_and_removed_afterwards() -> None:
    with shared_state() as shared:
        assert shared.folder.parent == module.MEMORY
        assert shared.folder.stat().st_mode & 0o777 == 0o700
        shared.take_slot()
        assert shared.limits.start("a", 1, 2, 3) == ""
    assert not shared.folder.exists()


def test_without_a_file_system_in_memory_it_is_among_the_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MEMORY", tmp_path / "none")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with shared_state() as shared:
        assert shared.folder.parent == tmp_path


def test_the_number_of_a_worker_that_has_ended_is_used_again(shared: SharedState) -> None:
    assert shared.take_slot() == 0
    first, second = worker(shared.folder), worker(shared.folder)
    assert (first[1], second[1]) == (1, 2)
    first[0].send_signal(signal.SIGKILL)
    first[0].wait()
    third = worker(shared.folder)
    assert third[1] == 1
    for process, _ in (first, second, third):
        process.communicate()


def test_a_forgotten_worker_loses_its_gauges_and_keeps_its_counters(shared: SharedState) -> None:
    ended, slot = worker(shared.folder)
    ended.communicate()
    assert shared.take_slot() == slot  # of this process now
    (again, other) = worker(shared.folder)
    files = [
        shared.metrics / f"{kind}_{of}.db"
        for kind in ("counter", "gauge_livesum", "gauge_livemax")
        for of in (slot, other)
    ]
    for file in files:
        file.touch()
    shared.forget(ended.pid)
    assert all(file.exists() for file in files)
    again.communicate()
    shared.forget(again.pid)
    assert {file.name for file in files if not file.exists()} == {
        f"gauge_livesum_{other}.db",
        f"gauge_livemax_{other}.db",
    }


def test_the_requests_of_a_forgotten_worker_are_in_progress_no_longer(shared: SharedState) -> None:
    assert shared.limits.start("a", 3, 4, 9) == ""
    assert shared.limits.start("b", 1, 4, 3) == "all"
    shared.forget(os.getpid())
    assert shared.limits.start("b", 1, 4, 3) == ""
