"""Messages: text, headers, encodings, attachments, limits."""

import base64

import pytest

from corpus.documents.content import ReadOptions
from corpus.documents.document import SourceDocument
from corpus.errors import SourceError
from corpus.files.source import Sidecar, SourceBytes
from corpus.metadata import NOTES
from corpus.readers.mail import messages
from corpus.readers.mail.parts import MAX_DEPTH, MAX_PARTS
from corpus.readers.reading import read_documents
from corpus.readers.record_problems import SourceProblem
from tests.corpus.readers.files import attachment, bytes_of, items, mail, only, parts, pdf
from tests.corpus.samples import is_clause

HTML = "Content-Type: text/html; charset=utf-8\n\n<html><body>{}</body></html>"
PLAIN = "Content-Type: text/plain; charset=utf-8\n\n{}"

LETTER = "El práctico llegó al muelle con la niña, y el capitán preguntó cuándo zarparía el buque hacia el sur. " * 3


def read(data: bytes) -> tuple[list[SourceDocument], list[SourceProblem]]:
    found = items(data, "a.eml")
    documents = [each for each in found if isinstance(each, SourceDocument)]
    return documents, [each for each in found if isinstance(each, SourceProblem)]


def names(documents: list[SourceDocument]) -> list[str]:
    return [each.source.removeprefix("/documents/") for each in documents]


def notes(document: SourceDocument) -> object:
    return document.metadata.extra.get(NOTES)


# Text and headers


def test_a_message_is_its_subject_and_its_text() -> None:
    document = only(mail("The pilot comes at noon.\n\nThe tide\nturns at one.\n", message_id="1@harbour"), "a.eml")
    assert document.text == "Pilot\n\nThe pilot comes at noon.\n\nThe tide\nturns at one."
    assert (document.source, document.file, document.media_type) == ("/documents/a.eml", None, "message/rfc822")
    about = document.metadata
    assert (about.title, about.authors, about.published) == ("Pilot", ("Ana Ruiz",), "2019-05-06")
    assert about.extra == {
        "from": ["Ana Ruiz <ana@harbour.example>"],
        "to": ["Luis Paz <luis@harbour.example>"],
        "sent": "2019-05-06T23:30:00-06:00",
        "message_id": "1@harbour",
    }


def test_a_message_with_carriage_returns_is_the_same() -> None:
    body, kind = parts(PLAIN.format("The pilot comes."), attachment(b"A list.", "list.txt"))
    data = mail(body, kind)
    assert [each.text for each in read(data.replace(b"\n", b"\r\n"))[0]] == [each.text for each in read(data)[0]]


def test_encoded_words_in_headers_are_decoded() -> None:
    word = "=?UTF-8?B?" + base64.b64encode("Señal".encode()).decode() + "?="
    halves = [base64.b64encode(part).decode() for part in (b"ni" + "ñ".encode()[:1], "ñ".encode()[1:] + b"o")]
    subject = f"{word} de =?iso-8859-1?q?la_ma=F1ana?= a las 7,\n =?utf-8?B?{halves[0]}?=\n =?utf-8?B?{halves[1]}?="
    document = only(mail(subject=subject, Cc="=?utf-8?q?Paz=2C_Jos=C3=A9?= <j@x.example>, b@x.example"), "a.eml")
    assert document.metadata.title == "Señal de la mañana a las 7, niño"
    assert document.metadata.extra["cc"] == ["Paz, José <j@x.example>", "b@x.example"]


def test_headers_that_are_not_ascii_are_in_the_encoding_of_the_text() -> None:
    data = mail("Ранний паром", "text/plain; charset=koi8-r", subject="Паром").decode().encode("koi8-r")
    document = only(data, "a.eml")
    assert (document.metadata.title, document.text) == ("Паром", "Паром\n\nРанний паром")


@pytest.mark.parametrize("date", ["yesterday", "Mon, 99 May 2019 08:00:00 +0000", ""])
def test_a_date_that_is_none_costs_itself(date: str) -> None:
    data = mail().replace(b"Mon, 6 May 2019 23:30:00 -0600", date.encode())
    assert only(data, "a.eml").metadata.published is None


def test_a_text_without_headers_is_no_message() -> None:
    with pytest.raises(SourceError, match=r"^it does not begin with the headers of a mail message"):
        only("The pilot comes at noon.\n", "a.eml")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_message_saved_as_wide_text_is_read(codec: str) -> None:
    assert only(mail().decode().encode(codec), "a.eml").text == "Pilot\n\nThe pilot comes at noon."


def test_a_line_that_a_mailbox_has_before_a_message_is_no_text() -> None:
    data = b"From ana@harbour.example Mon May  6 23:30:00 2019\n" + mail()
    assert only(data, "a.eml").text == "Pilot\n\nThe pilot comes at noon."


def test_words_right_below_headers_are_kept() -> None:
    data = mail().replace(b"\n\nThe pilot", b"\nThe pilot")
    assert only(data + b"\nThe tide turns.\n", "a.eml").text.endswith("The pilot comes at noon.\n\nThe tide turns.")


# Plain and HTML


def test_the_plain_part_is_preferred() -> None:
    body, kind = parts(
        PLAIN.format("The pilot comes."), HTML.format("<p>The <b>pilot</b> comes.</p>"), kind="alternative"
    )
    assert only(mail(body, kind), "a.eml").text == "Pilot\n\nThe pilot comes."


@pytest.mark.parametrize("stub", ["", "Your program shows no HTML.", "https://harbour.example/view"])
def test_the_html_part_is_read_where_the_plain_one_is_a_stub(stub: str) -> None:
    page = HTML.format(
        "<h2>Ferries</h2><p>The pilot comes at noon,<br>and the ferry leaves at one.</p><ul><li>a<li>b</ul>"
    )
    body, kind = parts(PLAIN.format(stub), page, kind="alternative")
    document = only(mail(body, kind), "a.eml")
    assert document.text == "Pilot\n\nFerries\n\nThe pilot comes at noon,\nand the ferry leaves at one.\n\na\nb"
    assert [(each.title, each.level) for each in document.sections] == [("Pilot", 1), ("Ferries", 2)]


def test_all_texts_of_a_message_are_read_in_order() -> None:
    inner, inner_kind = parts(PLAIN.format("One."), HTML.format("<p>One.</p>"), kind="alternative", edge="edges")
    body, kind = parts(
        f"Content-Type: {inner_kind}\n\n{inner.decode()}", HTML.format("<p>Two.</p>"), "\nThree.", edge="edge"
    )
    assert only(mail(body, kind), "a.eml").text == "Pilot\n\nOne.\n\nTwo.\n\nThree."


def test_lines_flowed_for_small_screens_are_joined() -> None:
    text = "The pilot comes \nat noon.\n> What did \n> he say?\n-- \nAna\n"
    flowed = only(mail(text, "text/plain; charset=utf-8; format=flowed"), "a.eml").text
    assert flowed == "Pilot\n\nThe pilot comes at noon.\n> What did he say?\n--\nAna"
    joined = mail("Hafen \nmeister\n", 'text/plain; format=flowed; delsp="yes"')
    assert only(joined, "a.eml").text == "Pilot\n\nHafenmeister"


def test_quotations_and_signatures_are_kept() -> None:
    text = "Yes.\n\n> He comes.\n>\n> At noon.\n\n-- \nAna Ruiz\n"
    assert only(mail(text), "a.eml").text == "Pilot\n\nYes.\n\n> He comes.\n\n> At noon.\n\n--\nAna Ruiz"


# Encodings


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("quoted-printable", b"The caf=C3=A9 opens=\n at six.\n", "The café opens at six."),
        ("base64", base64.encodebytes("The café opens.".encode()), "The café opens."),
        ("base64", b"VGhlIGNhZsOpIG9wZW5zLg", "The café opens."),
        (
            "base64",
            b"VGhlIGNhZsOpIG9wZW5z\nLg==\n\n-- \nThe list of the port\n",
            "The café opens.\n\n--\nThe list of the port",
        ),
        ("base64", b"The caf\xc3\xa9 opens, in plain words.\n", "The café opens, in plain words."),
        ("8bit", "The café opens.".encode(), "The café opens."),
        ("x-unknown", "The café opens.".encode(), "The café opens."),
    ],
)
def test_transfer_encodings_lose_no_word(encoding: str, body: bytes, text: str) -> None:
    document = only(mail(body, Content_Transfer_Encoding=encoding), "a.eml")
    assert document.text == f"Pilot\n\n{text}"


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        *(("iso-8859-1", "cp1252"), ("windows-1252", "cp1252"), ("utf-8", "utf-8"), ("us-ascii", "utf-8")),
        *(("iso-8859-1", "utf-8"), ("x-unknown", "utf-8"), ('utf-8"x', "utf-8")),
    ],
)
def test_a_text_is_decoded_as_it_is(declared: str, codec: str) -> None:
    data = mail("El niño llegó “ayer”.".encode(codec), f"text/plain; charset={declared}")
    assert only(data, "a.eml").text == "Pilot\n\nEl niño llegó “ayer”."


@pytest.mark.parametrize("codec", ["iso-2022-jp", "utf-7", "gb18030", "shift_jis"])
def test_other_alphabets_are_decoded_as_declared(codec: str) -> None:
    data = mail("港の船".encode(codec), f"text/plain; charset={codec}")
    assert only(data, "a.eml").text == "Pilot\n\n港の船"


def test_a_wrongly_declared_encoding_is_corrected_only_if_it_is_sure() -> None:
    words = LETTER
    document = only(mail(words.encode("cp1252"), "text/plain; charset=us-ascii"), "a.eml")
    assert document.text == f"Pilot\n\n{words.strip()}"
    assert notes(document) == ["its text declares us-ascii and was read as windows-1252; check its letters"]
    with pytest.raises(SourceError, match=r"^its text cannot be decoded: it is not valid UTF-8 \(byte 0\); save it"):
        only(mail(b"\xff\xfe\xfd\x81 x", "text/plain; charset=utf-8"), "a.eml")


def test_the_html_part_is_read_where_the_plain_one_cannot_be_decoded() -> None:
    broken = b"Content-Type: text/plain; charset=utf-8\n\n\xff\xfe\xfd\x81"
    body, kind = parts(broken, HTML.format("<p>The pilot comes.</p>"), kind="alternative")
    assert only(mail(body, kind), "a.eml").text == "Pilot\n\nThe pilot comes."


# Attachments


def test_attachments_are_documents_of_their_own() -> None:
    body, kind = parts(
        PLAIN.format("See the files."),
        attachment(pdf([["The tide turns at one."]]), "tide.pdf"),
        attachment(b"id,text\nb,The buoy is red.\n", "buoys.csv"),
        attachment(pdf([["The second page."]]), "tide.pdf", "application/pdf"),
        attachment("Señales.".encode(), "=?utf-8?q?se=C3=B1ales=2Etxt?="),
        attachment(b"Words.", "../../etc/notes", "text/plain"),
    )
    documents, problems = read(mail(body, kind))
    assert problems == []
    assert names(documents) == [
        *("a.eml", "a.eml#tide.pdf", "a.eml#buoys.csv#b", "a.eml#3-tide.pdf", "a.eml#señales.txt"),
        "a.eml#etc notes",
    ]
    assert {each.file for each in documents[1:]} == {"/documents/a.eml"}
    assert [each.media_type for each in documents[1:3]] == ["application/pdf", "text/csv"]
    assert [each.text for each in documents[1:3]] == ["The tide turns at one.", "The buoy is red."]
    assert documents[1].metadata.extra["attached_to"] == "Pilot"


def test_attachments_of_other_formats_are_named_in_a_note() -> None:
    picture, talk = attachment(b"\x89PNG\r\n", "logo.png", "image/png"), attachment(b"OggS", "talk.ogg", "audio/ogg")
    body, kind = parts(
        *(PLAIN.format("Hear the talk."), talk, attachment(b"\x1f\x8b\x08", "log.gz")),
        *(b"Content-ID: <logo>\n" + picture, attachment(b"", "smime.p7s", "application/pkcs7-signature")),
    )
    documents, problems = read(mail(body, kind))
    assert (names(documents), problems) == (["a.eml"], [])
    assert notes(documents[0]) == [
        "its attachment talk.ogg was not read: it is an audio or video file; give a transcript as .txt, .srt or .vtt",
        "its attachment log.gz was not read: it is a gzip archive; unpack it",
    ]


def test_an_attachment_that_cannot_be_read_costs_itself() -> None:
    body, kind = parts(
        *(PLAIN.format("See."), attachment(b"\0\1", "tide.pdf"), attachment(b"PK\3\4", "a.docx")),
        *(attachment(b'{"cells": [1]}', "b.ipynb"), attachment(b"The tide.", "c.txt")),
    )
    documents, problems = read(mail(body, kind))
    assert names(documents) == ["a.eml", "a.eml#c.txt"]
    assert [each.source.removeprefix("/documents/") for each in problems] == [
        "a.eml#tide.pdf",
        "a.eml#a.docx",
        "a.eml#b.ipynb",
    ]
    assert all(is_clause(each.reason) and each.is_named for each in problems)


def test_an_unexpected_error_of_a_reader_costs_its_attachment(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> None:
        raise ZeroDivisionError

    body, kind = parts(PLAIN.format("See."), attachment(b"The tide.", "c.txt"))
    monkeypatch.setattr(messages, "_read", fail)
    documents, [problem] = read(mail(body, kind))
    assert names(documents) == ["a.eml"]
    assert problem.reason == "it cannot be read (ZeroDivisionError); save it as a file"


def test_forwarded_messages_are_documents_with_attachments_of_their_own() -> None:
    body, kind = parts(PLAIN.format("Inner."), attachment(b"A list.", "list.txt"), edge="in")
    forwarded = b"Content-Type: message/rfc822\n\n" + mail(body, kind, subject="First")
    other = attachment(mail("As a file.", subject="Second"), "second.eml")
    body, kind = parts(PLAIN.format("Outer."), forwarded, other)
    documents, problems = read(mail(body, kind))
    assert problems == []
    assert names(documents) == ["a.eml", "a.eml#First", "a.eml#First#list.txt", "a.eml#second.eml"]
    assert [each.text for each in documents] == [
        "Pilot\n\nOuter.",
        "First\n\nInner.",
        "A list.",
        "Second\n\nAs a file.",
    ]
    assert all(each.file == "/documents/a.eml" for each in documents[1:])


def test_a_digest_is_its_messages() -> None:
    body, kind = parts(
        "\n" + mail("One.", subject="A").decode(), "\n" + mail("Two.", subject="B").decode(), kind="digest"
    )
    assert names(read(mail(body, kind))[0]) == ["a.eml", "a.eml#A", "a.eml#B"]


def test_a_message_without_words_is_its_attachments() -> None:
    body, kind = parts(attachment(b"The tide.", "c.txt"))
    assert names(read(mail(body, kind, subject=""))[0]) == ["a.eml#c.txt"]
    with pytest.raises(SourceError, match=r"^it has no text$"):
        only(mail("", subject=""), "a.eml")


def test_a_sidecar_is_of_the_message_and_not_of_what_it_forwards() -> None:
    beside = Sidecar("a.eml.meta.yaml", b"title: From the port\npublisher: Port\n")
    forwarded = b"Content-Type: message/rfc822\n\n" + mail("Inner.", subject="First")
    body, kind = parts(PLAIN.format("Outer."), forwarded)
    file = SourceBytes(bytes_of(b"", "a.eml").path, mail(body, kind), sidecar=beside)
    outer, inner = (each for each in read_documents(file) if isinstance(each, SourceDocument))
    assert (outer.metadata.title, outer.metadata.publisher) == ("From the port", "Port")
    assert (inner.metadata.title, inner.metadata.publisher) == ("First", "Port")


# What is not in the file, and limits


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        parts("Content-Type: application/pgp-encrypted\n\nVersion: 1\n", "\nWords\n", kind="encrypted"),
        (b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n", "text/plain"),
        (b"MIIB", 'application/pkcs7-mime; name="smime.p7m"'),
    ],
)
def test_an_encrypted_message_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(SourceError, match=r"^it is encrypted; decrypt it in a mail program"):
        only(mail(body, kind), "a.eml")


def test_what_is_kept_elsewhere_is_not_fetched() -> None:
    elsewhere = (
        "Content-Type: message/external-body; access-type=URL; URL=http://127.0.0.1/a\n\nContent-Type: text/plain\n\nx"
    )
    body, kind = parts(PLAIN.format("See."), elsewhere)
    document = only(mail(body, kind), "a.eml")
    assert document.text == "Pilot\n\nSee."
    assert notes(document) == ["a part of it is kept elsewhere and was not fetched"]


def test_a_multipart_without_its_boundary_is_read_as_text() -> None:
    assert only(mail("The pilot.", "multipart/mixed"), "a.eml").text == "Pilot\n\nThe pilot."
    assert only(mail("The pilot.", "multipart/mixed; boundary=edge"), "a.eml").text == "Pilot\n\nThe pilot."
    body, kind = parts(PLAIN.format("The pilot."))
    assert only(mail(body.removesuffix(b"--edge--\n"), kind), "a.eml").text == "Pilot\n\nThe pilot."
    assert only(mail(body, kind.removesuffix('"')), "a.eml").text == "Pilot\n\nThe pilot."


def test_parts_nested_too_deep_are_said() -> None:
    body, kind = parts(PLAIN.format("Deep."), edge="e")
    for level in range(MAX_DEPTH + 1):
        body, kind = parts(f"Content-Type: {kind}\n\n".encode() + body, edge=f"e{level}x")
    body, kind = parts(PLAIN.format("See."), f"Content-Type: {kind}\n\n".encode() + body, edge="outer")
    document = only(mail(body, kind), "a.eml")
    assert "its parts are nested more than 16 deep, and the inner ones were not read" in str(notes(document))


def test_messages_in_messages_end() -> None:
    data = mail("Deep.")
    for _ in range(messages.MAX_MESSAGES + 2):
        body, kind = parts(PLAIN.format("See."), attachment(data, "inner.eml"))
        data = mail(body, kind)
    documents, [problem] = read(data)
    assert len(documents) == messages.MAX_MESSAGES + 1
    assert problem.reason == "it is nested too deeply in other messages; save it as a file"


def test_very_many_parts_are_cut_and_said() -> None:
    body, kind = parts(*[PLAIN.format(f"Part {at}.") for at in range(MAX_PARTS + 5)])
    document = only(mail(body, kind), "a.eml")
    assert document.text.endswith(f"\n\nPart {MAX_PARTS - 1}.")
    assert notes(document) == ["it has more than 1,000 parts, and the others were not read"]


def test_headers_of_any_length_are_read_within_limits() -> None:
    many = ", ".join(f"p{at}@harbour.example" for at in range(100_000))
    document = only(mail(Cc=many, Content_Disposition=";" * 100_000), "a.eml")
    cc = document.metadata.extra["cc"]
    assert isinstance(cc, list)
    assert len(cc) == 100


def test_a_word_in_the_users_encoding_is_decoded_by_it() -> None:
    data = mail("Паром".encode("cp1251"), "text/plain")
    assert only(data, "a.eml", ReadOptions(encoding="cp1251")).text == "Pilot\n\nПаром"


def test_hidden_words_of_a_page_are_left_out() -> None:
    hidden = '<div style="display: none; max-height: 0">See it in a browser.</div>'
    assert only(mail(f"{hidden}<p>The pilot comes.</p>", "text/html; charset=utf-8"), "a.eml").text == (
        "Pilot\n\nThe pilot comes."
    )


def test_headers_are_in_ascii_whatever_the_text_is_in() -> None:
    body = base64.b64encode("The pilot comes.".encode("utf-16")).decode()
    kind = 'text/plain; charset="utf-16"\nContent-Transfer-Encoding: base64'
    document = only(mail(body, kind), "a.eml")
    assert (document.text, document.metadata.authors) == ("Pilot\n\nThe pilot comes.", ("Ana Ruiz",))
    assert document.metadata.published == "2019-05-06"
