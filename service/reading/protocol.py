"""Messages between Footnote and its reading process.

A frame is a length (8 bytes, big-endian) and that number of bytes. A message is a frame with the name of its class, a
line break and its fields as JSON; some messages are followed by frames of raw bytes. Messages are validated and never
unpickled, so a file that takes over the reading process gets no further.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from pydantic import TypeAdapter

from corpus.documents import ReadOptions, RemovedSpan, SourceDocument
from corpus.readers import SourceProblem
from service.reading.splitting import DocumentStructure, PassageSizes, SplitText


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Request to read a file. Its bytes and those of its sidecar follow. The reply is the file's first document.

    Args:
        seconds: Processor time for this request, here and in other requests.
        name: File name without folder.
        source: The file's source name.
        sidecar: Name of the sidecar, if there is one.
        options: How to read the file.
        clean: Whether to mark the spans that passages exclude.
        skip: Number of documents and problems at the start of the file to skip.
    """

    seconds: int
    name: str
    source: str
    sidecar: str | None
    options: ReadOptions
    clean: bool
    skip: int


@dataclass(frozen=True, slots=True)
class NextDocument:
    """Request for the next document of the current file."""

    seconds: int


@dataclass(frozen=True, slots=True)
class LoadTokenizer:
    """Request to count tokens with the tokenizer whose `tokenizer.json` follows. It has no reply."""

    max_tokens: int


@dataclass(frozen=True, slots=True)
class Split:
    """Request to split a text, which follows as UTF-8; without a structure, the document sent last."""

    seconds: int
    sizes: PassageSizes
    structure: DocumentStructure | None = None


@dataclass(frozen=True, slots=True)
class Clean:
    """Request for the spans of a text that passages exclude. The text follows as UTF-8."""

    seconds: int
    media_type: str
    pages: Sequence[int]


@dataclass(frozen=True, slots=True)
class Removed:
    """Reply to `Clean`."""

    spans: Sequence[RemovedSpan]


@dataclass(frozen=True, slots=True)
class PageBegun:
    """Sent before the reply to `ReadFile` or `NextDocument`, whenever a page is about to be recognised."""


@dataclass(frozen=True, slots=True)
class DrawPage:
    """Request for a picture of a page. The PDF's bytes and the page's text, as UTF-8, follow.

    Args:
        seconds: Processor time.
        number: Number of the page, from 0.
        start: First code point of the text to mark.
        end: Code point after the last one to mark.
    """

    seconds: int
    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Reply to `DrawPage`. A PNG follows."""


@dataclass(frozen=True, slots=True)
class End:
    """Reply without a result: the file has no more documents, or the request failed.

    Args:
        error: Why the request failed.
        out_of_memory: Whether the process reached its memory limit. It then exits.
    """

    error: str | None = None
    out_of_memory: bool = False


_REQUESTS = (ReadFile, NextDocument, LoadTokenizer, Split, Clean, DrawPage)
_REPLIES = (SourceDocument, SourceProblem, SplitText, Removed, PageBegun, Picture, End)
"""A document's text follows it as UTF-8."""

_ADAPTERS: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in (*_REQUESTS, *_REPLIES)}


def encode(message: object) -> bytes:
    """Return a message as a frame's bytes."""
    name = type(message).__name__
    return name.encode() + b"\n" + _ADAPTERS[name].dump_json(message)


def decode(frame: bytes) -> object:
    """Return the message in a frame.

    Raises:
        ValueError: The frame holds no valid message.
    """
    name, _, fields = frame.partition(b"\n")
    adapter = _ADAPTERS.get(name.decode())
    if adapter is None:
        raise ValueError("the message is of an unknown kind")
    return adapter.validate_json(fields)


def write_frames(stream: IO[bytes], *frames: bytes) -> None:
    """Send frames."""
    for frame in frames:
        stream.write(len(frame).to_bytes(8, "big"))
        stream.write(frame)
    stream.flush()


def read_frame(stream: IO[bytes], limit: int | None = None) -> bytes | None:
    """Receive a frame. Return None if the stream ends early, or the frame is longer than `limit`."""
    head = stream.read(8)
    length = int.from_bytes(head, "big")
    if len(head) < 8 or (limit is not None and length > limit):
        return None
    data = stream.read(length)
    return data if len(data) == length else None
