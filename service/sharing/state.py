"""The folder that the workers of one service share."""

import contextlib
import fcntl
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from corpus.files import temporary_folder
from service.sharing.limits import SharedLimits

MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it has a random name and is private
"""Linux's file system in memory."""


class SharedState:
    """State that the workers of one service share.

    The supervisor creates the folder with `shared_state`, and gives its path to the workers. An object may pass a fork
    if nothing of it has been used.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.metrics = folder / "metrics"
        self.limits = SharedLimits(folder / "limits.sqlite3")

    def take_slot(self) -> int:
        """Return the lowest number that no living process has, for the names of this process's files.

        Numbers are used again, so that the files do not multiply with each worker that is replaced. The process keeps
        its number, by a lock, until it ends.

        Raises:
            OSError: The folder cannot be used.
        """
        self.metrics.mkdir(mode=0o700, exist_ok=True)
        for slot in itertools.count():
            lock = os.open(self.metrics / f"{slot}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            os.ftruncate(lock, 0)
            os.write(lock, str(os.getpid()).encode())
            return slot
        raise AssertionError  # `count` has no end

    def forget(self, process: int) -> None:
        """Remove what a worker that has ended would still count as: its requests in progress and its gauges.

        Call it before the worker is replaced. What it counted, such as answers, stays.

        Args:
            process: Its process id.
        """
        self.limits.forget(process)
        with contextlib.suppress(OSError):
            for lock in self.metrics.glob("*.lock"):
                if lock.read_text() == str(process):
                    for gauge in self.metrics.glob(f"gauge_live*_{lock.stem}.db"):
                        gauge.unlink(missing_ok=True)


@contextlib.contextmanager
def shared_state() -> Iterator[SharedState]:
    """Yield state in a new private folder, in memory if the system has such a file system, and delete it at the end.

    Raises:
        OSError: No folder can be created.
    """
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(temporary_folder(MEMORY))
        except OSError:
            folder = stack.enter_context(temporary_folder())
        yield SharedState(folder)
