"""Elements deep in each other, and in pieces of more than libxml2 takes: read whole, or refused for what they are."""

import io
import zipfile

import pytest

from corpus.errors import SourceError
from tests.corpus.readers.files import CONTAINER, NAV, OPF, archive, epub, only, word
from tests.corpus.samples import is_clause

WORDS = "talks about the truce went on for many months in the prisons of the country. " * 3
TOO_DEEP = "its elements are nested more than 256 deep; save it again from another program, or as text"
TAGS = ["div", "section", "blockquote", "ul", "ul><li", "ol><li", "table><tr><td", "font", "b", "span", "em", "dl"]
DEEPER = [300, 1_000, 5_000, 10_000, 100_000]


def nested(tag: str, depth: int) -> str:
    """Paragraphs before, within and after nested elements."""
    names = tag.split("><")
    count = depth // len(names)
    closing = "".join(f"</{name}>" for name in reversed(names))
    inside = f"<{tag}>" * count + f"<p>Deep {WORDS}</p>" + closing * count
    return f"<p>First {WORDS}</p>{inside}<p>Last {WORDS}</p>"


def page(body: str) -> str:
    return f"<!DOCTYPE html><html><head><title>T</title></head><body>{body}</body></html>"


def xhtml(body: str) -> str:
    head = '<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head>'
    return f"{head}<body>{body}</body></html>"


def docx(**members: str) -> bytes:
    """A Word document with some members exchanged; `_` stands for `/` in their names."""
    with zipfile.ZipFile(io.BytesIO(word())) as packed:
        whole: dict[str, str | bytes] = {name: packed.read(name) for name in packed.namelist()}
    whole.update({f"{name.replace('_', '/')}.xml": data for name, data in members.items()})
    return archive(whole, packed=False)


def refusal(data: str | bytes, name: str) -> str:
    with pytest.raises(SourceError) as refused:
        only(data, name)
    assert is_clause(str(refused.value))
    return str(refused.value)


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("depth", [2, 100, 200, 240])
def test_allowed_nesting_is_read_completely(tag: str, depth: int) -> None:
    body = nested(tag, depth)
    for text in (only(page(body), "a.html").text, only(xhtml(body), "a.xhtml").text, only(epub(body), "a.epub").text):
        assert [f"{word} talks" in text for word in ("First", "Deep", "Last")] == [True] * 3


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("depth", DEEPER)
def test_too_deep_nesting_is_refused(tag: str, depth: int) -> None:
    body = nested(tag, depth)
    assert refusal(page(body), "a.html") == TOO_DEEP
    assert refusal(xhtml(body), "a.xhtml") == TOO_DEEP
    members = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": OPF, "OEBPS/nav.xhtml": NAV}
    members["OEBPS/text/one .xhtml"] = xhtml(body)
    assert refusal(archive({**members}, packed=False), "a.epub") == TOO_DEEP


def test_elements_that_are_never_closed_are_deep_too() -> None:
    assert refusal(page(f"<p>First {WORDS}</p>" + f"<font><p>More {WORDS}</p>" * 400), "a.html") == TOO_DEEP
    assert f"Last {WORDS}".strip() in only(page("<p>One.<p>" * 400 + f"<p>Last {WORDS}"), "a.html").text


@pytest.mark.parametrize("depth", DEEPER)
def test_a_word_document_that_is_too_deep_is_refused_for_that(depth: int) -> None:
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    deep = "<w:p>" * depth + "<w:r><w:t>Deep.</w:t></w:r>" + "</w:p>" * depth
    assert refusal(docx(word_document=f"<w:document {namespace}><w:body>{deep}</w:body></w:document>"), "a.docx") == (
        TOO_DEEP
    )
    assert refusal(docx(word_styles=f"<w:styles {namespace}>{deep}</w:styles>"), "a.docx") == TOO_DEEP


def test_a_word_document_with_a_very_long_piece_is_refused_for_that() -> None:
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    long = f"<w:p><w:r><w:t>{'word ' * 2_200_000}</w:t></w:r></w:p>"
    assert refusal(docx(word_document=f"<w:document {namespace}><w:body>{long}</w:body></w:document>"), "a.docx") == (
        "it has a text or an attribute of more than 10 MB in one piece; save it again without it, or as text"
    )


@pytest.mark.parametrize("member", ["META-INF/container.xml", "OEBPS/book.opf"])
def test_a_book_whose_package_is_too_deep_is_refused_for_that(member: str) -> None:
    members = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": OPF}
    members[member] = (
        members[member]
        .replace("<rootfiles>", "<x>" * 300 + "<rootfiles>")
        .replace("<manifest>", "<x>" * 300 + "<manifest>")
    )
    assert refusal(archive({**members}), "a.epub") == TOO_DEEP


def test_the_words_of_a_table_within_a_cell_are_read() -> None:
    import docx as library

    document = library.Document()
    cell = document.add_table(rows=1, cols=2).rows[0].cells[0]
    cell.text = "Outer"
    for depth in range(5):
        cell = cell.add_table(rows=1, cols=1).rows[0].cells[0]
        cell.text = f"inner {depth}"
    buffer = io.BytesIO()
    document.save(buffer)
    assert only(buffer.getvalue(), "a.docx").text == "Outer; inner 0; inner 1; inner 2; inner 3; inner 4"


@pytest.mark.parametrize("piece", ["<img src='{}'>", "<script>{}</script>", "<style>{}</style>", "<!--{}-->"])
def test_what_comes_after_a_very_long_piece_is_read(piece: str) -> None:
    long = piece.format("x" * 11_000_000)
    assert f"Last {WORDS}".strip() in only(page(f"<p>First {WORDS}</p>{long}<p>Last {WORDS}</p>"), "a.html").text
    assert refusal(page(long + nested("div", 300)), "a.html") == TOO_DEEP
    assert refusal(page(long + nested("div", 3000)), "a.html") == TOO_DEEP


def test_a_very_long_paragraph_is_read_whole() -> None:
    text = only(page(f"<p>First {WORDS}</p><p>{'word ' * 2_200_000}</p><p>Last {WORDS}</p>"), "a.html").text
    assert text.count("word") == 2_200_000
    assert text.endswith(f"Last {WORDS}".strip())


@pytest.mark.parametrize("body", ["", "<script>run()</script>", "<footer>Words at the foot.</footer>", "<img alt='A'>"])
def test_a_page_without_an_article_says_so(body: str) -> None:
    assert refusal(page(body).replace("<title>T</title>", ""), "a.html") == (
        "it has no text outside of menus, footers and scripts; save its text as a text file"
    )
