"""The reading process as its parent sees it: frames to it and from it, each within a time."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.errors import SourceError
from service.reading.wire import REQUEST, Request, read_frame, write_frames
from service.runtime.descriptors import OUT_OF_DESCRIPTORS

__all__ = ["NotStartedError", "ReadingProcess", "SandboxLimits"]

WORKER = ("-m", "service.reading.worker")
"""Arguments of the interpreter."""

START_S = 60.0
"""An interpreter and its imports take a second; a machine under load takes longer."""

IDLE_S = 60.0
"""A process that has nothing to do for this time is ended: it holds some 95 MiB."""

KEPT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "HOME", "TMPDIR")
"""Variables of the environment that the process gets."""

LOOK_S = 600.0
"""How long the watching thread sleeps where there is no deadline."""


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What reading or cutting one file may cost.

    Args:
        seconds: For each 8 MiB begun, by the clock and of processor time.
        memory_bytes: Address space of the reading process.
        reply_bytes: Of one message that it sends.
    """

    seconds: int = 30
    memory_bytes: int = 1024**3
    reply_bytes: int = 512 * 1024**2


class NotStartedError(SourceError):
    """The reading process cannot be started, which is no fault of the file's.

    Args:
        why: As the system says it, or a clause.
    """

    def __init__(self, why: str) -> None:
        super().__init__(f"the process that reads files does not start: {why}")


class ReadingProcess:
    """A new interpreter (nothing is forked) that a thread of this process watches.

    Args:
        limits: Of memory and of messages.

    Raises:
        NotStartedError: It does not start.
        OSError: There is no descriptor left for it.
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
            raise NotStartedError("it ended at once; check the memory left, or reinstall Footnote")

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wake(self) -> bool:
        """Take it into use; say whether it is still running."""
        with self._changed:
            self._idle, self._deadline = False, None
            return not self._ended and self._process.poll() is None

    def rest(self) -> None:
        """Let it wait for what comes next; if nothing does, it is ended."""
        with self._changed:
            self._idle = True
            self._set(time.monotonic() + IDLE_S)

    def send(self, seconds: float, request: Request, *frames: bytes) -> bool:
        """Send a request and the frames that follow it; say whether that was possible in this time."""
        with self._within(seconds):
            try:
                write_frames(self._in, REQUEST.dump_json(request), *frames)
            except (OSError, ValueError):  # ValueError: the pipe was closed by `end`
                return False
        return True

    def receive(self, seconds: float) -> bytes | None:
        """The next frame; None if none comes in this time, the process ends, or the frame is too long."""
        with self._within(seconds):
            try:
                return read_frame(self._out, self._limits.reply_bytes)
            except (OSError, ValueError):
                return None

    def kill(self) -> None:
        """End it at once, from any thread; a `send` or `receive` that waits for it returns."""
        self._process.kill()

    def end(self, wait: float = 0.0) -> int:
        """End it.

        Args:
            wait: Seconds in which it may end by itself: one that has closed its pipes is about to.

        Returns:
            The number of the signal by which it ended, or 0.
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=wait)
        with self._changed:
            self._end()
            self._changed.notify_all()
        self._watch.join()
        return max(0, -self._process.wait())

    def _end(self) -> None:
        """Kill it, and close what leads to it. The lock is held."""
        if not self._ended:
            self._ended = True
            self._process.kill()
            self._process.wait()
            for stream in (self._in, self._out):
                with contextlib.suppress(OSError, ValueError):
                    stream.close()

    @contextlib.contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """Kill it if the block takes longer."""
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
        """Kill the process when its deadline has passed, and end it when it has been idle for long enough."""
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
            start_new_session=True,  # Ctrl-C is for the parent, not for the process between two files
        )
    except OSError as error:
        if error.errno in OUT_OF_DESCRIPTORS:  # of the whole process: not this file's
            raise
        raise NotStartedError(f"{error.strerror}; let this user have more processes or memory") from error


def _environment() -> dict[str, str]:
    """What finds the same modules, and no more: no settings, keys or proxies of the parent."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)  # noqa: PTH100 - '' is the present folder
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
    return {
        **kept,
        **dict.fromkeys(threads, "1"),
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONPATH": path,
        "PYTHONHASHSEED": "0",
    }
