"""File descriptors: the limit of this process, their budget for connections, and the log message when none is free."""

import contextlib
import errno
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import FootnoteError

logger = logging.getLogger(__name__)

OUT_OF_DESCRIPTORS = (errno.EMFILE, errno.ENFILE)

OTHER_FILES = 512
"""Descriptors for everything but connections: store, indexes, reading processes, uploads. Less with a low limit."""

MIN_CONNECTIONS = 4
"""Connections that are accepted with any limit."""

LOG_INTERVAL_S = 60.0
"""Seconds between log messages."""

RECENT_S = 5.0
"""Seconds after a shortage in which other failures are attributed to it: SQLite gives no reason for a failed open."""


@dataclass(frozen=True, slots=True)
class DescriptorBudget:
    """Connections that the limit of descriptors allows.

    Args:
        connections: Connections at once.
        turned_away: Connections beyond these, which are only refused.
        files: Limit of descriptors; None for no limit.
        wanted: Descriptors needed for everything.
    """

    connections: int
    turned_away: int
    files: int | None
    wanted: int


def descriptor_budget(connections: int, turned_away: int, reserved: int) -> DescriptorBudget:
    """Raise the limit of descriptors as far as the system allows, and divide it.

    Args:
        connections: Wanted connections.
        turned_away: Wanted connections beyond these, which are only refused.
        reserved: Descriptors in reserve.
    """
    others = _open_files() + reserved
    wanted = connections + turned_away + others + OTHER_FILES
    files = _raise_limit(wanted)
    if files is None or files >= wanted:
        return DescriptorBudget(connections, turned_away, files, wanted)
    free = max(0, files - others)
    share = free - min(OTHER_FILES, free // 2)
    turned_away = min(turned_away, share // 5)
    return DescriptorBudget(min(connections, max(MIN_CONNECTIONS, share - turned_away)), turned_away, files, wanted)


def _open_files() -> int:
    with contextlib.suppress(OSError):
        return sum(1 for _ in Path("/dev/fd").iterdir())
    return 64


def _raise_limit(wanted: int) -> int | None:
    """Raise the soft limit towards the wanted number; return it, or None for no limit."""
    if sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return None if soft == resource.RLIM_INFINITY else soft


class _Shortage:
    """Times of the latest shortage of descriptors, and of its latest log message."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logged_at = self._seen_at = float("-inf")

    def log(self) -> None:
        with self._lock:
            self._seen_at = time.monotonic()
            if self._seen_at < self._logged_at + LOG_INTERVAL_S:
                return
            self._logged_at = self._seen_at
        logger.error(
            "This process has as many files open as it may, so that requests are refused until some are closed. Let it "
            "have more (LimitNOFILE of systemd, ulimits of a container, ulimit -n), or lower FOOTNOTE_CONNECTIONS."
        )

    def is_recent(self) -> bool:
        return time.monotonic() < self._seen_at + RECENT_S


_shortage = _Shortage()

log_out_of_descriptors = _shortage.log
"""Log that no descriptor is free, at most once a minute."""


def is_out_of_descriptors(error: BaseException) -> bool:
    """Return whether an error was caused by a lack of descriptors."""
    if any(isinstance(each, OSError) and each.errno in OUT_OF_DESCRIPTORS for each in _causes(error)):
        return True
    return isinstance(error, FootnoteError) and (_shortage.is_recent() or not _can_open())


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _can_open() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno not in OUT_OF_DESCRIPTORS
    return True
