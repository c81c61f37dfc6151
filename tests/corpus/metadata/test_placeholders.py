"""Titles, authors and tags that programs make up."""

import pytest

from corpus.documents.content import Found
from corpus.metadata.placeholders import without_placeholders
from tests.corpus.readers.files import docx_of, only, para, pdf, relationships


@pytest.mark.parametrize(
    "title", ["untitled", "(untitled)", "untitled-1", "unspecified", "Unknown", "Document1", "Microsoft Word - a.doc"]
)
def test_a_title_that_a_program_made_up_is_left_out(title: str) -> None:
    assert without_placeholders(Found(title=title)).title is None


@pytest.mark.parametrize("title", ["Untitled works of 1931", "The unknown soldier", "Document 7 of the board"])
def test_a_title_that_only_has_such_a_word_is_kept(title: str) -> None:
    assert without_placeholders(Found(title=title)).title == title


@pytest.mark.parametrize(
    "author",
    [
        *("anonymous", "(anonymous)", "Unknown", "Unknown Author", "unspecified", "user", "User1", "admin"),
        *("Administrator", "Microsoft Office User", "Windows User", "Usuario", "openpyxl", "python-docx"),
        *("Steve Canny", "PptxGenJS", "Un-named", "Author"),
    ],
)
def test_an_author_that_is_no_person_is_left_out(author: str) -> None:
    assert without_placeholders(Found(authors=[author, "Ana Ruiz"])).authors == ("Ana Ruiz",)


@pytest.mark.parametrize("author", ["Adrian User-Smith", "Root Hansen", "Anonymous Press", "Ada Min", "Name Lee"])
def test_an_author_whose_name_only_has_such_a_word_is_kept(author: str) -> None:
    assert without_placeholders(Found(authors=[author])).authors == (author,)


def test_a_tag_that_a_program_made_up_is_left_out() -> None:
    assert without_placeholders(Found(tags=["unspecified", "light"])).tags == ("light",)


def test_what_reportlab_writes_is_neither_title_nor_author() -> None:
    info = "/Title (untitled) /Author (anonymous) /Subject (unspecified)"
    about = only(pdf([["The lamp was lit.", "", "It went out."]], info), "a.pdf").metadata
    assert (about.title, about.authors) == ("The lamp was lit.", ())


def test_a_name_in_the_byline_stands_in_for_an_author_that_is_no_person() -> None:
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Microsoft Office User</dc:creator></cp:coreProperties>'
    )
    members = {
        "docProps/core.xml": core,
        "_rels/.rels": relationships(officeDocument="word/document.xml", **{"core-properties": "docProps/core.xml"}),
    }
    data = docx_of(para("The lamps") + para("By Ana Ruiz") + para("They were lit."), members=members)
    assert only(data, "a.docx").metadata.authors == ("Ana Ruiz",)
