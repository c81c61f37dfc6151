"""DOCX and EPUB."""

import io

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE

from corpus.errors import SourceError
from corpus.readers import archives
from tests.corpus.readers.files import CONTAINER, OPF, archive, epub, only, outline, word

ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'


def test_a_word_document_gives_headings_paragraphs_and_tables() -> None:
    read = only(word(), "a.docx")
    assert read.text == ("The truce\n\nIt began in 2012.\n\nIts end\n\nIt ended\nin 2014.\n\nYear | Dead\n2012 | 2,594")
    assert outline(read) == [("The truce", 1, "The truce"), ("Its end", 2, "Its end")]
    assert (read.metadata.title, read.metadata.authors, read.pages) == ("The truce", (), [])


def test_a_word_documents_properties_are_its_metadata() -> None:
    about = only(word("La tregua", "Ana Ruiz; Luis Paz"), "a.docx").metadata
    assert (about.title, about.authors, about.published) == ("La tregua", ("Ana Ruiz", "Luis Paz"), None)


def test_a_book_is_read_in_the_order_of_its_spine() -> None:
    read = only(epub(), "a.epub")
    assert read.text == "One, by name\n\nFirst words.\n\nSecond\n\nMore."
    assert outline(read) == [("One, by name", 1, "One, by name"), ("Second", 2, "Second")]


def test_a_books_package_is_its_metadata() -> None:
    about = only(epub("<p>The talks about the truce went on for many months in prison.</p>"), "a.epub").metadata
    assert (about.title, about.publisher, about.authors) == ("La tregua", "Example Press", ("Ana Ruiz", "Luis Paz"))
    assert (about.published, about.language) == ("2017-01-19", "en-GB")
    assert (about.url, about.tags) == ("https://example.org/truce", ("truce",))


def test_scripts_pictures_and_links_of_a_book_are_not_text() -> None:
    read = only(
        epub(
            "<script>alert(1)</script><style>p {}</style>"
            "<p>Words <a href='https://example.org'>linked</a>.<img src='x'/></p>"
        ),
        "a.epub",
    )
    assert "Words linked." in read.text
    assert "alert" not in read.text
    assert "{}" not in read.text


def test_a_protected_book_is_refused_but_not_one_whose_fonts_are() -> None:
    def encryption(method: str) -> str:
        return f'<encryption xmlns:e="urn:e"><e:EncryptionMethod Algorithm="{method}"/></encryption>'

    fonts = {"META-INF/encryption.xml": encryption("http://www.idpf.org/2008/embedding")}
    assert only(epub(members=fonts), "a.epub").text
    chapters = {"META-INF/encryption.xml": encryption("http://www.w3.org/2001/04/xmlenc#aes256-cbc")}
    with pytest.raises(SourceError, match=r"encrypted \(DRM\)"):
        only(epub(members=chapters), "a.epub")


@pytest.mark.parametrize(
    "members",
    [
        {"META-INF/container.xml": "<container/>"},
        {"META-INF/container.xml": CONTAINER},
        {"META-INF/container.xml": "not XML"},
        {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": OPF[:300]},
    ],
)
def test_a_damaged_book_is_refused(members: dict[str, str]) -> None:
    with pytest.raises(SourceError, match="get a new copy"):
        only(archive(members), "a.epub")


def test_a_book_without_chapters_has_no_text() -> None:
    opf = "<package xmlns='http://www.idpf.org/2007/opf'><metadata/><manifest/><spine/></package>"
    with pytest.raises(SourceError, match=r"^it has no text$"):
        only(archive({"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": opf}), "a.epub")


def test_a_word_document_whose_parts_are_missing_is_refused() -> None:
    with pytest.raises(SourceError, match=r"^it is a damaged DOCX file; get a new copy, or save it again$"):
        only(archive({"word/document.xml": "<x/>"}), "a.docx")


def test_an_external_entity_is_never_read() -> None:
    root = archives.parse_xml(f"{ENTITY}<x>before &secret; after</x>".encode())
    assert root.text == "before "


def test_entities_that_unfold_to_gigabytes_are_not_unfolded() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    data = f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><x>&l11;</x>'.encode()
    with pytest.raises(SourceError, match="damaged EPUB"):
        only(archive({"META-INF/container.xml": data}), "a.epub")


# Bounds


def test_an_archive_with_too_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    with pytest.raises(SourceError, match="has more than 3 files"):
        only(epub(), "a.epub")


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 3 * 1024**2)
    noise = bytes(range(256)) * 3000
    with pytest.raises(SourceError, match="unpacks to more than 3 MiB"):
        only(epub(members={f"OEBPS/{n}": noise for n in range(5)}), "a.epub")


def test_a_bomb_is_refused_by_its_ratio() -> None:
    with pytest.raises(SourceError, match="a file in it unpacks to over 200 times its size"):
        only(epub(members={"OEBPS/bomb.css": b"\0" * 8 * 1024**2}), "a.epub")


def test_a_member_that_declares_less_than_it_holds_gives_no_more_than_declared() -> None:
    data = bytearray(epub(one="<p>" + "Long words. " * 100_000 + "</p>"))
    at = data.rindex(b"OEBPS/text/one .xhtml") - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = (500).to_bytes(4, "little")
    with pytest.raises(SourceError, match="damaged"):
        only(bytes(data), "a.epub")


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(epub())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(SourceError, match="it is encrypted; save it without a password"):
        only(bytes(data), "a.epub")


def test_members_outside_the_archive_are_never_asked_for() -> None:
    opf = OPF.replace("text/two.xhtml", "../../../etc/hostname")
    members = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": opf, "OEBPS/text/one .xhtml": "<p>One.</p>"}
    assert only(archive(members), "a.epub").text == "One."


def test_cells_that_span_columns_and_rows_are_read_as_word_shows_them() -> None:
    document = docx.Document()
    table = document.add_table(rows=4, cols=3)
    for at, row in enumerate(table.rows):
        for column, cell in enumerate(row.cells):
            cell.text = f"{at}{column}"
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(1, 0).merge(table.cell(3, 0)).text = "tall"
    table.cell(2, 1).merge(table.cell(3, 2)).text = "both"
    buffer = io.BytesIO()
    document.save(buffer)
    shown = [dict((id(c._tc), " ".join(c.text.split())) for c in row.cells) for row in table.rows]
    expected = "\n".join(" | ".join(row.values()) for row in shown)
    assert only(buffer.getvalue(), "a.docx").text == expected == "wide | 02\ntall | 11 | 12\ntall | both\ntall | both"


def test_each_paragraph_style_is_identified_by_its_id() -> None:
    document = docx.Document()
    document.styles.add_style("Heading 9a", WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("First", style="Heading 1")
    document.add_paragraph("Second", style="Heading 9a")
    document.add_paragraph("Third", style="Heading 2")
    buffer = io.BytesIO()
    document.save(buffer)
    assert outline(only(buffer.getvalue(), "a.docx")) == [("First", 1, "First"), ("Third", 2, "Third")]
