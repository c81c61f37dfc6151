"""What passes between Footnote and the process that reads untrusted files: frames of JSON and of raw bytes.

A frame is a length (8 bytes, big-endian) and so many bytes. Answers are JSON that is checked, never pickles: whoever
takes over the reading process must not get any further.
"""

from typing import IO

from pydantic import TypeAdapter

from corpus.documents import SourceDocument
from corpus.readers.content import ReadOptions
from corpus.readers.problems import SourceProblem

__all__ = ["FILE", "OUT_OF_MEMORY", "REPLY", "FileHead", "Reply", "read_frame", "write_frame"]

OUT_OF_MEMORY = "out of memory"

FileHead = tuple[str, str, str | None, ReadOptions]
"""A file's name (without folder), its source, its sidecar's name and how to read it; two frames of bytes follow."""

Reply = tuple[list[SourceDocument | SourceProblem], str | None]
"""The documents of a file, and why there are no more."""

FILE: TypeAdapter[FileHead] = TypeAdapter(FileHead)
REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Send some bytes."""
    stream.write(len(data).to_bytes(8, "big"))
    stream.write(data)
    stream.flush()


def read_frame(stream: IO[bytes], limit: int | None = None) -> bytes | None:
    """Receive some bytes; None if the stream ends too early, or more than `limit` are announced."""
    head = stream.read(8)
    length = int.from_bytes(head, "big")
    if len(head) < 8 or (limit is not None and length > limit):
        return None
    data = stream.read(length)
    return data if len(data) == length else None
