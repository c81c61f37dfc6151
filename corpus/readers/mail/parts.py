"""MIME: the parts of a message, split within limits.

The parser and the header classes of `email` take quadratic time on hostile messages, so they get one block of headers
or one header of limited length at a time.
"""

import binascii
import quopri
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32

MAX_DEPTH = 16
"""Nesting depth of parts. A forwarded message adds two."""

MAX_PARTS = 1000
"""Parts of a message, with those of the messages in it."""

MAX_HEAD_BYTES = 256 * 1024
"""Bytes of a part's headers that are read. Servers refuse longer ones."""

MAX_HEADER_CHARACTERS = 8192
"""Characters of one header that are read."""

MAX_HEADERS = 1000

_BLANKS = b" \t\r\n"
_BASE64 = (string.ascii_letters + string.digits + "+/=").encode()
_MESSAGES = ("message/rfc822", "message/global", "message/news")

_HALF = re.compile("[\udcc0-\udcf7][\udc80-\udcbf]{0,2}\\Z")
"""The last character of a cut header, of which some bytes may be missing."""

Span = tuple[int, int]


@dataclass(slots=True)
class Part:
    """A part of a message, or a whole one.

    Args:
        head: Its headers. Bytes that are not ASCII are unpaired surrogates, as `email` has them.
        data: The bytes of the message.
        span: Start and end of its body in `data`.
        default_type: Media type of a part that does not declare one.
        parts: The parts of a multipart, or the one message that is attached.
    """

    head: Message
    data: bytes
    span: Span
    default_type: str
    parts: Sequence["Part"] = ()

    @property
    def body(self) -> bytes:
        """Its bytes, in their transfer encoding."""
        return self.data[slice(*self.span)]

    @property
    def media_type(self) -> str:
        """The declared media type, in lower case."""
        return self.head.get_content_type() if self.head.get("Content-Type") else self.default_type

    @property
    def is_message(self) -> bool:
        """Whether it is an attached message."""
        return self.media_type in _MESSAGES

    @property
    def is_file(self) -> bool:
        """Whether it is an attached file rather than a part of the text."""
        return self.head.get_content_disposition() == "attachment" or self.head.get_filename() is not None

    def decoded(self) -> bytes:
        """Return its bytes without transfer encoding. What does not fit the encoding stays as it is."""
        encoding = str(self.head.get("Content-Transfer-Encoding", "")).strip().lower()
        if encoding == "quoted-printable":
            return quopri.decodestring(self.body)
        return _from_base64(self.body) if encoding == "base64" else self.body


@dataclass(slots=True)
class Budget:
    """Parts that may still be split off, and what was left as it is."""

    parts: int = MAX_PARTS
    has_more: bool = False
    is_too_deep: bool = False


def split_message(data: bytes, budget: Budget) -> Part:
    """Return a message with all parts in it, within a budget."""
    return _split(data, (0, len(data)), "text/plain", budget, MAX_DEPTH)


def head_of(data: bytes) -> Message:
    """Return the headers of a message, each cut at its limit."""
    return _head(data, 0, len(data))[0]


def _split(data: bytes, span: Span, default_type: str, budget: Budget, depth: int) -> Part:
    head, start = _head(data, *span)
    part = Part(head, data, (start, span[1]), default_type)
    if part.media_type.startswith("multipart/"):
        inner = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"
        spans = _pieces(data, part.span, _boundary(head))
    elif part.is_message:
        inner, data = "text/plain", part.decoded() if head.get("Content-Transfer-Encoding") else data
        spans = iter([part.span if data is part.data else (0, len(data))])
    else:
        return part
    if depth == 0:
        budget.is_too_deep = True
        return part
    parts = []
    for piece in spans:
        if budget.parts == 0:
            budget.has_more = True
            break
        budget.parts -= 1
        parts.append(_split(data, piece, inner, budget, depth - 1))
    part.parts = parts
    return part


def _head(data: bytes, start: int, end: int) -> tuple[Message, int]:
    """Return the headers of a part, each cut at its limit, and where the body begins."""
    stop, body = _end_of_head(data, start, end)
    text = data[start : min(stop, start + MAX_HEAD_BYTES)].decode("ascii", "surrogateescape")
    parsed = HeaderParser(policy=compat32).parsestr(text, headersonly=True)
    head = Message(policy=compat32)
    for name, value in list(parsed.raw_items())[:MAX_HEADERS]:
        value = str(value)
        cut = value if len(value) <= MAX_HEADER_CHARACTERS else _HALF.sub("", value[:MAX_HEADER_CHARACTERS])
        head.set_raw(name, cut)
    words = parsed.get_payload()
    if words and stop <= start + MAX_HEAD_BYTES:  # words that follow the headers without an empty line
        body = stop - len(words)
    return head, body


def _end_of_head(data: bytes, start: int, end: int) -> Span:
    """Return where the headers end and where the body begins: after the first empty line."""
    for opening in (b"\r\n", b"\n"):
        if data.startswith(opening, start, end):
            return start, start + len(opening)
    first = data.find(b"\n\n", start, end)
    other = data.find(b"\n\r\n", start, end if first < 0 else first)
    if other >= 0:
        return other + 1, other + 3
    return (end, end) if first < 0 else (first + 1, first + 2)


def _boundary(head: Message) -> bytes:
    return (head.get_boundary() or "").strip('"').encode("utf-8", "surrogateescape")


def _pieces(data: bytes, span: Span, boundary: bytes) -> Iterator[Span]:
    """Yield the spans of the parts of a multipart. A line that only begins like a boundary is part of the text."""
    if not boundary:
        return
    line = b"\n--" + boundary
    begin, end = None, span[1]
    at = data.find(line, max(0, span[0] - 1), end)
    while at >= 0:
        stop = data.find(b"\n", at + 1, end)
        stop = end if stop < 0 else stop
        rest = data[at + len(line) : stop].strip()
        if rest in (b"", b"--"):
            if begin is not None:
                yield begin, at - data.endswith(b"\r", begin, at)
            begin = stop + 1
            if rest:
                return
        at = data.find(line, max(stop, at + 1), end)
    if begin is not None and begin < end:
        yield begin, end


def _from_base64(body: bytes) -> bytes:
    """Return the decoded lines of a body, and after them the lines that are not base64, such as a list's footer."""
    packed, rest = body.translate(None, _BLANKS), b""
    if packed.translate(None, _BASE64):
        end = _first_other(body)
        packed, rest = body[:end].translate(None, _BLANKS), body[end:]
    packed = packed.rstrip(b"=")
    packed = packed[: len(packed) - (len(packed) % 4 == 1)]
    decoded = binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))
    return decoded + b"\n\n" + rest if decoded and rest else decoded + rest


def _first_other(body: bytes) -> int:
    """Return the start of the first line with a character that base64 does not have, or with a blank in it."""
    at = 0
    for line in body.splitlines(keepends=True):
        if line.strip().translate(None, _BASE64):
            break
        at += len(line)
    return at
