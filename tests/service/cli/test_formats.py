"""Every format through `footnote ingest`, and out again as a citation."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.corpus.readers.files import attachment, epub, mail, parts, pdf, word
from tests.corpus.readers.office.files import Row, grid, open_document, presentation, shape, sheet_xml, slide, workbook
from tests.service.cli.conftest import Run

Write = Callable[..., Path]
PAGE = (
    "<html><head><title>The truce</title></head><body><nav><a href='/'>Home</a></nav><article><h1>The truce</h1>"
    "<p>The truce began in the spring of 2012, when the leaders of both gangs were moved to other prisons.</p>"
    "<p>It ended two years later, although nobody said so, and the number of homicides rose again.</p></article>"
    "<footer>All rights reserved</footer></body></html>"
)
NAMES = ("Otter", "Heron", "Kite", "Plover", "Curlew", "Teal", "Dunlin", "Fulmar", "Gannet", "Petrel", "Puffin", "Skua")
GERMAN = '<row r="1"><c r="A1" s="1"><v>44256</v></c></row>'
RECORDS = (
    '{"_id": "one", "title": "First", "text": "The talks began in prison."}\n'
    '{"_id": "two", "title": "Second", "text": "The talks ended at night."}\n'
)


def answer_of(footnote: Run, question: str, document: str) -> dict[str, object]:
    """The first passage of a document among the answers."""
    passages = json.loads(footnote("ask", question, "-k", 50, "--json").out)["passages"]
    found: dict[str, object] = next(p for p in passages if p["citation"]["document_id"] == document)
    return found


def test_a_folder_of_all_formats_can_be_asked_about(footnote: Run, write: Write) -> None:
    write("page.html", PAGE)
    write("paper.pdf", pdf([["The first page is about prisons."], ["The second page is about homicides."]]))
    write("letter.docx", word(title="A letter", author="Ana Ruiz"))
    write("book.epub", epub())
    write("records.jsonl", RECORDS)
    write("log.json", '[{"_id": "day", "text": "The log is about tides."}]')
    body, kind = parts("\nThe letter is about pilots.", attachment(b"The note is about buoys.", "note.txt"))
    write("letter.eml", mail(body, kind))
    write("talk.srt", "1\n00:12:05,000 --> 00:12:09,000\nThe talk is about ferries.\n")
    folder = write("table.csv", "id,title,text\nrow,A row,The row is about money.\n").parent

    ran = footnote("ingest", folder)

    assert (ran.code, ran.err) == (0, "")
    assert "Documents: 11 added in 9 files (" in ran.out
    assert footnote("verify").code == 0
    passage = answer_of(footnote, "Which page is about homicides?", "paper")
    assert passage["text"] == "The first page is about prisons.\n\nThe second page is about homicides."
    assert answer_of(footnote, "What is about ferries?", "talk")["citation"]["place"] == "0:12:05"  # type: ignore[index]
    assert answer_of(footnote, "What is about buoys?", "letter-note-txt")["text"] == "The note is about buoys."
    assert "All rights reserved" not in json.dumps(answer_of(footnote, "When did the truce begin?", "page"))
    assert footnote("ingest", folder).out.startswith("Documents: 0 added, 11 unchanged")


def test_an_answer_is_cited_with_the_page_it_stands_on(
    footnote: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    footnote("ingest", write("paper.pdf", pdf([["The talks began."], ["The homicides fell."]])))

    pages = set()
    for question in ("The talks began.", "The homicides fell."):
        answer = json.loads(footnote("ask", question, "--json").out)["answer"]
        assert answer["citation"]["page"] == (1 if "talks" in answer["text"] else 2)
        pages.add(answer["citation"]["page"])
    assert pages == {1, 2}


def test_an_answer_is_cited_with_the_cell_it_stands_in(
    footnote: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    rows: list[Row] = [[f"Boat {name}", at, f"Port {name}"] for at, name in enumerate(NAMES, start=1)]
    sheet = sheet_xml(grid([["Boat", "Berth", "Home port"], *rows]))
    footnote("ingest", write("berths.xlsx", workbook({"Berths": sheet})))

    for at, name in enumerate(NAMES, start=1):
        answer = json.loads(footnote("ask", f"Where is the home port of Boat {name}?", "--json").out)["answer"]
        assert answer["text"] == f"Boat {name} | {at} | Port {name}"
        assert (answer["citation"]["section"], answer["citation"]["place"]) == ("Berths", f"A{at + 1}")


def test_office_files_are_read_and_what_is_hidden_is_said(footnote: Run, write: Write) -> None:
    write("slides.pptx", presentation(slide(shape("The talks began.")), slide(shape("A draft"), about='show="0"')))
    write("report.odt", open_document("text", "<text:p>The homicides fell.</text:p>"))
    write("months.xlsx", workbook({"Months": sheet_xml(GERMAN)}, formats=["[$-407]d. mmmm yyyy"]))
    folder = write("letter.rtf", b"{\\rtf1 The prisons opened.}").parent

    ran = footnote("ingest", folder)

    assert (ran.code, "Documents: 4 added" in ran.out) == (0, True)
    assert "hidden slides were left out: 1" in ran.out + ran.err
    assert answer_of(footnote, "When did the talks begin?", "slides")["text"] == "The talks began."
    assert answer_of(footnote, "homicides", "report")["text"] == "The homicides fell."
    assert answer_of(footnote, "prisons", "letter")["text"] == "The prisons opened."
    assert answer_of(footnote, "März", "months")["text"] == "Months\n\n1. März 2021"


def test_of_a_file_of_records_only_what_changed_is_encoded(footnote: Run, write: Write) -> None:
    path = write("records.jsonl", RECORDS)
    footnote("ingest", path)

    write("records.jsonl", RECORDS.replace("at night", "at noon").replace('"two"', '"three"'))
    ran = footnote("ingest", path)

    assert "Documents: 1 added, 1 removed, 1 unchanged in 1 file (1 passage encoded" in ran.out


def test_a_record_that_cannot_be_read_is_named_and_the_others_stay(footnote: Run, write: Write) -> None:
    ran = footnote("ingest", write("records.jsonl", RECORDS + "{no json\n"))

    assert ran.code == 1
    assert "records.jsonl#line-3: " in ran.err
    assert "Documents: 2 added, 1 refused" in ran.out


def test_an_encrypted_pdf_is_read_with_its_password(footnote: Run, write: Write) -> None:
    path = write("secret.pdf", pdf([["The words are secret."]], password="open sesame"))

    refused = footnote("ingest", path)
    assert (refused.code, "it is encrypted; give its password" in refused.err) == (1, True)

    assert "Documents: 1 added" in footnote("ingest", path, "--password", "open sesame").out


def test_a_text_in_another_encoding_is_read_when_that_is_named(footnote: Run, write: Write) -> None:
    path = write("old.txt", "La tregua empezó en el año 2012.".encode("cp1252"))

    assert footnote("ingest", path).code == 1
    assert footnote("ingest", path, "--encoding", "windows-1252").code == 0
    assert answer_of(footnote, "tregua", "old")["text"] == "La tregua empezó en el año 2012."


def test_an_encoding_that_does_not_exist_is_wrong_usage(footnote: Run, write: Write) -> None:
    ran = footnote("ingest", write("a.txt", "Words."), "--encoding", "klingon")
    assert (ran.code, "There is no encoding 'klingon'." in ran.err) == (2, True)


@pytest.mark.parametrize("name", ["page.html", "paper.pdf", "letter.docx", "book.epub"])
def test_what_is_no_such_file_inside_costs_only_itself(footnote: Run, write: Write, name: str) -> None:
    write("good.txt", "The truce began.")
    folder = write(name, b"\x00\x01 not what it says \xff").parent

    ran = footnote("ingest", folder)

    assert ran.code == 1
    assert f"{name}: " in ran.err
    assert "Documents: 1 added, 1 refused" in ran.out
