"""DOCX: relations that loop or lead elsewhere, deep bodies, merged cells, notes, hard XML, archives that lie."""

import functools
import io
import zipfile
from collections.abc import Callable, Mapping

import docx

from tests.hostile.generators.archives import Members, archive_kinds
from tests.hostile.generators.draw import MARKER, Draw
from tests.hostile.generators.xml import hostile_xml

__all__ = ["KINDS"]

NAMESPACE = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
BODY, RELS, TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
TARGETS = (
    *(
        "document.xml",
        "../word/document.xml",
        "/word/document.xml",
        "styles.xml",
        "footnotes.xml",
        "gone.xml",
        "",
        "#",
        "/",
    ),
    *(
        "../../../etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1/a",
        "NULL",
        "a" * 9000,
        "../_rels/.rels",
        ".",
        "%00",
    ),
)
KINDS_OF_RELATION = (
    "styles",
    "footnotes",
    "endnotes",
    "image",
    "hyperlink",
    "attachedTemplate",
    "settings",
    "oleObject",
    "x",
)
WORDS = f"<w:p><w:r><w:t>{MARKER} a b</w:t></w:r></w:p>"


@functools.cache
def _whole() -> Mapping[str, bytes]:
    """The members of an empty document."""
    buffer = io.BytesIO()
    docx.Document().save(buffer)
    with zipfile.ZipFile(buffer) as file:
        return {name: file.read(name) for name in file.namelist()}


def members(body: str = WORDS, changed: Members | None = None) -> Members:
    """A document with this body, and with other members changed or added."""
    document = f"<w:document {NAMESPACE}><w:body>{body}</w:body></w:document>"
    return {**_whole(), BODY: document.encode(errors="replace"), **(changed or {})}


def deep(draw: Draw) -> Members:
    """Tables in cells of tables, boxes in boxes, changes in changes."""
    opening, closing = draw.choice(
        (
            ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
            ("<w:ins>", "</w:ins>"),
            ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
            ("<w:p><w:r>", "</w:r></w:p>"),
            ("<w:hyperlink>", "</w:hyperlink>"),
        )
    )
    depth = draw.many(len(opening), 50_000)
    return members(opening * depth + WORDS + closing * draw.choice((depth, depth, 0)))


def tables(draw: Draw) -> Members:
    """Cells that span thousands, go on from above, or are missing; rows that begin late."""
    number = draw.choice(("1", "63", "5000", "1000000", "-1", "0", "a", "99999999999"))
    parts = (
        f'<w:gridSpan w:val="{number}"/>',
        "<w:vMerge/>",
        '<w:vMerge w:val="restart"/>',
        f'<w:hMerge w:val="{number}"/>',
        "",
    )
    before = f'<w:trPr><w:gridBefore w:val="{number}"/><w:gridAfter w:val="{number}"/></w:trPr>'

    def row() -> str:
        cells = (f"<w:tc><w:tcPr>{draw.choice(parts)}</w:tcPr>{WORDS}</w:tc>" for _ in range(draw.randint(0, 12)))
        return f"<w:tr>{draw.choice(('', '', before))}{''.join(cells)}</w:tr>"

    grid = "<w:tblGrid>" + "<w:gridCol/>" * draw.choice((0, 1, 12, 3000)) + "</w:tblGrid>"
    return members(f"<w:tbl>{grid}{draw.filled(row)}</w:tbl>")


def paragraphs(draw: Draw) -> Members:
    """Very many paragraphs, runs, breaks and tabs, with styles that are headings, or are not there."""
    styles = ("Heading1", "Title", "Gone", "a" * 900, "Heading 99", "")

    def one() -> str:
        style = f'<w:pPr><w:pStyle w:val="{draw.choice(styles)}"/></w:pPr>'
        inside = draw.choice(("<w:t>a b</w:t>", "<w:br/>" * 50, "<w:tab/>", "<w:t/>", "<w:noBreakHyphen/>", "<w:sym/>"))
        return f"<w:p>{draw.choice(('', style))}<w:r>{inside}</w:r></w:p>"

    return members(draw.filled(one))


def one_paragraph(draw: Draw) -> Members:
    """One paragraph of very many runs, or of one run of a very long word."""
    runs = draw.choice(
        (
            draw.full("<w:r><w:t>a</w:t></w:r>"),
            f"<w:r><w:t>{draw.full(draw.choice(('a', 'a ', '9', '— ')))}</w:t></w:r>",
        )
    )
    return members(f"<w:p>{runs}</w:p>")


def relations(draw: Draw) -> Members:
    """Relations of the document or of the package that loop, lead elsewhere, or come twice."""

    def one() -> str:
        mode = draw.choice(("", "", ' TargetMode="External"', ' TargetMode="a"'))
        kind = f"{RELATIONS}/{draw.choice(KINDS_OF_RELATION)}"
        return f'<Relationship Id="r{draw.randrange(40)}" Type="{kind}" Target="{draw.choice(TARGETS)}"{mode}/>'

    listed = "".join(one() for _ in range(draw.many(200, 3000)))
    own = (
        f'<Relationship Id="o" Type="{RELATIONS}/officeDocument" Target="word/document.xml"/>'
        if draw.chance(0.7)
        else ""
    )
    name = draw.choice((RELS, "_rels/.rels", "word/_rels/styles.xml.rels"))
    return members(changed={name: f'<Relationships xmlns="{PACKAGE}">{own}{listed}</Relationships>'.encode()})


def notes(draw: Draw) -> Members:
    """Footnotes that refer to themselves, by the thousand, or of every type."""
    kinds = ("", ' w:type="separator"', ' w:type=""', f' w:id="{draw.randrange(9)}"')
    reference = '<w:p><w:r><w:footnoteReference w:id="1"/></w:r></w:p>'
    listed = draw.filled(lambda: f"<w:footnote{draw.choice(kinds)}>{draw.choice((WORDS, reference, ''))}</w:footnote>")
    relation = (
        f'<Relationship Id="n" Type="{RELATIONS}/footnotes" Target="{draw.choice(("footnotes.xml", "document.xml"))}"/>'
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    override = f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'.encode()
    return members(
        WORDS + reference,
        {
            "word/footnotes.xml": f"<w:footnotes {NAMESPACE}>{listed}</w:footnotes>".encode(),
            RELS: _whole()[RELS].replace(
                b"</Relationships>", relation.encode() * draw.choice((1, 60)) + b"</Relationships>"
            ),
            TYPES: _whole()[TYPES].replace(b"</Types>", override),
        },
    )


def styles(draw: Draw) -> Members:
    """Styles based on each other in a circle, of one name, or by the thousand."""
    one = '<w:style w:type="paragraph" w:styleId="{0}"><w:name w:val="{0}"/><w:basedOn w:val="{1}"/></w:style>'
    count = draw.many(120, 20_000)
    listed = "".join(one.format(f"S{at}", f"S{(at + 1) % count}") for at in range(count))
    body = f'<w:p><w:pPr><w:pStyle w:val="S0"/></w:pPr><w:r><w:t>{MARKER}</w:t></w:r></w:p>'
    return members(
        body * draw.choice((1, 300)), {"word/styles.xml": f"<w:styles {NAMESPACE}>{listed}</w:styles>".encode()}
    )


def inside(draw: Draw) -> Members:
    """Open fields, boxes, alternatives, notes, symbols, equations and changes, in any order and depth."""
    field = (
        '<w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="99"/></w:ddList></w:ffData></w:fldChar>'
    )
    leaves = (
        *(f"<w:r><w:t>{MARKER} 9</w:t></w:r>", '<w:sym w:font="Symbol" w:char="F0B3"/>', '<w:sym w:char="110000"/>'),
        *(f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end", "a")),
        *(field, "<w:sym/>", "<w:instrText>a</w:instrText>", "<w:altChunk/>", "<m:e/>", "<m:r><m:t>9</m:t></m:r>"),
        *('<w:footnoteReference w:id="1"/>', "<w:endnoteReference/>", "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"),
        '<w:rPr><w:vanish w:val="a"/><w:vertAlign w:val="b"/></w:rPr>',
    )
    around = (
        *("w:p", "w:r", "w:ins", "w:del", "w:moveFrom", "w:sdtContent", "w:txbxContent", "w:ruby", "w:rubyBase"),
        *("mc:AlternateContent", "mc:Choice", "w:tbl", "w:tr", "w:tc", "m:oMath", "m:oMathPara", "m:f", "m:num"),
        *("m:den", "m:sSup", "m:e", "m:sup", "m:d", "m:nary", "m:rad", "m:m", "m:mr", "m:func", "m:fName"),
    )

    def one() -> str:
        names = [draw.choice(around) for _ in range(draw.randint(0, 6))]
        within = "".join(draw.choice(leaves) for _ in range(draw.randint(0, 4)))
        return "".join(f"<{name}>" for name in names) + within + "".join(f"</{name}>" for name in reversed(names))

    return members(draw.filled(one))


def numbers(draw: Draw) -> Members:
    """Lists with odd levels, formats and starts, that name each other in a circle, or are not there."""
    values = ("0", "1", "8", "9", "-1", "a", "2147483647", "9" * 5000, "")
    forms = (
        "decimal",
        "upperRoman",
        "lowerLetter",
        "ordinalText",
        "bullet",
        "none",
        "hebrew2",
        "chicago",
        "x",
        "01, 02",
    )
    patterns = ("%1.%2.%3", "%9%8%7", "%%1%0%a", "a" * 5000, "", "\uf0b7")

    def value() -> str:
        return draw.choice(values)

    def level() -> str:
        form = f'<w:start w:val="{value()}"/><w:numFmt w:val="{draw.choice(forms)}"/><w:lvlRestart w:val="{value()}"/>'
        return f'<w:lvl w:ilvl="{value()}">{form}<w:lvlText w:val="{draw.choice(patterns)}"/></w:lvl>'

    def listed(name: int) -> str:
        override = f'<w:startOverride w:val="{value()}"/>{draw.choice(("", level()))}'
        overrides = f'<w:lvlOverride w:ilvl="{value()}">{override}</w:lvlOverride>'
        return f'<w:num w:numId="{name}"><w:abstractNumId w:val="{value()}"/>{overrides}</w:num>'

    def one() -> str:
        about = f'<w:numPr><w:ilvl w:val="{value()}"/><w:numId w:val="{value()}"/></w:numPr>'
        return f"<w:p><w:pPr>{about}</w:pPr><w:r><w:t>{MARKER}</w:t></w:r></w:p>"

    link = draw.choice(("", '<w:numStyleLink w:val="L"/>', '<w:styleLink w:val="L"/>'))
    levels = "".join(level() for _ in range(12))
    kinds = "".join(f'<w:abstractNum w:abstractNumId="{at}">{link}{levels}</w:abstractNum>' for at in ("0", "1", "a"))
    lists = kinds + "".join(listed(name) for name in range(9))
    style = '<w:style w:type="numbering" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    relations = "".join(
        f'<Relationship Id="{kind}" Type="{RELATIONS}/{kind}" Target="{kind}.xml"/>' for kind in ("numbering", "styles")
    )
    return members(
        draw.filled(one),
        {
            "word/numbering.xml": f"<w:numbering {NAMESPACE}>{lists}</w:numbering>".encode(),
            "word/styles.xml": f"<w:styles {NAMESPACE}>{style}</w:styles>".encode(),
            RELS: f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>'.encode(),
        },
    )


def properties(draw: Draw) -> Members:
    """Core properties of wrong types, twice, or endless."""
    dates = (
        "2017-01-19T00:00:00Z",
        "0000-00-00",
        "9999-99-99T99:99:99Z",
        "a",
        "",
        "1" * 4000,
        "2017-01-19T00:00:00+99:99",
    )
    names = (
        "dcterms:created",
        "dc:title",
        "dc:creator",
        "cp:keywords",
        "dc:language",
        "cp:revision",
        "dcterms:modified",
    )
    values = (*dates, MARKER, "a;" * 5000, "-1", "\u202e", "&#10;", "<a/>")
    listed = draw.filled(lambda: "<{0}>{1}</{0}>".format(draw.choice(names), draw.choice(values)))
    spaces = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    core = (
        f'<cp:coreProperties xmlns:cp="{spaces}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:dcterms="http://purl.org/dc/terms/">{listed}</cp:coreProperties>'
    )
    return members(changed={"docProps/core.xml": core.encode()})


def xml_parts(draw: Draw) -> Members:
    """One of its parts of XML is hostile."""
    roots = {
        BODY: f"w:document {NAMESPACE}",
        TYPES: 'Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"',
        RELS: f'Relationships xmlns="{PACKAGE}"',
        "_rels/.rels": f'Relationships xmlns="{PACKAGE}"',
        "word/styles.xml": f"w:styles {NAMESPACE}",
        "docProps/core.xml": "coreProperties",
    }
    name = draw.choice(list(roots))
    return members(changed={name: hostile_xml(draw, roots[name])})


PARTS: tuple[Callable[[Draw], Members], ...] = (
    *(deep, tables, paragraphs, one_paragraph, inside, numbers, relations, notes, styles),
    *(properties, xml_parts),
)


KINDS = archive_kinds(PARTS, members)
