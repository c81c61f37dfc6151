"""The parts of a Word document, and what kinds of documents are read."""

import pytest

from corpus.documents.content import ReadOptions
from corpus.errors import SourceError
from corpus.readers.docx.document import DOCX
from corpus.readers.formats import format_of
from tests.corpus.readers.files import (
    WORD_SPACES,
    archive,
    bytes_of,
    docx_of,
    only,
    outline,
    para,
    relationships,
    run,
)

KINDS = {
    "a.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "a.docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
    "a.dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "a.dotm": "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
}


@pytest.mark.parametrize("name", KINDS)
def test_documents_and_templates_are_read_with_and_without_macros(name: str) -> None:
    macros = {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0 AutoOpen"}
    data = docx_of(para("The ferry leaves at noon."), kind=KINDS[name], members=macros)
    assert only(data, name).text == "The ferry leaves at noon."
    assert only(data, "a.docx").text == "The ferry leaves at noon."


@pytest.mark.parametrize("main", ["word/document.xml", "word/document7.xml", "papers/main.xml", "Word/Document.xml"])
@pytest.mark.parametrize("kind", KINDS.values())
def test_the_main_part_is_the_one_that_the_package_names(main: str, kind: str) -> None:
    styles = '<w:style w:type="paragraph" w:styleId="a"><w:name w:val="heading 1"/></w:style>'
    data = docx_of(para("Of fees", properties='<w:pStyle w:val="a"/>'), main=main, kind=kind, styles=styles)
    assert format_of(bytes_of(data, "a.docx"), ReadOptions()) is DOCX
    assert outline(only(data, "a.docx")) == [("Of fees", 1, "Of fees")]


def test_a_part_is_found_however_its_name_is_written() -> None:
    body = f"<w:document {WORD_SPACES}><w:body>{para('Words.')}</w:body></w:document>"
    for target in ("/word/My%20document.xml", "word\\my document.xml", "./WORD/my document.xml"):
        members = {"_rels/.rels": relationships(officeDocument=target), "word/my document.xml": body}
        assert only(docx_of(para("Other."), members=members), "a.docx").text == "Words."


def test_a_strict_document_is_read_like_any_other() -> None:
    inside = para(
        "In 1871", run("2", '<w:vertAlign w:val="superscript"/>'), "<m:oMath><m:r><m:t>=x</m:t></m:r></m:oMath>"
    )
    note = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    notes = '<w:footnote w:id="1"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote>'
    styles = '<w:style w:type="paragraph" w:default="true" w:styleId="a"><w:name w:val="heading 3"/></w:style>'
    data = docx_of(inside + para("B", note), footnotes=notes, styles=styles)
    strict = strictly(data)
    assert only(strict, "a.docx").text == only(data, "a.docx").text == "In 1871²=x\n\nB\n\nA note."
    assert [level for _, level, _ in outline(only(strict, "a.docx"))] == [3, 3]


def strictly(data: bytes) -> bytes:
    """The same document in the namespaces of ISO/IEC 29500 Strict."""
    import io
    import zipfile

    spaces = {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "wordprocessingml/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/math": "officeDocument/math",
        "http://schemas.openxmlformats.org/drawingml/2006/main": "drawingml/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "officeDocument/relationships",
    }
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members = {name: packed.read(name).decode() for name in packed.namelist()}
    for old, new in spaces.items():
        members = {name: xml.replace(old, f"http://purl.oclc.org/ooxml/{new}") for name, xml in members.items()}
    return archive(members)


def test_headers_footers_comments_and_glossaries_are_not_text() -> None:
    other = f"<w:hdr {WORD_SPACES}>{para('Running head')}</w:hdr>"
    related = relationships(
        header="header1.xml", footer="header1.xml", comments="header1.xml", glossaryDocument="g.xml"
    )
    members = {"word/header1.xml": other, "word/g.xml": other, "word/_rels/document.xml.rels": related}
    comment = '<w:commentRangeStart w:id="0"/>', run("Words."), '<w:r><w:commentReference w:id="0"/></w:r>'
    body = para(*comment) + '<w:sectPr><w:headerReference r:id="header"/></w:sectPr>'
    assert only(docx_of(body, members=members), "a.docx").text == "Words."


def test_nothing_outside_the_file_is_read() -> None:
    external = relationships(footnotes="file:///etc/hostname").replace("/>", ' TargetMode="External"/>')
    outside = relationships(footnotes="../../../etc/hostname")
    for relations in (external, outside):
        body = para("Words.", '<w:r><w:footnoteReference w:id="1"/></w:r>')
        assert only(docx_of(body, members={"word/_rels/document.xml.rels": relations}), "a.docx").text == "Words."


def test_core_properties_are_metadata() -> None:
    core = (
        '<p xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        "<dc:title> Rules </dc:title><dc:creator>Ida Holm; Per Lie</dc:creator><keywords>fees, dues;quay</keywords>"
        "<dc:language>da</dc:language><dcterms:created>2019-03-04T10:00:00Z</dcterms:created></p>"
    )
    relations = relationships(officeDocument="word/document.xml", **{"core-properties": "docProps/core.xml"})
    members = {"_rels/.rels": relations, "docProps/core.xml": core}
    about = only(docx_of(para("Words."), members=members), "a.docx").metadata
    assert (about.title, about.authors, about.tags) == ("Rules", ("Ida Holm", "Per Lie"), ("fees", "dues", "quay"))
    assert (about.published, about.extra["created"]) == (None, "2019-03-04")
    members["docProps/core.xml"] = core.replace("2019-03-04", "2019-33-04")
    assert "created" not in only(docx_of(para("Words."), members=members), "a.docx").metadata.extra


@pytest.mark.parametrize(
    "members",
    [
        {"_rels/.rels": relationships(officeDocument="word/gone.xml")},
        {"word/document.xml": "<x/>"},
        {"word/document.xml": "<w:document"},
        {"word/styles.xml": "<w:styles", "word/_rels/document.xml.rels": relationships(styles="styles.xml")},
    ],
)
def test_a_document_whose_parts_are_damaged_is_refused(members: dict[str, str]) -> None:
    with pytest.raises(SourceError, match=r"^it is a damaged DOCX file; get a new copy, or save it again$"):
        only(docx_of(para("Words."), members=members), "a.docx")


def test_a_package_of_another_kind_is_no_word_document() -> None:
    other = "application/vnd.oasis.opendocument.text.main+xml"
    with pytest.raises(SourceError, match="ZIP archive"):
        only(docx_of(para("Words."), main="other/main.xml", kind=other), "a.docx")


@pytest.mark.parametrize("depth", [60, 80])
@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
        ("<w:p><w:r><w:txbxContent>", "</w:txbxContent></w:r></w:p>"),
        ("<w:txbxContent><w:txbxContent><w:txbxContent>", "</w:txbxContent></w:txbxContent></w:txbxContent>"),
        ("<w:sdt><w:sdtContent><w:ins>", "</w:ins></w:sdtContent></w:sdt>"),
        ("<w:ruby><w:rubyBase><w:r>", "</w:r></w:rubyBase></w:ruby>"),
        ("<m:oMath><m:sSup><m:e>", "</m:e></m:sSup></m:oMath>"),
        ("<mc:AlternateContent><mc:Choice><w:r>", "</w:r></mc:Choice></mc:AlternateContent>"),
    ],
)
def test_a_document_that_is_as_deep_as_xml_may_be_is_read(opening: str, closing: str, depth: int) -> None:
    inside = "<m:r><m:t>Deep.</m:t></m:r>" if opening.startswith("<m:") else para("Deep.")
    assert only(docx_of(opening * depth + inside + closing * depth), "a.docx").text == "Deep."
