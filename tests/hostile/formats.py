"""Documents of any length, in the formats that have a structure of their own."""

import datetime
import functools
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import docx

from corpus.documents.content import ReadOptions
from corpus.files.source import Sidecar, SourceBytes
from corpus.readers.reading import read_documents
from tests.corpus.readers.files import OPF, archive, epub, pdf
from tests.corpus.readers.pdf.drawing import drawn

__all__ = ["DOCUMENTS", "read"]

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OPTIONS = ReadOptions(today=datetime.date(2026, 1, 1))


def read(name: str, text: str | bytes, sidecar: Sidecar | None = None) -> None:
    """Read a file to its end."""
    data = text if isinstance(text, bytes) else text.encode(errors="replace")
    for _ in read_documents(SourceBytes(Path(name), data, source=name, sidecar=sidecar), OPTIONS):
        pass


@functools.cache
def _empty_word() -> Mapping[str, bytes]:
    whole = io.BytesIO()
    docx.Document().save(whole)
    with zipfile.ZipFile(whole) as file:
        return {name: file.read(name) for name in file.namelist()}


def word(body: str, styles: str = "") -> bytes:
    """A Word document with a body of its own, and more styles."""
    members = dict(_empty_word())
    members["word/document.xml"] = f"<w:document {NAMESPACE}><w:body>{body}</w:body></w:document>".encode()
    members["word/styles.xml"] = members["word/styles.xml"].replace(b"</w:styles>", f"{styles}</w:styles>".encode())
    return archive(members, packed=False)


def paragraph(text: str, style: str = "") -> str:
    about = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{about}<w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(text: str, about: str = "") -> str:
    return f"<w:tc><w:tcPr>{about}</w:tcPr>{paragraph(text)}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def styled(length: int) -> bytes:
    """Each paragraph has a style of its own."""
    names = [f"S{at}" for at in range(length // 100)]
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/></w:style>' for name in names
    )
    return word("".join(paragraph("a", name) for name in names), styles)


def merged(length: int) -> bytes:
    """A table, one of whose cells spans all rows."""
    top = row(cell("a" * (length // 4), '<w:vMerge w:val="restart"/>'), cell("b"))
    below = row(cell("", "<w:vMerge/>"), cell("b"))
    return word(f"<w:tbl>{top}{below * (length // 100)}</w:tbl>")


def wide(length: int) -> bytes:
    """A table whose cells span as many columns as there are characters."""
    spanning = row(cell("a", f'<w:gridSpan w:val="{length}"/>'))
    return word(f"<w:tbl>{spanning * (length // 100)}</w:tbl>")


def table(length: int) -> bytes:
    side = int((length // 50) ** 0.5)
    return word(f"<w:tbl>{row(cell('a') * side) * side}</w:tbl>")


def book(length: int) -> bytes:
    """Its table of contents is listed again and again."""
    more = '<item id="n" href="nav.xhtml" media-type="a" properties="nav"/>' * (length // 100)
    nav = "<html><body>" + '<a href="a">a</a>' * (length // 100) + "</body></html>"
    package = OPF.replace("</manifest>", more + "</manifest>")
    return epub(members={"OEBPS/book.opf": package, "OEBPS/nav.xhtml": nav})


def chapters(length: int) -> bytes:
    names = [f"c{at}" for at in range(length // 200)]
    items = "".join(f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in names)
    spine = "".join(f'<itemref idref="{n}"/>' for n in names)
    package = OPF.replace("</manifest>", items + "</manifest>").replace("</spine>", spine + "</spine>")
    return epub(members={"OEBPS/book.opf": package} | {f"OEBPS/{n}": "<html><p>a</p></html>" for n in names})


def outlined(length: int) -> bytes:
    """A page with an outline of as many entries as it has lines."""
    count = length // 20
    following = [*(f"/Next {at} 0 R" for at in range(9, 8 + count)), ""]
    entries = [f"<< /Title (Words {at}) /Parent 7 0 R /Dest [5 0 R /Fit] {following[at]} >>" for at in range(count)]
    root = f"<< /Type /Outlines /First 8 0 R /Last {7 + count} 0 R /Count {count} >>"
    page = [f"Words {at}" for at in range(count)]
    return pdf([page], extra=[root, *entries], catalog="/Outlines 7 0 R")


def columns(length: int) -> str:
    names = ",".join(f"c{at}" for at in range(length // 10))
    return f"text,{names}\n" + "a,b\n" * (length // 10)


DOCUMENTS: Mapping[str, tuple[str, Callable[[int], str | bytes]]] = {
    "DOCX, paragraphs": (".docx", lambda length: word(paragraph("Some words.") * (length // 20))),
    "DOCX, styles": (".docx", styled),
    "DOCX, a merged cell": (".docx", merged),
    "DOCX, wide cells": (".docx", wide),
    "DOCX, a table": (".docx", table),
    "EPUB, tables of contents": (".epub", book),
    "EPUB, chapters": (".epub", chapters),
    "PDF, lines": (".pdf", lambda length: pdf([["A line of words."] * (length // 20)])),
    "PDF, pages": (".pdf", lambda length: pdf([["A line of words."]] * (length // 200))),
    "PDF, a row": (".pdf", lambda length: drawn([(20 * at, 700 - at % 2, "ab") for at in range(length // 40)])),
    "PDF, two columns": (
        ".pdf",
        lambda length: drawn([(60 + 200 * (at % 2), 9e4 - 6 * at, "of two columns") for at in range(length // 40)]),
    ),
    "PDF, cells without columns": (
        ".pdf",
        lambda length: drawn(
            [(60 + 200 * (at % 2) + at * 7 % 97, 9e4 - 12 * (at // 2), "a cell") for at in range(length // 40)]
        ),
    ),
    "PDF, cells": (
        ".pdf",
        lambda length: drawn([(60 * (at % 9), 9e4 - 12 * (at // 9), "a cell") for at in range(length // 40)]),
    ),
    "PDF, hyphens": (".pdf", lambda length: pdf([["words of the line of sight-"] * (length // 20)])),
    "PDF, a long word": (".pdf", lambda length: pdf([["a" * length]])),
    "PDF, accents": (".pdf", lambda length: pdf([[") Tj 0 0 Td (".join(["a`"] * (length // 16))]])),
    "PDF, one sentence": (
        ".pdf",
        lambda length: pdf([["and on it went over all the pages of the long log of"]] * (length // 200)),
    ),
    "PDF, an outline": (".pdf", outlined),
    "CSV, columns": (".csv", columns),
    "CSV, rows": (".csv", lambda length: "text,a\n" + "b,c\n" * (length // 4)),
    "JSON Lines, records": (".jsonl", lambda length: '{"text": "a", "title": "b"}\n' * (length // 30)),
}
"""By name: the suffix, and what makes a file from a length in characters."""
