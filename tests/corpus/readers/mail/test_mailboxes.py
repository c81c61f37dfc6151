"""Mailboxes: where messages begin, their ids, and what cannot be read."""

import pytest

from corpus.documents.content import ReadOptions
from corpus.documents.document import SourceDocument
from corpus.errors import SourceError
from corpus.readers.formats import format_of
from corpus.readers.mail.mbox import MBOX
from corpus.readers.record_problems import SourceProblem
from tests.corpus.readers.files import attachment, bytes_of, items, mail, mailbox, parts
from tests.corpus.samples import is_clause


def sources(data: bytes) -> list[str]:
    return [each.source.removeprefix("/documents/a.mbox#") for each in items(data, "a.mbox")]


def test_a_mailbox_has_a_document_for_each_message() -> None:
    read = items(mailbox(mail("One.", message_id="1@x"), mail("Two.", subject="Tide")), "a.mbox")
    documents = [each for each in read if isinstance(each, SourceDocument)]
    assert [each.source for each in documents] == ["/documents/a.mbox#1@x", "/documents/a.mbox#message-2"]
    assert [each.text for each in documents] == ["Pilot\n\nOne.", "Tide\n\nTwo."]
    assert {each.file for each in documents} == {"/documents/a.mbox"}
    assert {each.media_type for each in documents} == {"message/rfc822"}


def test_a_paragraph_that_begins_like_a_message_is_none() -> None:
    text = "One.\n\nFrom here on, the pilot steers.\n\n>From noon to 10:30 in 2019 he sleeps.\n>>From there.\n"
    [document] = items(mailbox(mail(text)), "a.mbox")
    assert isinstance(document, SourceDocument)
    assert "From here on, the pilot steers.\n\nFrom noon to 10:30" in document.text
    assert document.text.endswith(">From there.")


def test_carriage_returns_change_nothing() -> None:
    data = mailbox(mail("One.", message_id="1@x"), mail("Two.", message_id="2@x"))
    assert sources(data.replace(b"\n", b"\r\n")) == sources(data) == ["1@x", "2@x"]


def test_a_copy_of_a_message_is_left_out_and_another_one_with_its_id_is_not() -> None:
    one = mail("One.", message_id="1@x")
    assert sources(mailbox(one, one, mail("Two.", message_id="1@x"))) == ["1@x", "1@x (2)"]


def test_attachments_in_a_mailbox_have_the_source_of_their_message() -> None:
    body, kind = parts("\nSee.", attachment(b"A list.", "list.txt"))
    assert sources(mailbox(mail(body, kind, message_id="1@x"))) == ["1@x", "1@x#list.txt"]


def test_a_message_that_cannot_be_read_costs_itself() -> None:
    broken = mail(b"\xff\xfe\xfd\x81", message_id="2@x")
    read = items(mailbox(mail(message_id="1@x"), broken, b"Words.\n", mail(message_id="4@x")), "a.mbox")
    assert [type(each) for each in read] == [SourceDocument, SourceProblem, SourceProblem, SourceDocument]
    problems = [each for each in read if isinstance(each, SourceProblem)]
    assert [(each.source[-9:], each.is_named) for each in problems] == [("a.mbox#2@x"[-9:], True), ("message-3", True)]
    assert all(is_clause(each.reason) for each in problems)


def test_a_mailbox_is_known_by_its_first_line() -> None:
    data = mailbox(mail())
    assert format_of(bytes_of(data, "Inbox"), ReadOptions()) is MBOX
    assert format_of(bytes_of(data, "a.txt"), ReadOptions()) is MBOX
    with pytest.raises(SourceError, match=r"^it is named \.mbox but does not begin like one"):
        items(b"From the harbour, with love.\n", "a.mbox")
