"""DOCX: paragraphs, tables, footnotes, and the core properties."""

import io
import re
from collections.abc import Iterator
from typing import Any

from corpus.readers.archives import open_archive, parse_xml
from corpus.readers.content import Content, Found, TextBuilder
from corpus.readers.nesting import limit_of

__all__ = ["read_docx"]

_HEADING = re.compile(r"(?i)heading ([1-6])")
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NOTES = ("/footnotes", "/endnotes")


def read_docx(data: bytes) -> Content:
    """The body of a Word document, then its footnotes and endnotes; styles `Heading 1`… begin sections.

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
    builder = TextBuilder()
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            builder.paragraph("\n".join(_rows(block)))
            continue
        style = (block.style.name if block.style is not None else None) or ""
        heading = _HEADING.fullmatch(style)
        if heading or style == "Title":
            builder.heading(block.text, int(heading[1]) if heading else 1)
        else:
            builder.paragraph(block.text)
    for note in _notes(document.part):
        builder.paragraph(note)
    return builder.content(_found(document.core_properties))


def _rows(table: Any) -> Iterator[str]:  # noqa: ANN401 - python-docx has no types
    """Each row's cells; one that spans several columns is named once."""
    for row in table.rows:
        cells = {id(cell._tc): " ".join(_words(cell)) for cell in row.cells}
        yield " | ".join(cell for cell in cells.values() if cell)


def _words(cell: Any) -> Iterator[str]:  # noqa: ANN401
    """The words of a cell, and of the tables in it."""
    from docx.table import Table

    for block in cell.iter_inner_content():
        for line in _rows(block) if isinstance(block, Table) else (block.text,):
            yield from line.split()


def _notes(part: Any) -> Iterator[str]:  # noqa: ANN401
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.endswith(_NOTES):
            for note in parse_xml(relation.target_part.blob):
                if note.get(f"{_WORDS}type") is None:  # the others draw the line above the notes
                    paragraphs = ("".join(p.itertext(f"{_WORDS}t")) for p in note.iter(f"{_WORDS}p"))
                    yield "\n".join(paragraphs)


def _found(about: Any) -> Found:  # noqa: ANN401
    """The core properties. Their dates are those of the file, not of publication, and so only kept beside."""
    authors = tuple(name for part in (about.author or "").split(";") if (name := part.strip()))
    return Found(
        title=(about.title or "").strip() or None,
        authors=() if authors == ("python-docx",) else authors,
        language=about.language or None,
        tags=tuple(tag for part in re.split("[,;]", about.keywords or "") if (tag := part.strip())),
        extra={"created": about.created.date().isoformat()} if about.created else {},
    )
