import io

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter

from corpus.documents.content import ReadOptions
from corpus.errors import SourceError
from corpus.readers.pdf import pages as reader
from tests.corpus.readers.files import only, outline, page_texts, pdf

LONG = "The talks about the truce went on for many months in the prisons and"


def test_each_page_has_its_text() -> None:
    read = only(pdf([["First page."], [], ["Third page."]]), "a.pdf")
    assert read.media_type == "application/pdf"
    assert page_texts(read) == ["First page.", "", "Third page."]
    assert read.text == "First page.\n\nThird page."


def test_full_lines_are_joined_short_ones_kept_and_gaps_begin_paragraphs() -> None:
    read = only(pdf([["A short heading", LONG, "outside of them, until the end.", "", "", LONG, "again."]]), "a.pdf")
    assert read.text == (f"A short heading\n{LONG} outside of them, until the end.\n\n{LONG} again.")


def test_the_information_gives_title_and_authors_and_not_the_date_of_publication() -> None:
    info = "/Title (The truce) /Author (Ana Ruiz; Luis Paz) /CreationDate (D:20200102030405Z)"
    about = only(pdf([["Words on the first line."]], info), "a.pdf").metadata
    assert (about.title, about.authors, about.published) == ("The truce", ("Ana Ruiz", "Luis Paz"), None)
    assert about.extra == {"created": "2020-01-02"}


def test_a_date_in_another_form_stays_as_it_is() -> None:
    about = only(pdf([["Words on the first line."]], "/CreationDate (in the spring of 1931)"), "a.pdf").metadata
    assert about.extra == {"created": "in the spring of 1931"}


@pytest.mark.parametrize("title", ["Microsoft Word - final2.doc", "untitled", "truce.pdf", "scan.docx"])
def test_a_title_that_a_program_made_up_is_no_title(title: str) -> None:
    assert only(pdf([["Words on the first line."]], f"/Title ({title})"), "a.pdf").metadata.title == (
        "Words on the first line."
    )


def test_the_outline_becomes_sections_at_their_words_or_their_page() -> None:
    read = only(
        pdf(
            [["First page."], ["Before.", "", "", "Second"]],  # objects 4 to 7; 8 is the information
            extra=(
                "<< /Type /Outlines /First 10 0 R /Last 11 0 R /Count 2 >>",
                "<< /Title (Second) /Parent 9 0 R /Next 11 0 R /Dest [7 0 R /Fit] >>",
                "<< /Title (Elsewhere) /Parent 9 0 R /Dest [7 0 R /Fit] >>",
            ),
            catalog="/Outlines 9 0 R",
        ),
        "a.pdf",
    )
    assert outline(read) == [("Elsewhere", 1, "Before."), ("Second", 1, "Second")]


def test_an_encrypted_pdf_asks_for_its_password() -> None:
    data = pdf([["Words in secret."]], password="open sesame")
    with pytest.raises(
        SourceError, match=r"^it is encrypted; give its password \(--password\), or save it without one$"
    ):
        only(data, "a.pdf")
    with pytest.raises(SourceError, match=r"^the password is wrong; give its password"):
        only(data, "a.pdf", ReadOptions(password="open barley"))
    assert only(data, "a.pdf", ReadOptions(password="open sesame")).text == "Words in secret."


def test_a_pdf_that_no_password_opens_does_not_ask_for_one() -> None:
    data = pdf([["Words in secret."]], password="x").replace(b"/Filter /Standard", b"/Filter /Adobe.Pub")
    for options in (None, ReadOptions(password="x")):
        with pytest.raises(SourceError, match=r"^it is encrypted with a certificate or DRM"):
            only(data, "a.pdf", options)


def test_a_pdf_that_anyone_may_open_needs_no_password() -> None:
    assert only(pdf([["Words in public."]], password=""), "a.pdf").text == "Words in public."


class Given(str):
    """A password that is given, though it is empty; pypdf takes an empty one for none."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_whose_owner_has_an_empty_password_needs_none(algorithm: str) -> None:
    encrypted = io.BytesIO()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([["Words in public."]]))))
    writer.encrypt("open sesame", Given(""), algorithm=algorithm)
    writer.write(encrypted)
    assert only(encrypted.getvalue(), "a.pdf").text == "Words in public."
    with pytest.raises(SourceError, match=r"^the password is wrong"):
        only(encrypted.getvalue(), "a.pdf", ReadOptions(password="open barley"))


def test_a_pdf_without_pages_is_refused() -> None:
    with pytest.raises(SourceError, match=r"^it is a damaged PDF file, or one without pages"):
        only(pdf([]), "a.pdf")


def test_a_damaged_pdf_after_an_encrypted_one_is_not_taken_for_encrypted() -> None:
    for data, reason in ((pdf([["Words."]], password="x"), "it is encrypted"), (pdf([]), "it is a damaged PDF")):
        with pytest.raises(SourceError, match=reason):
            only(data, "a.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.4\n", b"%PDF-1.7\nnothing more", pdf([["Text."]])[:60]])
def test_a_cut_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError, match="damaged PDF"):
        only(data, "a.pdf")


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_PAGES", 1)
    with pytest.raises(SourceError, match="more than 1 pages; split it"):
        only(pdf([["One."], ["Two."]]), "a.pdf")


def test_a_page_that_pdfium_itself_wrote_is_read() -> None:
    document = pypdfium2.PdfDocument(pdf([["Words."]]))
    buffer = io.BytesIO()
    document.save(buffer)
    document.close()
    assert only(buffer.getvalue(), "a.pdf").text == "Words."


def test_of_a_page_only_so_many_titles_are_looked_for() -> None:
    count = reader._TITLES_SOUGHT + 2
    entries = [
        f"<< /Title (Words {at}) /Parent 7 0 R /Dest [5 0 R /Fit] {f'/Next {9 + at} 0 R' if at + 1 < count else ''} >>"
        for at in range(count)
    ]
    root = f"<< /Type /Outlines /First 8 0 R /Last {7 + count} 0 R /Count {count} >>"
    page = [f"Words {at:}." for at in range(count)]
    read = only(pdf([page], extra=[root, *entries], catalog="/Outlines 7 0 R"), "a.pdf")
    starts = {section.title: section.start for section in read.sections}
    assert len(starts) == count
    assert sum(start == 0 for start in starts.values()) == 3  # the first line, and two that were not looked for
