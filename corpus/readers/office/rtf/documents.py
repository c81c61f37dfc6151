"""RTF: paragraphs, headings and tables, text boxes after their paragraph, and footnotes at the end."""

import re

from corpus.documents import Content, Found, ReadOptions, TextBuilder
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.office.left_out import check_some_is_left, notes_on
from corpus.readers.office.rtf.reader import RtfReader

_START_WITHIN = 64
"""Bytes in which a file begins."""


def read_rtf(data: bytes, options: ReadOptions) -> Content:
    """Return the text of an RTF file. Words that are hidden or marked as deleted are left out.

    Raises:
        SourceError: Its groups are nested too deeply, or it has no visible text.
    """
    reader = RtfReader(data[data.index(b"{") :])
    body = reader.read()
    builder = TextBuilder()
    body.add_to(builder)
    for note in reader.notes:
        note.finish()
        note.add_to(builder)
    notes = notes_on(reader.left_out)
    if reader.is_cut:
        notes.append("its end is missing")
    content = builder.content(_found({name: "".join(parts) for name, parts in reader.about.items()}, notes))
    check_some_is_left(content.text, notes)
    return content


def _found(info: dict[str, str], notes: list[str]) -> Found:
    authors = (part.strip() for part in info.get("author", "").split(";"))
    created = ""
    if {"yr", "mo", "dy"} <= info.keys():
        created = f"{int(info['yr']):04}-{int(info['mo']):02}-{int(info['dy']):02}"
    return Found(
        title=info.get("title", "").strip() or None,
        authors=tuple(name for name in authors if name),
        tags=tuple(tag for part in re.split("[,;]", info.get("keywords", "")) if (tag := part.strip())),
        extra={"created": created} if created else {},
        notes=notes,
    )


def is_rtf(data: bytes) -> bool:
    """Return whether bytes begin like an RTF file."""
    return data[:_START_WITHIN].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rtf")


RTF = ConvertedFormat(
    "RTF",
    "application/rtf",
    (".rtf",),
    has_signature=True,
    sniff=lambda data, suffix: is_rtf(data),
    convert=read_rtf,
    version=2,
)
