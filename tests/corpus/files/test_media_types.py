import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import SourceError
from corpus.files.media_types import CSV, DOCX, EPUB, HTML, JSON_LINES, MARKDOWN, PDF, TEXT, media_type_of
from corpus.files.source import SourceBytes
from tests.corpus.readers.files import archive, bytes_of, epub, pdf, word
from tests.corpus.samples import UNHURRIED, is_clause


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
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
        ("a.CSV", b"id,text\n1,Text.\n", CSV),
        ("a.txt", "Text.".encode("utf-16"), TEXT),
    ],
)
def test_a_media_type_comes_from_the_content_else_from_the_name(name: str, data: bytes, media_type: str) -> None:
    assert media_type_of(bytes_of(data, name), "text") == media_type


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"Plain words.", "it is named .pdf but does not begin like one; it is text"),
        ("a.docx", b"\0\1\2", "it is named .docx but does not begin like one; it is a damaged file"),
        ("README", b"Plain words.", "neither its content nor its name says that Footnote can read it"),
        ("a.txt~", b"Plain words.", "neither its content nor its name"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is an old or encrypted Office file; save it as .docx"),
        ("a.txt", b"{\\rtf1 Words}", "it is an RTF file; save it as .docx"),
        ("a.txt.gz", b"\x1f\x8b\x08", "it is a gzip archive; unpack it"),
        ("a.pdf", b"\x89PNG\r\n", "it is a picture"),
        ("a.docx", word()[:-30], "it is a cut or damaged archive"),
        ("a.docx", archive({"inner.docx": word()}), "it is a ZIP archive, neither .docx nor .epub; unpack it"),
        ("a.docx", archive({"inner.docx": word()}, packed=False), "it is a ZIP archive, neither .docx nor .epub"),
        ("a.docx", archive({"xl/workbook.xml": "<x/>"}), "it is an Excel workbook; save the sheet as .csv"),
        ("a.docx", archive({"ppt/presentation.xml": "<x/>"}), "it is a presentation; save it as .pdf"),
    ],
)
def test_what_cannot_be_read_is_refused_by_what_it_is(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(SourceError) as refused:
        media_type_of(bytes_of(data, name), "text")
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
    told = media_type_of(SourceBytes(Path("a.txt"), data), "text")
    assert (told == HTML) == (PROLOG.match(data) is not None)


def test_any_number_of_comments_may_stand_before_a_page() -> None:
    for comments in (1, 40, 10_000):
        assert media_type_of(SourceBytes(Path("a.txt"), b"<!-- a -->\n" * comments + b"<html>"), "text") == HTML
        assert media_type_of(SourceBytes(Path("a.txt"), b"<!-- a -->\n" * comments + b"Words."), "text") == TEXT


def test_a_comment_as_long_as_a_text_is_none() -> None:
    for length, kind in ((2000, HTML), (2001, TEXT)):
        data = b"<!--" + b"a" * length + b"--><html>"
        assert media_type_of(SourceBytes(Path("a.txt"), data), "text") == kind
