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
from corpus.readers.office.sheets import column_letters
from corpus.readers.reading import read_documents
from tests.corpus.readers.files import OPF, archive, attachment, docx_of, epub, mail, mailbox, para, parts, pdf
from tests.corpus.readers.office.files import Row, grid, open_document, presentation, shape, sheet_xml, slide, workbook
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


def inherited(length: int) -> bytes:
    """Each style is based on the one before, and the first one on the last."""
    names = [f"S{at}" for at in range(length // 100)]
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:basedOn w:val="{base}"/></w:style>'
        for name, base in zip(names, [*names[-1:], *names], strict=False)
    )
    return word("".join(paragraph("a", name) for name in reversed(names)), styles)


def fields(length: int) -> bytes:
    """Fields in the codes of fields."""
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{k}"/><w:t>a</w:t></w:r>' for k in ("begin", "end"))
    many = length // 100
    return word(f"<w:p>{begin * many}{end * many}</w:p><w:p>{(begin + end) * many}{begin * many}</w:p>")


def numbered(length: int) -> bytes:
    """A list whose numbers are as large as they may be, and lists that share its levels."""
    many = length // 100
    forms = ("lowerLetter", "upperRoman", "cardinalText", "decimalZero")
    pattern = "".join(f"%{at}" for at in range(1, 10)) * 20
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{10**at - 1}"/><w:numFmt w:val="{forms[at % 4]}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for at in range(9)
    )
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    nums = "".join(f'<w:num w:numId="{at}"><w:abstractNumId w:val="0"/>{override}</w:num>' for at in range(many))
    about = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr>'
    body = "".join(para("a", properties=about.format(at % 9, at % (many + 1))) for at in range(many))
    return docx_of(body, numbering=f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{nums}')


def noted(length: int) -> bytes:
    """Notes, and marks that refer to each of them twice."""
    names = range(length // 100)
    marks = "".join(f'<w:r><w:footnoteReference w:id="{name}"/></w:r>' for name in (*names, *names))
    notes = "".join(f'<w:footnote w:id="{name}">{paragraph("a")}</w:footnote>' for name in names)
    return docx_of(f"<w:p>{marks}</w:p>", footnotes=notes)


def changed(length: int) -> bytes:
    """Deleted words, and paragraphs whose marks are deleted."""
    mark = '<w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>'
    gone = "<w:del><w:r><w:t>a</w:t></w:r></w:del>"
    return word(f"<w:p>{mark}{gone}<w:r><w:t>a</w:t></w:r></w:p>" * (length // 100))


def boxed(length: int) -> bytes:
    """Text boxes and alternatives in one paragraph, and paragraphs in one cell."""
    box = f"<w:txbxContent>{paragraph('a')}</w:txbxContent>"
    either = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    cells = f"<w:tbl><w:tr><w:tc>{paragraph('a') * (length // 50)}</w:tc><w:tc/></w:tr></w:tbl>"
    return docx_of(f"<w:p><w:r>{either * (length // 200)}</w:r></w:p>{cells}")


def calculated(length: int) -> bytes:
    """Equations: one of many parts, and one whose parts are deep in each other."""
    part = "<m:sSup><m:e><m:r><m:t>a</m:t></m:r></m:e><m:sup><m:r><m:t>b+c</m:t></m:r></m:sup></m:sSup>"
    deep = "<m:f><m:num>" * 60 + part * (length // 200) + "</m:num></m:f>" * 60
    return docx_of(f"<w:p><m:oMath>{part * (length // 100)}</m:oMath><m:oMath>{deep}</m:oMath></w:p>")


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


def nested(length: int) -> bytes:
    """Parts in parts, as many as there are characters for."""
    head = "From: a@b.example\n"
    for at in range(length // 60):
        head += f"Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n"
    return head.encode()


def sheet(length: int) -> bytes:
    """A sheet with a header, and cells that span all rows."""
    rows: list[Row] = [[f"Boat {at}", at, 3.5] for at in range(length // 100)]
    rows.insert(0, ["Boat", "Berth", "Depth"])
    merged = "".join(f'<mergeCell ref="A{at}:A{length}"/>' for at in range(1, length // 100))
    return workbook({"Berths": sheet_xml(grid(rows), after=f"<mergeCells>{merged}</mergeCells>")})


def diagonal(length: int) -> bytes:
    """A sheet in which each row has a value in another column."""
    rows = "".join(f'<row r="{at}"><c r="{column_letters(at)}{at}"><v>1</v></c></row>' for at in range(1, length // 50))
    return workbook({"Steps": sheet_xml(rows)})


def columns_of_styles(length: int) -> bytes:
    """A sheet with many hidden columns and number formats."""
    columns = "<cols>" + '<col min="9" max="16384" hidden="1"/>' * (length // 5000) + "</cols>"
    rows = "".join(f'<row r="{at}"><c r="A{at}" s="{at}"><v>44256</v></c></row>' for at in range(1, length // 100))
    formats = [f"yyyy-mm-dd {at}" for at in range(length // 100)]
    return workbook({"Days": sheet_xml(rows, columns)}, formats=formats)


def slides(length: int) -> bytes:
    return presentation(*[slide(shape("Words", kind="title"), shape("a")) for _ in range(length // 500)])


def shapes(length: int) -> bytes:
    """A slide with many shapes, each in a place of its own."""
    boxes = [(at % 7 * 100, at * 10, 90, 9) for at in range(length // 200)]
    return presentation(slide(*(shape("a", box=box) for box in boxes)))


def items(length: int) -> bytes:
    body = "<text:list-item><text:p>a</text:p></text:list-item>" * (length // 50)
    notes = "<text:p>a<text:note><text:note-body><text:p>b</text:p></text:note-body></text:note></text:p>" * (
        length // 100
    )
    return open_document("text", f"<text:list>{body}</text:list>{notes}")


def spanned(length: int) -> bytes:
    """A spreadsheet with repeated columns, rows and cells, and cells that span all rows."""
    cells = (
        f'<table:table-cell table:number-rows-spanned="{length}">'
        "<text:p>a</text:p></table:table-cell><table:table-cell/>"
    )
    far = '<table:table-row table:number-rows-repeated="2">' + cells * 3 + "</table:table-row>"
    return open_document("spreadsheet", f'<table:table table:name="A">{far * (length // 300)}</table:table>')


DOCUMENTS: Mapping[str, tuple[str, Callable[[int], str | bytes]]] = {
    "DOCX, paragraphs": (".docx", lambda length: word(paragraph("Some words.") * (length // 20))),
    "DOCX, styles": (".docx", styled),
    "DOCX, a merged cell": (".docx", merged),
    "DOCX, wide cells": (".docx", wide),
    "DOCX, a table": (".docx", table),
    "DOCX, styles based on styles": (".docx", inherited),
    "DOCX, fields": (".docx", fields),
    "DOCX, numbers": (".docx", numbered),
    "DOCX, notes": (".docx", noted),
    "DOCX, changes": (".docx", changed),
    "DOCX, boxes": (".docx", boxed),
    "DOCX, equations": (".docx", calculated),
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
    "EML, nested parts": (".eml", nested),
    "EML, attached messages": (
        ".eml",
        lambda length: "From: a@b.example\n" + "Content-Type: message/rfc822\n\nSubject: a\n" * (length // 40),
    ),
    "EML, parts": (
        ".eml",
        lambda length: mail("--e\n\na\n" * (length // 8), "multipart/mixed; boundary=e"),
    ),
    "EML, attachments": (
        ".eml",
        lambda length: mail(*parts(*[attachment(b"A note.", f"{at}.txt") for at in range(min(900, length // 160))])),
    ),
    "MBOX, messages": (
        ".mbox",
        lambda length: mailbox(*[mail("a", message_id=str(at)) for at in range(length // 260)]),
    ),
    "MBOX, messages with one id": (
        ".mbox",
        lambda length: mailbox(*[mail(str(at), message_id="a") for at in range(length // 260)]),
    ),
    "SRT, cues": (".srt", lambda length: "1\n00:00:01,000 --> 00:00:02,000\nSome words.\n\n" * (length // 45)),
    "SRT, rolling cues": (
        ".srt",
        lambda length: "".join(f"0:01 --> 0:02\nline {at}\nline {at + 1}\n\n" for at in range(length // 40)),
    ),
    "JSON, records": (".json", lambda length: "[" + '{"text": "a", "title": "b"},\n' * (length // 30) + "{}]"),
    "notebook, cells": (
        ".ipynb",
        lambda length: '{"cells": [' + '{"cell_type": "code", "source": "a"},' * (length // 38) + "{}]}",
    ),
    "XLSX, rows": (".xlsx", sheet),
    "XLSX, a diagonal": (".xlsx", diagonal),
    "XLSX, formats": (".xlsx", columns_of_styles),
    "PPTX, slides": (".pptx", slides),
    "PPTX, shapes": (".pptx", shapes),
    "ODT, items and notes": (".odt", items),
    "ODS, spans": (".ods", spanned),
    "RTF, paragraphs": (".rtf", lambda length: "{\\rtf1" + "{\\b a}\\par " * (length // 10) + "}"),
    "RTF, rows": (
        ".rtf",
        lambda length: "{\\rtf1" + "\\trowd\\clvmrg\\cellx9\\intbl a\\cell\\row " * (length // 30) + "}",
    ),
    "RTF, notes": (".rtf", lambda length: "{\\rtf1 a" + "{\\footnote b}" * (length // 10) + "}"),
    "RTF, styles": (".rtf", lambda length: "{\\rtf1{\\stylesheet" + "{a}" * (length // 3) + "}a}"),
    "JSON Lines, records": (".jsonl", lambda length: '{"text": "a", "title": "b"}\n' * (length // 30)),
}
"""By name: the suffix, and what makes a file from a length in characters."""
