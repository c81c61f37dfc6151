"""Decoding of bytes: byte order marks, UTF-8, and an encoding that the user names."""

import codecs

from corpus.errors import SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_TOO_SHORT_TO_GUESS = 100
"""Fewer bytes than this give no hint at the encoding."""

_ENCODINGS_GUESSED = 64 * 1024
"""Bytes around the first invalid one that give a hint at the encoding."""


def decode(data: bytes, encoding: str | None = None) -> str:
    r"""Decode a file. The byte order mark is removed, line ends become `\n`, and nothing else changes.

    Args:
        data: The bytes of the file.
        encoding: Encoding of a text without a byte order mark that is not valid UTF-8.

    Raises:
        SourceError: The file is binary, or not valid in its encoding.
    """
    return decoded(data, encoding).replace("\r\n", "\n").replace("\r", "\n")


def decoded(data: bytes, encoding: str | None = None) -> str:
    """Decode a file like `decode`, and keep its line ends."""
    for mark, name in _MARKS:
        if data.startswith(mark) and (name != "utf-32-le" or len(data) % 4 == 0):
            return _strictly(data, len(mark), name)
    if b"\0" in data:
        raise SourceError("it is a binary file; give a document in one of the formats that Footnote reads")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if encoding is None:
            hint = _hint(data, error.start)
            bad = f"it is not valid UTF-8 (byte {error.start:,}{hint})"
            raise SourceError(f"{bad}; save it as UTF-8, or name its encoding (--encoding)") from error
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise SourceError(f"it cannot be read as {encoding}; name its real encoding or save it as UTF-8") from error


def _strictly(data: bytes, start: int, encoding: str) -> str:
    try:
        return data[start:].decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
        raise SourceError(f"it is not valid {name} (byte {start + error.start:,}); save it as UTF-8") from error


def _hint(data: bytes, at: int) -> str:
    """Return `, perhaps it is cp1252` if another encoding fits the bytes around an invalid one better."""
    if len(data) < _TOO_SHORT_TO_GUESS:
        return ""
    from charset_normalizer import from_bytes

    start = max(0, at - _ENCODINGS_GUESSED // 2)
    best = from_bytes(data[start : start + _ENCODINGS_GUESSED]).best()
    is_other = best is not None and not best.encoding.startswith(("utf", "ascii"))
    return f", perhaps it is {best.encoding}" if best is not None and is_other else ""
