"""DOCX: paragraphs, tables, footnotes, and the core properties."""

import io
import re
from collections.abc import Iterator
from typing import Any

from corpus.documents import Content, Found, ReadOptions, TextBuilder
from corpus.readers.archives import has_member, open_archive, parse_xml
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.html.nesting import limit_of

_HEADING = re.compile(r"(?i)heading ([1-6])")
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NOTES = ("/footnotes", "/endnotes")
_REPEATED_CHARACTERS = 1000
"""Characters of a cell that are repeated in each further row that it spans, as the subject of the other cells."""


def read_docx(data: bytes, options: ReadOptions) -> Content:
    """Return the body of a Word document, then its footnotes and endnotes. Styles `Heading 1`… begin sections.

    Raises:
        SourceError: It is damaged, encrypted, or unpacks to too much.
    """
    import docx
    from docx.table import Table
    from lxml import etree

    open_archive(data).close()
    try:
        document = docx.Document(io.BytesIO(data))
    except etree.XMLSyntaxError as error:
        problem = limit_of(error)
        if problem is None:
            raise
        raise problem from error
    styles = _paragraph_styles(document.styles)
    builder = TextBuilder()
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            builder.paragraph("\n".join(_rows(block)))
            continue
        style = styles.get(block._p.style) or styles[None]
        heading = _HEADING.fullmatch(style)
        if heading or style == "Title":
            builder.heading(block.text, int(heading[1]) if heading else 1)
        else:
            builder.paragraph(block.text)
    for note in _notes(document.part):
        builder.paragraph(note)
    return builder.content(_found(document.core_properties))


def _paragraph_styles(styles: Any) -> dict[str | None, str]:  # noqa: ANN401 - python-docx has no types
    """Return the names of paragraph styles by id, and the default's by None. python-docx scans all each time."""
    from docx.enum.style import WD_STYLE_TYPE

    default = styles.default(WD_STYLE_TYPE.PARAGRAPH)
    names: dict[str | None, str] = {None: (default.name if default is not None else None) or ""}
    for style in styles:
        if style.style_id is not None:
            names.setdefault(style.style_id, (style.type == WD_STYLE_TYPE.PARAGRAPH and style.name) or "")
    return names


def _rows(table: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the cells of each row. A cell appears once if it spans several columns, and in each row that it spans.

    python-docx repeats a cell for each of its columns, and scans all rows above for a cell that spans rows.
    """
    from docx.table import _Cell

    above: dict[int, tuple[int, str]] = {}
    number = 0
    for row in table._tbl.tr_lst:
        here: dict[int, tuple[int, str]] = {}
        column = row.grid_before
        for cell in row.tc_lst:
            number += 1
            if cell.vMerge == "continue" and column in above:
                here[column] = above[column]
            else:
                here[column] = number, " ".join(_words(_Cell(cell, table)))
            column += cell.grid_span
        yield " | ".join(text for text in dict(here.values()).values() if text)
        above = {column: (number, text[:_REPEATED_CHARACTERS]) for column, (number, text) in here.items()}


def _words(cell: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the words of a cell, and of the tables in it."""
    from docx.table import Table

    for block in cell.iter_inner_content():
        for line in _rows(block) if isinstance(block, Table) else (block.text,):
            yield from line.split()


def _notes(part: Any) -> Iterator[str]:  # noqa: ANN401
    parts = (r.target_part for r in part.rels.values() if not r.is_external and r.reltype.endswith(_NOTES))
    for notes in {one.partname: one for one in parts}.values():
        for note in parse_xml(notes.blob):
            if note.get(f"{_WORDS}type") is None:  # the other notes are separator lines
                paragraphs = ("".join(p.itertext(f"{_WORDS}t")) for p in note.iter(f"{_WORDS}p"))
                yield "\n".join(paragraphs)


def _found(about: Any) -> Found:  # noqa: ANN401
    """Return the core properties. Their dates are those of the file, not of publication, so they go to `extra`."""
    if (about.title, about.last_modified_by) == ("Word Document", "python-docx"):
        return Found()  # what python-docx makes up for a file without core properties
    authors = tuple(name for part in (about.author or "").split(";") if (name := part.strip()))
    return Found(
        title=(about.title or "").strip() or None,
        authors=() if authors == ("python-docx",) else authors,
        language=about.language or None,
        tags=tuple(tag for part in re.split("[,;]", about.keywords or "") if (tag := part.strip())),
        extra={"created": about.created.date().isoformat()} if about.created else {},
    )


DOCX = ConvertedFormat(
    "DOCX",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    (".docx",),
    has_signature=True,
    sniff=lambda data, suffix: has_member(data, "word/document.xml"),
    convert=read_docx,
)
