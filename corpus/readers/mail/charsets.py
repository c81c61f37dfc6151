"""Encodings of the texts and headers of a message: declared, wrongly declared, and not declared."""

from corpus.documents import ReadOptions
from corpus.errors import SourceError
from corpus.text import decoded_as, known_as, likely_encoding, not_utf8

_ESCAPED = ("iso2022", "hz", "utf-7", "utf-16", "utf-32")
"""Encodings whose bytes may be valid ASCII, or are never UTF-8."""

_ALSO_WRONG = ("us-ascii", "ascii", "ansi_x3.4-1968", "7bit", "8bit")
"""Names that programs write whatever the encoding is."""


def part_text(data: bytes, charset: str | None, options: ReadOptions, notes: list[str]) -> str:
    """Decode the text of a part: as UTF-8 if it is valid, by the user's word, by its own, or by a sure guess.

    Args:
        data: The bytes.
        charset: The declared encoding, if any.
        options: How to read it.
        notes: Gets a note if the text is read in another encoding than declared.

    Raises:
        SourceError: Its encoding is none of these.
    """
    declared = _known(charset)
    if declared is not None and declared.replace("_", "").startswith(_ESCAPED):
        try:
            return data.decode(declared)
        except UnicodeError:
            return _guessed(data, charset, options, notes)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    for name in (options.encoding, declared):
        try:
            if name is not None:
                return decoded_as(data, name)
        except (UnicodeError, LookupError):
            continue
    return _guessed(data, charset, options, notes)


def words_of(data: bytes, charset: str | None) -> str:
    """Decode words of a header. Bytes without a letter become U+FFFD, because a header cannot be left out."""
    for name in (_known(charset), "utf-8"):
        try:
            if name is not None:
                return decoded_as(data, name) if name.startswith(_ESCAPED) else _utf8_or(data, name)
        except UnicodeError:
            continue
    likely = likely_encoding(data, 0)
    return data.decode(likely or "utf-8", "replace")


def _utf8_or(data: bytes, name: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return decoded_as(data, name)


def _known(charset: str | None) -> str | None:
    """Return the encoding that a declared name stands for; None if it says nothing."""
    if charset is None or charset.lower() in _ALSO_WRONG:
        return None
    try:
        return known_as(charset)
    except (LookupError, ValueError):
        return None


def _guessed(data: bytes, charset: str | None, options: ReadOptions, notes: list[str]) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        at = error.start
    likely = likely_encoding(data, at)
    try:
        if likely is not None:
            text = decoded_as(data, likely)
            notes.append(f"its text declares {charset or 'no encoding'} and was read as {likely}; check its letters")
            return text
    except UnicodeError:
        pass
    raise SourceError(f"its text cannot be decoded: {not_utf8(data, at, has_options=options.has_options)}")
