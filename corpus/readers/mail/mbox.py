"""MBOX: a mailbox in a file, with a document for each message."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.documents import ReadOptions
from corpus.errors import SourceError
from corpus.files import SourceBytes
from corpus.readers.mail.eml import bytes_of
from corpus.readers.mail.headers import header
from corpus.readers.mail.messages import Items, Origin, read_message
from corpus.readers.mail.parts import head_of
from corpus.readers.record_problems import SourceProblem

MAX_ID_CHARACTERS = 500
"""Longest id of a message; a longer one is not used."""

_LINE_BYTES = 1000
_FROM = re.compile(rb"From [^\r\n]{0,400}\d:\d\d[^\r\n]{0,400}\d{4}")
"""The line before a message: the sender and the time. A sentence that begins so has no time."""

_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MailboxFormat:
    """A format whose files hold messages, with sources `FILE#ID`; the id is that of the message, or its position."""

    media_type: str = "application/mbox"
    suffixes: Sequence[str] = (".mbox", ".mbx")
    has_signature: bool = True
    version: int = 2

    def matches(self, file: SourceBytes, options: ReadOptions) -> bool:
        """Return whether the file begins with the line before a message, and is not named as one message."""
        return file.path.suffix.lower() != ".eml" and _FROM.match(file.data[:_LINE_BYTES]) is not None

    def read(self, file: SourceBytes, options: ReadOptions) -> Items:
        """Yield the documents of each message. A message that cannot be read costs itself; a copy is left out."""
        seen: dict[str, set[bytes]] = {}
        for number, data in enumerate(_messages(bytes_of(file, options)), start=1):
            name = _name(data, number)
            digest = hashlib.sha256(data).digest()
            others = seen.setdefault(name, set())
            if digest in others:
                continue
            others.add(digest)
            source = f"{file.source}#{name}" if len(others) == 1 else f"{file.source}#{name} ({len(others)})"
            try:
                yield from read_message(data, Origin(file, source, options))
            except SourceError as error:
                yield SourceProblem(source, str(error), is_named=True)
            except MemoryError:
                raise
            except Exception as error:  # any other error refuses this message only
                yield SourceProblem(source, f"message {number:,} cannot be read ({type(error).__name__}); remove it")


def _messages(data: bytes) -> Iterator[bytes]:
    """Yield each message, without the mark of lines that begin like the line before one."""
    starts = [0]
    at = data.find(b"\nFrom ")
    while at >= 0:
        is_after_empty_line = data[at - 1 : at] == b"\n" or data[at - 2 : at] == b"\n\r"
        if is_after_empty_line and _FROM.match(data, at + 1, at + _LINE_BYTES):
            starts.append(at + 1)
        at = data.find(b"\nFrom ", at + 1)
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        first = data.find(b"\n", start, end)
        message = data[first + 1 if first >= 0 else end : end]
        if message.strip():
            yield _ESCAPED.sub(rb"\1", message)


def _name(data: bytes, number: int) -> str:
    """Return the id of a message, else its position."""
    words = header(head_of(data), "Message-ID", None).strip("<> ")
    is_usable = words and words.isprintable() and len(words) <= MAX_ID_CHARACTERS
    return words if is_usable else f"message-{number}"


MBOX = MailboxFormat()
