"""Processes that are kept warm: small files stay cheap, and nothing is left behind."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.reading import pool as pool_module
from service.reading import process as process_module
from service.reading.pool import borrow
from service.reading.process import SandboxLimits
from service.reading.sandbox import Sandbox
from tests.corpus.readers.files import bytes_of

LIMITS = SandboxLimits(seconds=31)
"""Of no other test: the pool keeps what it has by limits."""


@pytest.fixture(autouse=True)
def _emptied() -> Iterator[None]:
    pool_module._pool.close()
    yield
    pool_module._pool.close()


def pid_of(sandbox: Sandbox) -> int:
    assert len(list(sandbox.read(bytes_of("Text.", "a.txt")))) == 1
    session = sandbox._session
    assert session is not None
    return session.process._process.pid


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def descriptors() -> int:
    """How many this process has open; 0 where the system does not list them."""
    listed = Path("/proc/self/fd")
    return len(list(listed.iterdir())) if listed.is_dir() else 0


def test_the_next_user_gets_the_process_of_the_last_one() -> None:
    with borrow(LIMITS) as sandbox:
        first = pid_of(sandbox)
    with borrow(LIMITS) as sandbox:
        assert pid_of(sandbox) == first


def test_two_users_at_a_time_have_a_process_each() -> None:
    with borrow(LIMITS) as one, borrow(LIMITS) as other:
        assert pid_of(one) != pid_of(other)


def test_other_limits_are_another_process() -> None:
    with borrow(LIMITS) as sandbox:
        first = pid_of(sandbox)
    with borrow(SandboxLimits(seconds=32)) as sandbox:
        assert pid_of(sandbox) != first


def test_a_process_that_nobody_uses_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_module, "IDLE_S", 0.05)
    with borrow(LIMITS) as sandbox:
        first = pid_of(sandbox)
        session = sandbox._session
    assert session is not None
    session.process._watch.join()
    assert not is_running(first)
    with borrow(LIMITS) as sandbox:
        assert pid_of(sandbox) != first


def test_closing_leaves_no_process_thread_or_pipe() -> None:
    before = descriptors()
    with borrow(LIMITS) as sandbox:
        pid = pid_of(sandbox)
    pool_module._pool.close()
    assert not is_running(pid)
    assert not [thread for thread in threading.enumerate() if thread.name == "watch-reading"]
    assert descriptors() == before


def test_a_cancelled_sandbox_works_for_the_next_user() -> None:
    with borrow(LIMITS) as sandbox:
        first = pid_of(sandbox)
        sandbox.cancel()
    with borrow(LIMITS) as sandbox:
        assert pid_of(sandbox) != first


def test_a_forked_child_leaves_the_processes_to_its_parent() -> None:
    with borrow(LIMITS) as sandbox:
        pid_of(sandbox)
    child = os.fork()
    if not child:
        os._exit(0 if not pool_module._pool._idle else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert len(pool_module._pool._idle) == 1
