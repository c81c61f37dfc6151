"""What a file is, by its content first and its name second."""

import json
import re

from corpus.errors import SourceError
from corpus.files.source import SourceBytes

__all__ = ["CSV", "DOCX", "EPUB", "HTML", "JSON_LINES", "MARKDOWN", "MEDIA_TYPES", "PDF", "TEXT", "media_type_of"]

TEXT = "text/plain"
MARKDOWN = "text/markdown"
HTML = "text/html"
CSV = "text/csv"
JSON_LINES = "application/jsonl"
PDF = "application/pdf"
EPUB = "application/epub+zip"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

MEDIA_TYPES = {
    ".txt": TEXT,
    ".text": TEXT,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".pdf": PDF,
    ".docx": DOCX,
    ".epub": EPUB,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
    ".csv": CSV,
}
"""What a name promises; in a folder, files of other names are passed over."""

_OTHERS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office file; save it as .docx without a password"),
    (b"{\\rtf", "an RTF file; save it as .docx"),
    (b"\x1f\x8b", "a gzip archive; unpack it"),
    (b"BZh", "a bzip2 archive; unpack it"),
    (b"\xfd7zXZ\0", "an xz archive; unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive; unpack it"),
    (b"\x89PNG", "a picture; give a document with text"),
    (b"\xff\xd8\xff", "a picture; give a document with text"),
    (b"GIF8", "a picture; give a document with text"),
)
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_COMMENT_BYTES = 2000
"""A longer comment is no note above a page."""

_WHITE = re.compile(rb"\s*")
_ZIP_END_WITHIN = 22 + 65535
"""The end record of a ZIP archive and the longest comment that may follow in it."""

_PDF_START_WITHIN = 1024
"""Readers of PDF accept this much before the header; where the name does not say PDF, it may be a text about it."""


def media_type_of(file: SourceBytes, text_field: str) -> str:
    """What a file is read as.

    A signature decides over the name (a PDF named `.txt` is a PDF). What has no signature (Markdown, CSV, plain
    text) goes by its name, and a name that promises a signature which is not there is refused.

    Raises:
        SourceError: It is of a type that is not read, or not what its name says.
    """
    suffix = file.path.suffix.lower()
    by_content = _by_signature(file.data, suffix) or _by_shape(file.data, text_field)
    if by_content is not None:
        return by_content
    by_name = MEDIA_TYPES.get(suffix)
    if by_name is None:
        raise SourceError(
            "neither its content nor its name says that Footnote can read it; if it is plain text, name it .txt"
        )
    if by_name in (PDF, DOCX, EPUB):
        if not file.data:
            raise SourceError("it is empty; get it again, or remove it")
        what = "a damaged file or something else" if b"\0" in file.data[:4096] else "text or something else"
        raise SourceError(f"it is named {suffix} but does not begin like one; it is {what}, so check where it is from")
    return by_name


def _by_signature(data: bytes, suffix: str) -> str | None:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _by_members(data)
    for signature, what in _OTHERS:
        if data.startswith(signature):
            raise SourceError(f"it is {what}")
    if data.lstrip()[:5] == b"%PDF-" or (suffix == ".pdf" and b"%PDF-" in data[:_PDF_START_WITHIN]):
        return PDF
    return HTML if _HTML_START.match(data, _prolog_end(data)) else None


def _prolog_end(data: bytes) -> int:
    """Where what may stand before the first element of a page ends: a declaration of XML and comments."""
    at = _past_white(data, 3 if data.startswith(b"\xef\xbb\xbf") else 0)
    if data[at : at + 5].lower() == b"<?xml":
        end = data.find(b">", at)
        at = _past_white(data, end + 1) if end >= 0 else at
    while data.startswith(b"<!--", at):
        end = data.find(b"-->", at + 4, at + 4 + _COMMENT_BYTES + 3)
        if end < 0:
            break
        at = _past_white(data, end + 3)
    return at


def _past_white(data: bytes, at: int) -> int:
    white = _WHITE.match(data, at)
    return white.end() if white else at


def _by_members(data: bytes) -> str:
    """By the names in an archive's directory, which is searched, not parsed: it may hold a million of them."""
    end = data.rfind(b"PK\x05\x06", -_ZIP_END_WITHIN)
    if end < 0:
        raise SourceError("it is a cut or damaged archive (.docx and .epub are); get it anew")
    directory = data[max(0, end - int.from_bytes(data[end + 12 : end + 16], "little")) : end]
    if b"META-INF/container.xml" in directory:
        return EPUB
    if b"word/document.xml" in directory:
        return DOCX
    if b"xl/workbook.xml" in directory:
        raise SourceError("it is an Excel workbook; save the sheet as .csv")
    if b"ppt/presentation.xml" in directory:
        raise SourceError("it is a presentation; save it as .pdf")
    raise SourceError("it is a ZIP archive, neither .docx nor .epub; unpack it")


def _by_shape(data: bytes, text_field: str) -> str | None:
    """JSON Lines, if the first line is an object that holds a text."""
    line = data.removeprefix(b"\xef\xbb\xbf").lstrip()[: 1024**2].split(b"\n", 1)[0]
    if not line.startswith(b"{"):
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return JSON_LINES if isinstance(record, dict) and isinstance(record.get(text_field), str) else None
