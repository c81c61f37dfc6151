"""The socket that connections are accepted on, which keeps some descriptors back for when there are no others."""

import errno
import os
import socket
import time
from typing import Any

from service.runtime.descriptors import say_out_of_files

__all__ = ["AT_ONCE", "KEPT_BACK", "ON_THE_WAY", "Listener"]

NO_MORE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
"""For these, asyncio goes on to try as often as it would accept, and to say each time that it could not."""

BACKLOG = 512
"""Connections that the system holds until they are accepted."""

AT_ONCE = 8
"""Connections that are accepted between two looks at all else."""

ON_THE_WAY = 5 * AT_ONCE
"""Connections that may be accepted before one that is beyond a bound is gone: asyncio takes that many looks to it."""

KEPT_BACK = 16
"""Descriptors for connections that come while no other is to be had: enough to be told, and for probes."""

PAUSE_S = 1.0
"""asyncio accepts nothing for so long when there is no descriptor; it says so each time, and need say so once."""


class Listener(socket.socket):
    """A socket that is listened on by asyncio."""

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - socket's own
        self._kept_back: list[int] = []
        self._paused_until = 0.0
        super().__init__(*arguments, **more)

    @property
    def is_short(self) -> bool:
        """Whether connections had to be accepted with descriptors that are kept back."""
        return len(self._kept_back) < KEPT_BACK

    def listen(self, backlog: int = BACKLOG, /) -> None:
        """Have the system hold connections, more than asyncio is to accept at a time; and keep descriptors back."""
        super().listen(BACKLOG)
        self.keep_back()

    def accept(self) -> tuple[socket.socket, Any]:
        """A connection and its address.

        With the last descriptor that is kept back, connections are only let go, so that none waits behind them.

        Raises:
            OSError: There is none, or no descriptor for it; of that, asyncio is told once in `PAUSE_S`.
        """
        if time.monotonic() < self._paused_until:
            raise BlockingIOError
        for _ in range(AT_ONCE):
            self.keep_back()
            accepted = self._accepted()
            if accepted is not None:
                return accepted
        raise BlockingIOError

    def _accepted(self) -> tuple[socket.socket, Any] | None:
        try:
            return super().accept()
        except OSError as error:
            if error.errno not in NO_MORE:
                raise
            if not self._kept_back:
                self._paused_until = time.monotonic() + PAUSE_S / 2
                raise
        say_out_of_files()
        os.close(self._kept_back.pop())
        connection, address = super().accept()
        if self._kept_back:
            return connection, address
        connection.close()
        return None

    def keep_back(self) -> None:
        """Have as many descriptors in hand as there can be."""
        while self.is_short:
            try:
                self._kept_back.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
            except OSError:
                return

    def close(self) -> None:
        """Accept no more."""
        super().close()
        while self._kept_back:
            os.close(self._kept_back.pop())
