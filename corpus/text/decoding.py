"""Decoding of bytes: byte order marks, UTF-8, and an encoding that the user names."""

import codecs
import re

from corpus.errors import SourceError
from corpus.text.encodings import decoded_as, likely_encoding

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_ESCAPE = re.compile(rb"\x1b\$(?:[@AB]|[()][ACDG])")
"""Escape to Chinese, Japanese or Korean letters, whose bytes would be valid UTF-8 (ISO 2022)."""

_LOOKED_AT = 4096
"""First bytes that tell UTF-16 without a byte order mark from a binary file."""

_LEAST = 16
"""Bytes of a text that may be UTF-16 without a mark."""

_OPTION = "name its encoding (--encoding)"


def decode(data: bytes, encoding: str | None = None, *, has_options: bool = False) -> str:
    r"""Decode a file. The byte order mark is removed, line ends become `\n`, and nothing else changes.

    Args:
        data: The bytes of the file.
        encoding: Encoding of a text without a byte order mark that is not valid UTF-8.
        has_options: Whether the user can name the encoding.

    Raises:
        SourceError: The file is binary, or not valid in its encoding.
    """
    return decoded(data, encoding, has_options=has_options).replace("\r\n", "\n").replace("\r", "\n")


def decoded(data: bytes, encoding: str | None = None, *, has_options: bool = False) -> str:
    """Decode a file like `decode`, and keep its line ends."""
    for mark, name in _MARKS:
        if data.startswith(mark) and (name != "utf-32-le" or len(data) % 4 == 0):
            return _strictly(data, len(mark), name)
    if b"\0" in data:
        return _decoded_as(data, _wide(data, encoding, has_options))
    if _ESCAPE.search(data):
        return _decoded_as(data, _escaped(encoding, has_options))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if encoding is not None:
            return _decoded_as(data, encoding)
        raise SourceError(not_utf8(data, error.start, has_options=has_options)) from error


def not_utf8(data: bytes, at: int, *, has_options: bool = False) -> str:
    """Return that a text is not UTF-8, with the place, the encoding that it is in if that is sure, and the remedy."""
    likely = likely_encoding(data, at)
    hint = f", perhaps it is {likely}" if likely else ""
    return f"it is not valid UTF-8 (byte {at:,}{hint}); save it as UTF-8{f', or {_OPTION}' if has_options else ''}"


def _decoded_as(data: bytes, encoding: str) -> str:
    try:
        return decoded_as(data, encoding)
    except (UnicodeError, LookupError) as error:
        raise SourceError(f"it cannot be read as {encoding}; name its real encoding or save it as UTF-8") from error


def _wide(data: bytes, encoding: str | None, has_options: bool) -> str:
    """Return the encoding of a text with NUL bytes, if one of two or four bytes is named.

    Raises:
        SourceError: The file is binary, or perhaps UTF-16.
    """
    if encoding is not None and encoding.lower().replace("_", "-").startswith(("utf-16", "utf16", "utf-32", "utf32")):
        return encoding
    start = data[:_LOOKED_AT]
    for name, even, odd in (("utf-16-le", start[::2], start[1::2]), ("utf-16-be", start[1::2], start[::2])):
        if len(start) >= _LEAST and odd.count(0) > len(odd) / 2 and not even.count(0):
            advice = f", or {_OPTION}" if has_options else ""
            raise SourceError(f"it is not valid UTF-8, perhaps it is {name}; save it as UTF-8{advice}")
    raise SourceError("it is a binary file; give a document in one of the formats that Footnote reads")


def _escaped(encoding: str | None, has_options: bool) -> str:
    """Return the encoding of a text with escapes to another script, if one with escapes is named.

    Raises:
        SourceError: It is not named.
    """
    if encoding is not None and encoding.lower().replace("_", "-").startswith("iso-2022"):
        return encoding
    advice = f", or {_OPTION}" if has_options else ""
    raise SourceError(f"it is in an encoding with escapes, perhaps iso-2022-jp; save it as UTF-8{advice}")


def _strictly(data: bytes, start: int, encoding: str) -> str:
    try:
        return data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
        raise SourceError(f"it is not valid {name} (byte {start + error.start:,}); save it as UTF-8") from error
