"""What an attacker and its victim say to each other: frames of bytes, each after its length."""

import struct
from typing import IO

__all__ = ["read_frame", "write_frame"]


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None if the stream ends."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    [length] = struct.unpack("<I", head)
    data = stream.read(length)
    return data if len(data) == length else None


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Write a frame."""
    stream.write(struct.pack("<I", len(data)) + data)
    stream.flush()
