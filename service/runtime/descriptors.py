"""Descriptors: how many this process may have, what fits among them, and what is said when there are no more."""

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

__all__ = ["OUT_OF_FILES", "Room", "is_out_of_files", "room_for", "say_out_of_files"]

logger = logging.getLogger(__name__)

OUT_OF_FILES = (errno.EMFILE, errno.ENFILE)

OTHER_FILES = 512
"""For all that is no connection: the store's, the indexes', the reading processes', and those of files that are sent.
Where there are few, half of them."""

LEAST = 4
"""Connections that are taken however few descriptors there are."""

SAY_S = 60.0
"""Between two lines that say that there are no more."""

SHORT_S = 5.0
"""What fails so soon after is taken to fail for the same reason: SQLite does not say why it cannot open a file."""


@dataclass(frozen=True, slots=True)
class Room:
    """What fits among the descriptors that this process may have.

    Args:
        connections: At once.
        told: More of them, which are only told to come again.
        files: Descriptors that it may have; None if there is no limit.
        wanted: Descriptors that it would need for all.
    """

    connections: int
    told: int
    files: int | None
    wanted: int


def room_for(connections: int, told: int, kept_back: int) -> Room:
    """What fits, after this process has been let have as many descriptors as the system allows.

    Args:
        connections: As many as are wanted, as `told`.
        told: More of them, which are only told to come again.
        kept_back: Descriptors that are in hand for when there are no others.
    """
    others = _open_now() + kept_back
    wanted = connections + told + others + OTHER_FILES
    files = _allowed(wanted)
    if files is None or files >= wanted:
        return Room(connections, told, files, wanted)
    free = max(0, files - others)
    share = free - min(OTHER_FILES, free // 2)
    told = min(told, share // 5)
    return Room(min(connections, max(LEAST, share - told)), told, files, wanted)


def _open_now() -> int:
    with contextlib.suppress(OSError):
        return sum(1 for _ in Path("/dev/fd").iterdir())
    return 64


def _allowed(wanted: int) -> int | None:
    """Descriptors that this process may have, of so many: often it is asked for no more than it may have."""
    if sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return None if soft == resource.RLIM_INFINITY else soft


class _Shortage:
    """When there were no more descriptors, and when that was said."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said_at = self._seen_at = float("-inf")

    def say(self) -> None:
        with self._lock:
            self._seen_at = time.monotonic()
            if self._seen_at < self._said_at + SAY_S:
                return
            self._said_at = self._seen_at
        logger.error(
            "This process has as many files open as it may, so that requests are refused until some are closed. Let it "
            "have more (LimitNOFILE of systemd, ulimits of a container, ulimit -n), or lower FOOTNOTE_CONNECTIONS."
        )

    def is_recent(self) -> bool:
        return time.monotonic() < self._seen_at + SHORT_S


_shortage = _Shortage()

say_out_of_files = _shortage.say
"""Say that there are no more descriptors; once in a minute, however often it is called."""


def is_out_of_files(error: BaseException) -> bool:
    """Whether an error comes of there being no more descriptors."""
    if any(isinstance(each, OSError) and each.errno in OUT_OF_FILES for each in _led_to(error)):
        return True
    return isinstance(error, FootnoteError) and (_shortage.is_recent() or not _can_open())


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _can_open() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno not in OUT_OF_FILES
    return True
