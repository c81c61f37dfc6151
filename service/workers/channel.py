"""Messages between the supervisor, the template and the workers: JSON over a pair of sockets, with file descriptors."""

import contextlib
import json
import socket
from collections.abc import Sequence
from typing import Any, Self

MAX_BYTES = 64 * 1024
MAX_DESCRIPTORS = 4


class Channel:
    """One end of a pair of sockets that keep the borders of messages.

    Args:
        end: The socket.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    @classmethod
    def pair(cls) -> tuple[Self, Self]:
        """Return both ends of a new channel."""
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(one), cls(other)

    @classmethod
    def from_descriptor(cls, descriptor: int) -> Self:
        """Return the end of a channel with this file descriptor."""
        return cls(socket.socket(fileno=descriptor))

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._end.fileno()

    def send(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> bool:
        """Send a message; return False if the other end is closed."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(self._end, [json.dumps(message).encode()], list(descriptors))
            return True
        return False

    def receive(self) -> tuple[dict[str, Any] | None, list[int]]:
        """Wait for a message; return it with its file descriptors, or None if the other end is closed."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._end, MAX_BYTES, MAX_DESCRIPTORS)
        except ConnectionResetError:
            return None, []
        return (json.loads(data) if data else None), descriptors

    def close(self) -> None:
        """Close this end."""
        self._end.close()
