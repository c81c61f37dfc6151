"""EML: a message in a file of its own."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.documents import ReadOptions
from corpus.files import SourceBytes
from corpus.readers.mail.messages import MEDIA_TYPE, Items, Origin, read_message
from corpus.text import decoded

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class MessageFormat:
    """A format whose files hold one message. Attachments are documents of their own, with sources `FILE#NAME`."""

    media_type: str = MEDIA_TYPE
    suffixes: Sequence[str] = (".eml",)
    has_signature: bool = False
    version: int = 2

    def matches(self, file: SourceBytes, options: ReadOptions) -> bool:
        """Return False: headers may also begin a text about mail."""
        return False

    def read(self, file: SourceBytes, options: ReadOptions) -> Items:
        """Yield the document of the message, then those of its attachments."""
        yield from read_message(bytes_of(file, options), Origin(file, file.source, options))


def bytes_of(file: SourceBytes, options: ReadOptions) -> bytes:
    """Return the bytes of a message, in UTF-8 if a program has saved it as a wide text.

    Raises:
        SourceError: It is binary, or of an encoding that is not named.
    """
    data = file.data.removeprefix(codecs.BOM_UTF8)
    marks = data[:2]
    if marks in _WIDE:
        return decoded(data, has_options=options.has_options).encode("utf-8", "replace")
    if b"\0" in marks:  # headers begin with ASCII
        wide = "utf-16-be" if marks[:1] == b"\0" else "utf-16-le"
        return decoded(data, options.encoding or wide, has_options=options.has_options).encode("utf-8", "replace")
    return data


EML = MessageFormat()
