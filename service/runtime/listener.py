"""Listening socket with a reserve of descriptors for connections that arrive when no others are free."""

import errno
import os
import socket
import time
from typing import Any

from service.runtime.descriptors import log_out_of_descriptors

NO_RESOURCES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
"""Errors after which asyncio retries at once, as often as its backlog, and logs each failure."""

BACKLOG = 512
"""Connections that the system queues."""

ACCEPTS_PER_TURN = 8
"""Connections accepted in one turn of the event loop."""

LATE_CLOSES = 5 * ACCEPTS_PER_TURN
"""Connections that can be accepted before asyncio has closed one that is over the limit: it needs five turns."""

RESERVED = 16
"""Descriptors in reserve, enough for `too-busy` responses and probes."""

PAUSE_S = 1.0
"""Seconds for which asyncio stops accepting without descriptors; it logs each failure."""


class Listener(socket.socket):
    """Listening socket for asyncio."""

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - socket's own
        self._reserve: list[int] = []
        self._paused_until = 0.0
        super().__init__(*arguments, **more)

    @property
    def uses_reserve(self) -> bool:
        """Whether connections were accepted with reserved descriptors. A closed socket has none, and needs none."""
        return self.fileno() >= 0 and len(self._reserve) < RESERVED

    def listen(self, backlog: int = BACKLOG, /) -> None:
        """Listen with `BACKLOG`, whatever backlog asyncio asks for, and fill the reserve."""
        super().listen(BACKLOG)
        self.fill_reserve()

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection; return it with its address.

        With the last reserved descriptor, connections are accepted and closed, so that none blocks the queue.

        Raises:
            OSError: There is none, or no descriptor for it. A lack of descriptors is raised once in `PAUSE_S`.
        """
        if time.monotonic() < self._paused_until:
            raise BlockingIOError
        for _ in range(ACCEPTS_PER_TURN):
            self.fill_reserve()
            accepted = self._accept_or_refuse()
            if accepted is not None:
                return accepted
        raise BlockingIOError

    def _accept_or_refuse(self) -> tuple[socket.socket, Any] | None:
        try:
            return super().accept()
        except OSError as error:
            if error.errno not in NO_RESOURCES:
                raise
            if not self._reserve:
                self._paused_until = time.monotonic() + PAUSE_S / 2
                raise
        log_out_of_descriptors()
        os.close(self._reserve.pop())
        connection, address = super().accept()
        if self._reserve:
            return connection, address
        connection.close()
        return None

    def fill_reserve(self) -> None:
        """Reserve descriptors, as many as there are."""
        while self.uses_reserve:
            try:
                self._reserve.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
            except OSError:
                return

    def close(self) -> None:
        """Close the socket, and release the reserve."""
        super().close()
        while self._reserve:
            os.close(self._reserve.pop())
