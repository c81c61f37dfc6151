"""Messages between Footnote and the process that reads files: frames of JSON and of raw bytes.

A frame is a length (8 bytes, big-endian) and that number of bytes. Replies are JSON that is validated, never pickles:
a file that takes over the reading process gets no further.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Annotated, Literal

from pydantic import Field, TypeAdapter

from corpus.documents import ReadOptions, RemovedSpan, SourceDocument
from corpus.readers import SourceProblem
from service.reading.cutting import Cut, DocumentStructure, PassageSizes

__all__ = [
    "REPLY",
    "REQUEST",
    "Clean",
    "CutDocument",
    "CutText",
    "DocumentReply",
    "Done",
    "Next",
    "PassagesReply",
    "ProblemReply",
    "Read",
    "Reply",
    "Request",
    "SpansReply",
    "Tokenizer",
    "read_frame",
    "write_frames",
]


@dataclass(frozen=True, slots=True)
class Read:
    """Read a file; its bytes and its sidecar's follow, a frame each. The reply is its first document.

    Args:
        name: Of the file, without its folder.
        source: Of the file.
        sidecar: Name of the sidecar, if there is one.
        options: How to read it.
        clean: Whether to mark what no passage may use.
        skip: Documents and problems at its beginning that are not wanted.
        seconds: Processor time for this request.
    """

    name: str
    source: str
    sidecar: str | None
    options: ReadOptions
    clean: bool
    skip: int
    seconds: int
    kind: Literal["read"] = "read"


@dataclass(frozen=True, slots=True)
class Next:
    """Give the next document of the file that is being read."""

    seconds: int
    kind: Literal["next"] = "next"


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Count tokens with this tokenizer from now on; its `tokenizer.json` follows. There is no reply."""

    max_tokens: int
    kind: Literal["tokenizer"] = "tokenizer"


@dataclass(frozen=True, slots=True)
class CutDocument:
    """Cut the document that was given last."""

    sizes: PassageSizes
    seconds: int
    kind: Literal["cut-document"] = "cut-document"


@dataclass(frozen=True, slots=True)
class CutText:
    """Cut a text, which follows as UTF-8."""

    structure: DocumentStructure
    sizes: PassageSizes
    seconds: int
    kind: Literal["cut-text"] = "cut-text"


@dataclass(frozen=True, slots=True)
class Clean:
    """Give the spans of a text that no passage may use; the text follows as UTF-8."""

    media_type: str
    pages: Sequence[int]
    seconds: int
    kind: Literal["clean"] = "clean"


@dataclass(frozen=True, slots=True)
class DocumentReply:
    """A document without its text, which follows as UTF-8."""

    document: SourceDocument
    kind: Literal["document"] = "document"


@dataclass(frozen=True, slots=True)
class ProblemReply:
    """A record that cannot be read."""

    problem: SourceProblem
    kind: Literal["problem"] = "problem"


@dataclass(frozen=True, slots=True)
class PassagesReply:
    """The passages that were asked for."""

    cut: Cut
    kind: Literal["passages"] = "passages"


@dataclass(frozen=True, slots=True)
class SpansReply:
    """The spans that no passage may use."""

    spans: Sequence[RemovedSpan]
    kind: Literal["spans"] = "spans"


@dataclass(frozen=True, slots=True)
class Done:
    """There is nothing more: because of `reason`, if there is one, or because memory ran out."""

    reason: str | None = None
    out_of_memory: bool = False
    kind: Literal["done"] = "done"


Request = Read | Next | Tokenizer | CutDocument | CutText | Clean
Reply = DocumentReply | ProblemReply | PassagesReply | SpansReply | Done

REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="kind")])
REPLY: TypeAdapter[Reply] = TypeAdapter(Annotated[Reply, Field(discriminator="kind")])


def write_frames(stream: IO[bytes], *frames: bytes) -> None:
    """Send frames."""
    for frame in frames:
        stream.write(len(frame).to_bytes(8, "big"))
        stream.write(frame)
    stream.flush()


def read_frame(stream: IO[bytes], limit: int | None = None) -> bytes | None:
    """Receive a frame; None if the stream ends too early, or the frame is longer than `limit`."""
    head = stream.read(8)
    length = int.from_bytes(head, "big")
    if len(head) < 8 or (limit is not None and length > limit):
        return None
    data = stream.read(length)
    return data if len(data) == length else None
