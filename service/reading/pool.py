"""Sandboxes kept for reuse: starting a process takes a second, reading a small file a millisecond."""

import atexit
import contextlib
import os
import threading
from collections.abc import Iterator

from service.reading.process import SandboxLimits
from service.reading.sandbox import Sandbox


class _Pool:
    """Idle sandboxes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Sandbox] = []

    def acquire(self, limits: SandboxLimits) -> Sandbox:
        """Return a sandbox with these limits, for the caller alone until it is released."""
        with self._lock:
            found = next((sandbox for sandbox in self._idle if sandbox.limits == limits), None)
            if found is not None:
                self._idle.remove(found)
        sandbox = found or Sandbox(limits)
        sandbox.mark_busy()
        return sandbox

    def release(self, sandbox: Sandbox) -> None:
        """Keep a sandbox for the next user. Its process ends after a while without one."""
        sandbox.mark_idle()
        with self._lock:
            self._idle.append(sandbox)

    def close(self) -> None:
        """End all idle processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for sandbox in idle:
            sandbox.close()

    def forget(self) -> None:
        """Drop the sandboxes in a forked child: their processes belong to the parent."""
        self._lock = threading.Lock()
        self._idle = []


_pool = _Pool()
atexit.register(_pool.close)
os.register_at_fork(after_in_child=_pool.forget)


@contextlib.contextmanager
def borrow(limits: SandboxLimits | None = None) -> Iterator[Sandbox]:
    """Yield a sandbox, with a running process if the pool has one."""
    sandbox = _pool.acquire(limits or SandboxLimits())
    try:
        yield sandbox
    finally:
        _pool.release(sandbox)
