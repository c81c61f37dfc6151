"""The parent's side of the reading process: start it, exchange frames with time limits, end it."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.errors import SourceError
from service.reading.protocol import read_frame, write_frames
from service.runtime.descriptors import OUT_OF_DESCRIPTORS

WORKER = ("-m", "service.reading.worker")
"""Arguments of the Python interpreter."""

START_S = 60.0
"""Seconds to start in. An interpreter and its imports take one; a machine under load takes longer."""

IDLE_S = 60.0
"""Seconds after which an idle process is ended, because it holds some 95 MiB."""

KEPT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "HOME", "TMPDIR")
"""Environment variables that the process inherits."""

LOOK_S = 600.0
"""Seconds that the watching thread sleeps without a deadline."""


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """Limits for reading or splitting one file.

    Args:
        seconds: Wall-clock and processor time per started 8 MiB.
        memory_bytes: Address space of the reading process.
        reply_bytes: Size of one frame that it sends.
    """

    seconds: int = 30
    memory_bytes: int = 1024**3
    reply_bytes: int = 512 * 1024**2


class NotStartedError(SourceError):
    """The reading process cannot be started. The file is not the cause.

    Args:
        why: A clause, or the system's message.
    """

    def __init__(self, why: str) -> None:
        super().__init__(f"the reading process does not start: {why}")


class ReadingProcess:
    """A reading process: a new interpreter, not a fork, watched by a thread of the parent.

    Args:
        limits: Limits of memory and frame size.

    Raises:
        NotStartedError: It does not start.
        OSError: No file descriptor is left.
    """

    def __init__(self, limits: SandboxLimits) -> None:
        self._limits = limits
        self._changed = threading.Condition()
        self._deadline: float | None = None
        self._idle = self._ended = False
        self.late = False
        self._looks_at = 0.0
        self._process = _started(limits)
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018 - pipes
        self._in, self._out = self._process.stdin, self._process.stdout
        self._watch = threading.Thread(target=self._watched, name="watch-reading", daemon=True)
        try:
            self._watch.start()
        except RuntimeError as error:  # no more threads
            self._end()
            raise NotStartedError(str(error)) from error
        if self.receive(START_S) is None:
            self.end()
            raise NotStartedError("it ended at once; free memory, or reinstall Footnote")

    def mark_busy(self) -> bool:
        """Stop the idle timer. Return whether the process is still running."""
        with self._changed:
            self._idle, self._deadline = False, None
            return not self._ended and self._process.poll() is None

    def mark_idle(self) -> None:
        """End the process after `IDLE_S`, unless it is marked busy before."""
        with self._changed:
            self._idle = True
            self._set(time.monotonic() + IDLE_S)

    def send(self, seconds: float, *frames: bytes) -> bool:
        """Send frames. Return whether that succeeded within this time."""
        with self._within(seconds):
            try:
                write_frames(self._in, *frames)
            except (OSError, ValueError):  # ValueError: the pipe was closed by `end`
                return False
        return True

    def receive(self, seconds: float) -> bytes | None:
        """Return the next frame; None if it takes too long or is too large, or the process ends."""
        with self._within(seconds):
            try:
                return read_frame(self._out, self._limits.reply_bytes)
            except (OSError, ValueError):
                return None

    def kill(self) -> None:
        """Kill the process, from any thread. A waiting `send` or `receive` returns."""
        self._process.kill()

    def end(self, wait: float = 0.0) -> int:
        """End the process.

        Args:
            wait: Seconds to let it exit by itself: a process that has closed its pipes is about to.

        Returns:
            Number of the signal that ended it, or 0.
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=wait)
        with self._changed:
            self._end()
            self._changed.notify_all()
        self._watch.join()
        return max(0, -self._process.wait())

    def _end(self) -> None:
        """Kill the process and close its pipes. The caller holds the lock."""
        if not self._ended:
            self._ended = True
            self._process.kill()
            self._process.wait()
            for stream in (self._in, self._out):
                with contextlib.suppress(OSError, ValueError):
                    stream.close()

    @contextlib.contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """Kill the process if the block takes longer."""
        self._set(time.monotonic() + seconds)
        try:
            yield
        finally:
            self._set(None)

    def _set(self, deadline: float | None) -> None:
        with self._changed:
            is_sooner = deadline is not None and (self._deadline is None or deadline < self._deadline)
            self._deadline = deadline
            if is_sooner and self._looks_at > (deadline or 0):
                self._changed.notify_all()

    def _watched(self) -> None:
        """Kill the process at its deadline, and end it when its idle time is over."""
        with self._changed:
            while not self._ended:
                now = time.monotonic()
                if self._deadline is not None and self._deadline <= now:
                    self._deadline = None
                    if self._idle:
                        self._end()
                        return
                    self.late = True
                    self._process.kill()
                wait = LOOK_S if self._deadline is None else self._deadline - now
                self._looks_at = now + wait
                self._changed.wait(wait)


def _started(limits: SandboxLimits) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-B", *WORKER, str(limits.memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # keeps Ctrl-C from this process
        )
    except OSError as error:
        if error.errno in OUT_OF_DESCRIPTORS:  # concerns the parent, not this file
            raise
        raise NotStartedError(f"{error.strerror}; allow this user more processes or memory") from error


def _environment() -> dict[str, str]:
    """Return an environment that finds the same modules, without settings, keys or proxies of the parent."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)  # noqa: PTH100 - '' is the present folder
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
    return {
        **kept,
        **dict.fromkeys(threads, "1"),
        "MALLOC_ARENA_MAX": "1",  # glibc reserves 64 MiB of the address space for each other arena
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONPATH": path,
        "PYTHONHASHSEED": "0",
    }
