"""Headers of a message: their words, names, dates."""

import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from corpus.readers.mail.charsets import words_of

_ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"\?=\s{1,20}=\?")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
MAX_ADDRESSES = 100
"""Senders or recipients that are read from one header."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the headers of a message say.

    Args:
        senders: Names, or addresses of senders without a name.
        sent: When it was sent, in the sender's time, or the header as it is.
        message_id: Without angle brackets; empty if there is none.
        extra: Addresses, date and id, for filters.
    """

    subject: str
    senders: Sequence[str]
    sent: datetime | str | None
    message_id: str
    extra: Mapping[str, object]


def heading_of(head: Message, charset: str | None) -> Heading:
    """Return what the headers of a message say.

    Args:
        head: The headers.
        charset: Encoding of headers that are neither ASCII nor UTF-8, as the text of the message declares it.
    """
    senders = _addresses(head, "From", charset) or _addresses(head, "Sender", charset)
    sent = _sent(header(head, "Date", charset))
    message_id = header(head, "Message-ID", charset).strip("<>")
    extra: dict[str, object] = {
        "from": [_shown(*one) for one in senders],
        **{name: [_shown(*one) for one in _addresses(head, name, charset)] for name in ("to", "cc", "bcc")},
        "sent": sent.isoformat() if isinstance(sent, datetime) else sent,
        "message_id": message_id,
    }
    return Heading(
        header(head, "Subject", charset),
        [name or address for name, address in senders],
        sent,
        message_id,
        {key: value for key, value in extra.items() if value},
    )


def header(head: Message, name: str, charset: str | None) -> str:
    """Return the words of a header as one line; empty if it is missing."""
    return decoded_words(_raw(head, name), charset)


def decoded_words(value: str, charset: str | None) -> str:
    """Return a header as one line, with its encoded words (RFC 2047) decoded."""
    pieces: list[str] = []
    pending, named = b"", ""
    at = 0
    value = _BETWEEN.sub("?==?", value)
    for word in _ENCODED.finditer(value):
        between = value[at : word.start()]
        name = word[1].partition("*")[0].lower()
        if pending and (between or name != named):
            pieces.append(words_of(pending, named))
            pending = b""
        pieces.append(_plain(between, charset))
        pending, named, at = pending + _unpacked(word[2], word[3]), name, word.end()
    if pending:
        pieces.append(words_of(pending, named))
    pieces.append(_plain(value[at:], charset))
    return " ".join("".join(pieces).split())


def _raw(head: Message, name: str) -> str:
    return next((str(value) for key, value in head.raw_items() if key.lower() == name.lower()), "")


def _plain(text: str, charset: str | None) -> str:
    """Return text in which bytes that are not ASCII are surrogates. An escape may begin another encoding in ASCII."""
    if text.isascii() and "\x1b" not in text:
        return text
    return words_of(text.encode("utf-8", "surrogateescape"), charset)


def _unpacked(encoding: str, word: str) -> bytes:
    data = word.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return _HEX.sub(lambda found: bytes.fromhex(found[1].decode()), data.replace(b"_", b" "))
    packed = data.rstrip(b"= ")
    try:
        return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))
    except binascii.Error:
        return data


def _addresses(head: Message, name: str, charset: str | None) -> list[tuple[str, str]]:
    """Return the names and addresses in a header."""
    found = getaddresses([_raw(head, name)])[:MAX_ADDRESSES]
    pairs = [(decoded_words(name, charset), decoded_words(address, charset)) for name, address in found]
    if not any(name or address for name, address in pairs):
        return [(words, "")] if (words := header(head, name, charset)) else []
    return [(name.strip("'\" "), address) for name, address in pairs if name or address]


def _shown(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address and name != address else name or address


def _sent(value: str) -> datetime | str | None:
    try:
        return parsedate_to_datetime(value) if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return value
