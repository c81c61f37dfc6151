"""Small files of each format, made from their parts."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import docx

from corpus.documents.content import ReadOptions
from corpus.documents.document import SourceDocument
from corpus.files.source import SourceBytes
from corpus.readers.reading import read_documents
from corpus.readers.record_problems import SourceProblem

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
OPF = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>La tregua</dc:title><dc:creator>Ana Ruiz</dc:creator><dc:creator>Luis Paz</dc:creator>
<dc:publisher>Example Press</dc:publisher><dc:date>2017-01-19T00:00:00Z</dc:date><dc:language>en-GB</dc:language>
<dc:identifier>https://example.org/truce</dc:identifier><dc:subject>truce</dc:subject></metadata><manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="two" href="text/two.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one%20.xhtml" media-type="application/xhtml+xml"/>
<item id="css" href="style.css" media-type="text/css"/></manifest>
<spine><itemref idref="one"/><itemref idref="two"/><itemref idref="gone"/></spine></package>"""
NAV = """<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol><li><a href="text/one%20.xhtml">One, by name</a></li>
<li><a href="text/two.xhtml#a">Two, by name</a></li></ol></nav></body></html>"""


def bytes_of(data: str | bytes, name: str) -> SourceBytes:
    return SourceBytes(Path("/documents") / name, data if isinstance(data, bytes) else data.encode())


def items(data: str | bytes, name: str, options: ReadOptions | None = None) -> list[SourceDocument | SourceProblem]:
    return list(read_documents(bytes_of(data, name), options))


def only(data: str | bytes, name: str, options: ReadOptions | None = None) -> SourceDocument:
    (document,) = items(data, name, options)
    assert isinstance(document, SourceDocument)
    return document


def outline(document: SourceDocument) -> list[tuple[str, int, str]]:
    """Title and level of each section, with the line at its start."""
    return [(s.title, s.level, document.text[s.start :].split("\n", 1)[0]) for s in document.sections]


def page_texts(document: SourceDocument) -> list[str]:
    ends = [*document.pages[1:], len(document.text)]
    return [document.text[start:end].strip() for start, end in zip(document.pages, ends, strict=True)]


def at_one_time(name: str, method: int) -> zipfile.ZipInfo:
    """A member of an archive that is the same whenever it is made."""
    member = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
    member.compress_type = method
    return member


def archive(members: Mapping[str, str | bytes], *, packed: bool = True) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        for name, data in members.items():
            file.writestr(at_one_time(name, zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED), data)
    return buffer.getvalue()


def epub(
    one: str = "<p>First words.</p>",
    two: str = "<h2>Second</h2><p>More.</p>",
    members: Mapping[str, str | bytes] | None = None,
) -> bytes:
    page = "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head><body>{}</body></html>"
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": OPF,
            "OEBPS/nav.xhtml": NAV,
            "OEBPS/text/one .xhtml": page.format(one),
            "OEBPS/text/two.xhtml": page.format(two),
            **(members or {}),
        }
    )


def word(title: str = "", author: str = "") -> bytes:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, author
    document.add_heading("The truce", 0)
    document.add_paragraph("It began in 2012.")
    document.add_heading("Its end", 2)
    document.add_paragraph("It ended\nin 2014.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip([c for row in table.rows for c in row.cells], ["Year", "Dead", "2012", "2,594"], strict=True):
        cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


WORD_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def relationships(**targets: str) -> str:
    """A part with relationships; each is named like the last word of its type."""
    listed = "".join(f'<Relationship Id="{n}" Type="{_RELATIONS}/{n}" Target="{to}"/>' for n, to in targets.items())
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def docx_of(
    body: str,
    *,
    main: str = "word/document.xml",
    kind: str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    members: Mapping[str, str | bytes] | None = None,
    styles: str = "",
    numbering: str = "",
    footnotes: str = "",
    endnotes: str = "",
) -> bytes:
    """A Word document with this body. Each further part, such as `styles`, is given by the XML inside its root."""
    folder, _, name = main.rpartition("/")
    given = {"styles": styles, "numbering": numbering, "footnotes": footnotes, "endnotes": endnotes}
    parts = {part: xml for part, xml in given.items() if xml}
    types = f'<Types xmlns="{_PACKAGE}/content-types"><Override PartName="/{main}" ContentType="{kind}"/></Types>'
    return archive(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": relationships(officeDocument=main),
            main: f"<w:document {WORD_SPACES}><w:body>{body}</w:body></w:document>",
            f"{folder}/_rels/{name}.rels": relationships(**{part: f"{part}.xml" for part in parts}),
            **{f"{folder}/{p}.xml": f"<w:{p} {WORD_SPACES}>{xml}</w:{p}>" for p, xml in parts.items()},
            **(members or {}),
        }
    )


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def para(*inside: str, properties: str = "") -> str:
    """A paragraph with this XML; without markup, it is a run."""
    pieces = "".join(one if one.startswith("<") else run(one) for one in inside)
    return f"<w:p><w:pPr>{properties}</w:pPr>{pieces}</w:p>"


def mail(
    body: str | bytes = "The pilot comes at noon.\n",
    kind: str = "text/plain; charset=utf-8",
    subject: str = "Pilot",
    message_id: str = "",
    **headers: str,
) -> bytes:
    """A message from Ana Ruiz to Luis Paz; underscores in names of headers are hyphens."""
    lines = [
        *("From: Ana Ruiz <ana@harbour.example>", "To: Luis Paz <luis@harbour.example>", f"Subject: {subject}"),
        *("Date: Mon, 6 May 2019 23:30:00 -0600", "MIME-Version: 1.0", f"Content-Type: {kind}"),
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        *([f"Message-ID: <{message_id}>"] if message_id else []),
    ]
    return "\n".join([*lines, "", ""]).encode() + (body if isinstance(body, bytes) else body.encode())


def parts(*each: str | bytes, kind: str = "mixed", edge: str = "edge") -> tuple[bytes, str]:
    """The body and the media type of a multipart."""
    pieces = [one if isinstance(one, bytes) else one.encode() for one in each]
    marked = b"".join(f"--{edge}\n".encode() + piece + b"\n" for piece in pieces)
    return marked + f"--{edge}--\n".encode(), f'multipart/{kind}; boundary="{edge}"'


def attachment(data: bytes, name: str, kind: str = "application/octet-stream") -> bytes:
    """A part with a file."""
    head = f'Content-Type: {kind}; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
    return f"{head}Content-Transfer-Encoding: base64\n\n".encode() + base64.encodebytes(data)


def mailbox(*messages: bytes) -> bytes:
    return b"".join(b"From ana@harbour.example Mon May  6 23:30:00 2019\n" + each + b"\n\n" for each in messages)


def pdf(
    pages: Sequence[Sequence[str]],
    info: str = "",
    extra: Sequence[str] = (),
    catalog: str = "",
    password: str | None = None,
    page: str = "",
    font: str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
) -> bytes:
    """A PDF whose pages have these lines, 14 points apart; an empty line leaves a gap.

    `page` stands in each page, `catalog` in the catalog; `FIRST` is the number of the first object of `extra`.
    """
    first = str(5 + 2 * len(pages))
    cipher = None if password is None else _Cipher(password)
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".replace("FIRST", first),
        "",
        font.replace("FIRST", first),
    ]
    kids = []
    for lines in pages:
        drawn = "".join(f"1 0 0 1 72 {720 - 14 * at} Tm ({line}) Tj " for at, line in enumerate(lines) if line)
        stream = f"BT /F1 11 Tf {drawn}ET"
        if cipher is not None:
            stream = cipher.stream(stream, len(objects) + 1)
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> {page.replace('FIRST', first)} >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< {info} >>")
    info_number = len(objects)
    objects.extend(text.replace("FIRST", first) for text in extra)
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {info_number} 0 R {cipher.trailer if cipher else ''} >>"
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n{trailer}\nstartxref\n{len(out)}\n%%EOF\n"
    return out + end.encode("latin-1")


class _Cipher:
    """The standard security handler of PDF 1.4, revision 2: RC4 with 40 bits."""

    PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")

    def __init__(self, password: str) -> None:
        padded = (password.encode() + self.PADDING)[:32]
        owner = _rc4(_md5(padded)[:5], padded)
        self._key = _md5(padded + owner + b"\xfc\xff\xff\xff" + b"footnote")[:5]
        user = _rc4(self._key, self.PADDING)
        self.trailer = (
            f"/ID [<{b'footnote'.hex()}> <{b'footnote'.hex()}>] "
            f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{owner.hex()}> /U <{user.hex()}> >>"
        )

    def stream(self, text: str, number: int) -> str:
        key = _md5(self._key + number.to_bytes(3, "little") + b"\0\0")[:10]
        return _rc4(key, text.encode("latin-1")).decode("latin-1")


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
