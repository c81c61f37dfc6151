"""Bytes to characters: byte order marks, UTF-8, and an encoding that the user names."""

import codecs

from corpus.errors import SourceError

__all__ = ["decode", "decoded"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, with whose mark it begins
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_TOO_SHORT_TO_GUESS = 100
"""Bytes below which every encoding is as likely as any other."""

_ENCODINGS_GUESSED = 64 * 1024
"""Bytes around the first bad one that a hint at the encoding is drawn from."""


def decode(data: bytes, encoding: str | None = None) -> str:
    r"""The text of a file, without byte order mark, with `\n` line ends and nothing else changed.

    Args:
        data: The bytes of the file.
        encoding: What to take a text for that has no byte order mark and is not valid UTF-8.

    Raises:
        SourceError: The file is binary, or not valid in its encoding.
    """
    return decoded(data, encoding).replace("\r\n", "\n").replace("\r", "\n")


def decoded(data: bytes, encoding: str | None = None) -> str:
    """The same with the line ends as they are."""
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
    """`, perhaps cp1252` where the bytes around a bad one are more likely in another encoding."""
    if len(data) < _TOO_SHORT_TO_GUESS:
        return ""
    from charset_normalizer import from_bytes

    start = max(0, at - _ENCODINGS_GUESSED // 2)
    best = from_bytes(data[start : start + _ENCODINGS_GUESSED]).best()
    is_other = best is not None and not best.encoding.startswith(("utf", "ascii"))
    return f", perhaps it is {best.encoding}" if best is not None and is_other else ""
