"""Sandboxes that are kept warm between uses: a process takes a second to start, and a small file a millisecond."""

import atexit
import contextlib
import os
import threading
from collections.abc import Iterator

from service.reading.process import SandboxLimits
from service.reading.sandbox import Sandbox

__all__ = ["lend"]


class _Pool:
    """Sandboxes that nobody uses at the moment."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Sandbox] = []

    def take(self, limits: SandboxLimits) -> Sandbox:
        """One with these limits, which is the caller's until it is given back."""
        with self._lock:
            found = next((one for one in self._idle if one.limits == limits), None)
            if found is not None:
                self._idle.remove(found)
        sandbox = found or Sandbox(limits)
        sandbox.wake()
        return sandbox

    def give_back(self, sandbox: Sandbox) -> None:
        """Keep one for the next user; its process ends if there is none for a while."""
        sandbox.rest()
        with self._lock:
            self._idle.append(sandbox)

    def close(self) -> None:
        """End all processes that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for sandbox in idle:
            sandbox.close()

    def forget(self) -> None:
        """Leave the processes to the parent of this process, whose pipes it has inherited."""
        self._lock = threading.Lock()
        self._idle = []


_pool = _Pool()
atexit.register(_pool.close)
os.register_at_fork(after_in_child=_pool.forget)


@contextlib.contextmanager
def lend(limits: SandboxLimits | None = None) -> Iterator[Sandbox]:
    """A sandbox for the block, with a process that is running already if one of an earlier block is still there."""
    sandbox = _pool.take(limits or SandboxLimits())
    try:
        yield sandbox
    finally:
        _pool.give_back(sandbox)
