import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents.content import Content, ReadOptions
from corpus.documents.document import SourceDocument
from corpus.errors import SourceError
from corpus.files.source import SourceBytes, read_bytes
from corpus.readers import formats
from corpus.readers.conversion import document_of
from corpus.readers.discovery import find_files
from corpus.readers.docx.document import DOCX
from corpus.readers.epub import EPUB
from corpus.readers.formats import FORMATS, SUFFIXES, Format, format_of, reader_version
from corpus.readers.html.page import HTML
from corpus.readers.mail.eml import EML
from corpus.readers.mail.mbox import MBOX
from corpus.readers.mail.mhtml import MHTML
from corpus.readers.markup.headings import ASCIIDOC, ORG, RST
from corpus.readers.markup.notebook import IPYNB
from corpus.readers.office.opendocument.documents import ODT
from corpus.readers.office.opendocument.slides import ODP
from corpus.readers.office.opendocument.spreadsheets import ODS
from corpus.readers.office.presentations import PPTX
from corpus.readers.office.rtf.documents import RTF
from corpus.readers.office.workbooks import XLSX
from corpus.readers.pdf.pages import PDF
from corpus.readers.records import CSV, JSON, JSON_LINES
from corpus.readers.subtitles.subtitles import SRT, VTT
from corpus.readers.text import MARKDOWN, TEXT
from tests.corpus.readers.files import archive, bytes_of, epub, mail, mailbox, pdf, word
from tests.corpus.readers.office.files import flat, open_document, presentation, shape, sheet_xml, slide, workbook
from tests.corpus.samples import UNHURRIED, is_clause, read_document

OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "__properties_version1.0".encode("utf-16-le")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.pdf", pdf([["Text."]]), PDF),
        ("a.txt", pdf([["Text."]]), PDF),
        ("a.pdf", b"some bytes before the header\n" + pdf([["Text."]]), PDF),
        ("a.doc", word(), DOCX),
        ("a.zip", epub(), EPUB),
        ("a.html", b"No tag at all.", HTML),
        ("a.txt", b"<!DOCTYPE html>\n<p>Text.", HTML),
        ("a", b"\xef\xbb\xbf<?xml version='1.0'?><!-- x --><html lang='en'><p>Text.", HTML),
        ("a.md", b"<div>Markdown with HTML in it</div>", MARKDOWN),
        ("a.txt", b"<html-like> it is not", TEXT),
        ("a.txt", b"How to write %PDF- headers", TEXT),
        ("a.txt", b'{"_id": "1", "text": "A record."}\n', JSON_LINES),
        ("a.txt", b'{"_id": "1"} is no record', TEXT),
        ("a.jsonl", b"broken", JSON_LINES),
        ("a.jsonl", b'[{"text": "A record."}]', JSON),
        ("a.json", b'{"text": "A record."}', JSON_LINES),
        ("a.json", b"broken", JSON),
        ("a.txt", b'[{"text": "Text."}]', TEXT),
        ("a.eml", mail(), EML),
        ("a.mht", mail(), MHTML),
        ("a.txt", mail(), TEXT),
        ("a.mbox", mailbox(mail()), MBOX),
        ("a.eml", mailbox(mail()), EML),
        ("a.srt", b"broken", SRT),
        ("a.vtt", b"WEBVTT\n", VTT),
        ("a.ipynb", b'{"cells": []}', IPYNB),
        ("a.rst", b"Words.", RST),
        ("a.org", b"Words.", ORG),
        ("a.adoc", b"Words.", ASCIIDOC),
        ("a.CSV", b"id,text\n1,Text.\n", CSV),
        ("a.ppt", presentation(slide(shape("Words."))), PPTX),
        ("a.xls", workbook({"Sheet": sheet_xml("")}), XLSX),
        ("a.zip", open_document("text", ""), ODT),
        ("a.zip", open_document("spreadsheet", ""), ODS),
        ("a.zip", open_document("presentation", ""), ODP),
        ("a.zip", open_document("text-template", ""), ODT),
        ("a.xml", flat("text", ""), ODT),
        ("a.doc", b"{\\rtf1 Words}", RTF),
        ("a.txt", "Text.".encode("utf-16"), TEXT),
    ],
)
def test_a_format_comes_from_the_content_else_from_the_name(name: str, data: bytes, expected: Format) -> None:
    assert format_of(bytes_of(data, name), ReadOptions()) is expected


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"Plain words.", "it is named .pdf but does not begin like one; it is text"),
        ("a.docx", b"\0\1\2", "it is named .docx but does not begin like one; it is a damaged file"),
        ("README", b"Plain words.", "its format is not supported"),
        ("a.txt~", b"Plain words.", "its format is not supported"),
        ("a.txt.gz", b"\x1f\x8b\x08", "it is a gzip archive; unpack it"),
        ("a.docx", word()[:-30], "it is a cut or damaged .docx file"),
        ("a.docx", archive({"inner.docx": word()}), "it is a ZIP archive, not a document; unpack it"),
        ("a.docx", archive({"inner.docx": word()}, packed=False), "it is a ZIP archive, not a document; unpack it"),
    ],
)
def test_what_cannot_be_read_is_refused_by_what_it_is(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(SourceError) as refused:
        format_of(bytes_of(data, name), ReadOptions())
    assert str(refused.value).startswith(reason)
    assert is_clause(str(refused.value))


PROLOG = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*){0,6}<(?:!doctype\s+html|html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
"""What may stand before a page, said by one pattern; it takes exponential time for more comments."""

PIECES = [
    b"\xef\xbb\xbf",
    b" ",
    b"\n",
    b"<?xml a?>",
    b"<?XML",
    b"<!--",
    b"-->",
    b"a",
    b"<!-->",
    b"<html>",
    b"<!DocType html",
]


@UNHURRIED
@given(st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join))
def test_text_before_a_page_does_not_hide_it(data: bytes) -> None:
    told = format_of(SourceBytes(Path("a.txt"), data), ReadOptions())
    assert (told is HTML) == (PROLOG.match(data) is not None)


def test_any_number_of_comments_may_stand_before_a_page() -> None:
    for comments in (1, 40, 10_000):
        assert format_of(SourceBytes(Path("a.txt"), b"<!-- a -->\n" * comments + b"<html>"), ReadOptions()) is HTML
        assert format_of(SourceBytes(Path("a.txt"), b"<!-- a -->\n" * comments + b"Words."), ReadOptions()) is TEXT


def test_a_comment_as_long_as_a_text_is_none() -> None:
    for length, kind in ((2000, HTML), (2001, TEXT)):
        data = b"<!--" + b"a" * length + b"--><html>"
        assert format_of(SourceBytes(Path("a.txt"), data), ReadOptions()) is kind


class Shouted:
    """A format as another module would define it."""

    media_type = "text/x-shouted"
    suffixes = (".shout",)
    has_signature = True
    version = 7

    def matches(self, file: SourceBytes, options: ReadOptions) -> bool:
        return file.data.startswith(b"SHOUT ")

    def read(self, file: SourceBytes, options: ReadOptions) -> Iterator[SourceDocument]:
        content = Content(file.data.removeprefix(b"SHOUT ").decode().capitalize())
        yield document_of(file, self.media_type, content, options)


def test_a_format_is_an_instance_and_a_line_in_the_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shouted: Format = Shouted()
    monkeypatch.setattr(formats, "FORMATS", (shouted, *FORMATS))
    monkeypatch.setitem(SUFFIXES, ".shout", shouted)
    (tmp_path / "a.shout").write_bytes(b"SHOUT THE TRUCE BEGAN.")
    [found] = find_files([tmp_path]).files
    document = read_document(read_bytes(found))
    assert (document.text, document.media_type) == ("The truce began.", "text/x-shouted")
    assert (document.reader_version, reader_version("text/x-shouted")) == (7, 7)
    with pytest.raises(SourceError, match=r"^it is named \.shout but does not begin like one"):
        read_document(bytes_of(b"whispered", "b.shout"))


def test_the_version_of_a_format_is_that_of_its_media_type() -> None:
    assert {each.media_type: reader_version(each.media_type) for each in FORMATS} == {
        each.media_type: each.version for each in FORMATS
    }
    assert reader_version("text/x-unknown") == 1
    assert read_document(bytes_of(b"The truce began.", "a.txt")).reader_version == TEXT.version > 1


def test_every_suffix_belongs_to_one_format() -> None:
    assert len(SUFFIXES) == sum(len(each.suffixes) for each in FORMATS)
    assert len({each.media_type for each in FORMATS}) == len(FORMATS)


def test_detecting_a_format_imports_no_parser() -> None:
    program = (
        "import sys, pathlib; from corpus.readers.formats import format_of; from corpus.files import SourceBytes; "
        "from corpus.documents import ReadOptions; "
        "format_of(SourceBytes(pathlib.Path('a.txt'), b'%PDF-1.7'), ReadOptions()); "
        "format_of(SourceBytes(pathlib.Path('a.txt'), b'Words.'), ReadOptions()); "
        "print(*{'docx', 'lxml', 'pypdf', 'pypdfium2', 'trafilatura'} & sys.modules.keys())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "\n"
