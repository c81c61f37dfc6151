"""Small presentations, workbooks and OpenDocument files, made from the XML of what matters in a test."""

from collections.abc import Mapping, Sequence

from tests.corpus.readers.files import archive

__all__ = [
    "flat",
    "notes",
    "open_document",
    "presentation",
    "relations",
    "shape",
    "sheet_xml",
    "slide",
    "text_document",
    "workbook",
]

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
CORE = (
    f'{XML}<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:title>Pilot rota</dc:title>'
    "<dc:creator>Ana Ruiz; Bo Lind</dc:creator><cp:keywords>pilots, harbour</cp:keywords>"
    "<dcterms:created>2021-04-05T06:07:08Z</dcterms:created></cp:coreProperties>"
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
Row = Sequence[str | float | None]
SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"


def relations(*targets: tuple[str, str], mode: str = "") -> str:
    """Relationships r1, r2, …, each given as its type and its target."""
    each = "".join(
        f'<Relationship Id="r{at}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'
        for at, (kind, target) in enumerate(targets, start=1)
    )
    return f'{XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}</Relationships>'


def sheet_xml(rows: str, before: str = "", after: str = "") -> str:
    return f'{XML}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def grid(rows: Sequence[Row]) -> str:
    """Rows of texts and numbers from A1 on."""
    return "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            if isinstance(cell, str)
            else f'<c r="{chr(65 + at)}{number}"><v>{cell}</v></c>'
            for at, cell in enumerate(row)
            if cell is not None
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )


def workbook(
    sheets: Mapping[str, str],
    *,
    strings: Sequence[str] = (),
    formats: Sequence[str] = (),
    hidden: Sequence[str] = (),
    about: str = "",
    members: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook.

    Args:
        sheets: XML of each sheet by its name.
        strings: XML of the shared texts.
        formats: Number formats of the styles 1, 2, ….
        hidden: Names of hidden sheets.
        about: Attributes of the workbook's properties.
        members: More members of the archive, or others instead.
    """
    state = dict.fromkeys(hidden, 'state="hidden"')
    listed = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="r{at}" {state.get(name, "")}/>'
        for at, name in enumerate(sheets, start=1)
    )
    codes = "".join(f'<numFmt numFmtId="{200 + at}" formatCode="{code}"/>' for at, code in enumerate(formats))
    used = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{200 + at}"/>' for at in range(len(formats)))
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml"), ("core-properties", "docProps/core.xml")),
        "docProps/core.xml": CORE,
        "xl/workbook.xml": (
            f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            f"<workbookPr {about}/><sheets>{listed}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": relations(
            *(("worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(sheets) + 1)),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        ),
        "xl/sharedStrings.xml": f'{XML}<sst xmlns="{MAIN}">{"".join(f"<si>{each}</si>" for each in strings)}</sst>',
        "xl/styles.xml": (
            f'{XML}<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts><cellXfs>{used}</cellXfs></styleSheet>'
        ),
    }
    parts |= {f"xl/worksheets/sheet{at}.xml": xml for at, xml in enumerate(sheets.values(), start=1)}
    return archive(parts | dict(members or {}))


def shape(*paragraphs: str, kind: str = "", box: tuple[int, int, int, int] | None = None, about: str = "") -> str:
    """A shape with text.

    Args:
        paragraphs: Texts, or the XML of paragraphs.
        kind: Type of its placeholder.
        box: Left, top, width and height.
        about: Attributes of its name.
    """
    place = f'<p:ph type="{kind}"/>' if kind else ""
    where = (
        f'<a:xfrm><a:off x="{box[0]}" y="{box[1]}"/><a:ext cx="{box[2]}" cy="{box[3]}"/></a:xfrm>'
        if box is not None
        else ""
    )
    texts = "".join(
        each if each.startswith("<a:p>") else f"<a:p><a:r><a:t>{each}</a:t></a:r></a:p>" for each in paragraphs
    )
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="n" {about}/><p:nvPr>{place}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{where}</p:spPr><p:txBody>{texts}</p:txBody></p:sp>"
    )


def slide(*shapes: str, about: str = "", root: str = "sld") -> str:
    return (
        f'{XML}<p:{root} xmlns:p="{SLIDE}" xmlns:a="{DRAWING}" xmlns:r="{OFFICE}" xmlns:mc="m" xmlns:c="c" '
        f'xmlns:dgm="g" {about}>'
        f"<p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld></p:{root}>"
    )


def notes(*shapes: str) -> str:
    return slide(*shapes, root="notes")


def presentation(*slides: str, members: Mapping[str, str | bytes] | None = None) -> bytes:
    """A presentation of slides, given as XML."""
    listed = "".join(f'<p:sldId id="{at}" r:id="r{at}"/>' for at in range(1, len(slides) + 1))
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml"), ("core-properties", "docProps/core.xml")),
        "docProps/core.xml": CORE,
        "ppt/presentation.xml": (
            f'{XML}<p:presentation xmlns:p="{SLIDE}" xmlns:r="{OFFICE}">'
            f"<p:sldIdLst>{listed}</p:sldIdLst></p:presentation>"
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            *(("slide", f"slides/slide{at}.xml") for at in range(1, len(slides) + 1))
        ),
    }
    parts |= {f"ppt/slides/slide{at}.xml": xml for at, xml in enumerate(slides, start=1)}
    return archive(parts | dict(members or {}))


NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("style", "style"),
        ("draw", "drawing"),
        ("svg", "svg-compatible"),
        ("presentation", "presentation"),
        ("meta", "meta"),
        ("fo", "xsl-fo-compatible"),
    )
)
META = (
    f'{XML}<office:document-meta {NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
    "<dc:title>Pilot rota</dc:title><meta:initial-creator>Ana Ruiz</meta:initial-creator>"
    "<dc:language>en-GB</dc:language>"
    "<meta:keyword>pilots</meta:keyword><meta:creation-date>2021-04-05T06:07:08</meta:creation-date>"
    "</office:meta></office:document-meta>"
)


def open_document(
    kind: str, body: str, styles: str = "", *, common: str = "", members: Mapping[str, str | bytes] | None = None
) -> bytes:
    """An OpenDocument file: `text`, `spreadsheet` or `presentation`, with styles of its content and common ones."""
    parts: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": (
            f"{XML}<office:document-content {NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
        ),
        "styles.xml": (
            f"{XML}<office:document-styles {NAMESPACES}>"
            f"<office:styles>{common}</office:styles></office:document-styles>"
        ),
        "meta.xml": META,
    }
    return archive(parts | dict(members or {}), packed=False)


def text_document(body: str, styles: str = "", common: str = "") -> bytes:
    return open_document("text", body, styles, common=common)


def flat(kind: str, body: str) -> bytes:
    """An OpenDocument file that is one XML document."""
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return (
        f'{XML}<office:document {NAMESPACES} office:mimetype="{mime}"><office:body><office:{kind}>{body}'
        f"</office:{kind}></office:body></office:document>"
    ).encode()
