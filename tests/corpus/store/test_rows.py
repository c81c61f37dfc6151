import dataclasses
import json
import sqlite3
from pathlib import Path

import pytest

from corpus.documents.document import Place
from corpus.errors import StoreCorruptError
from corpus.store.database import DATABASE_NAME
from corpus.store.rows import (
    CHECKED_DOCUMENT_COLUMNS,
    CHECKED_PASSAGE_COLUMNS,
    DOCUMENT_COLUMNS,
    PASSAGE_COLUMNS,
    Record,
    document_checksum,
    document_from_record,
    metadata_columns,
    passage_checksum,
    passage_from_record,
    records,
    with_reader_version,
)
from corpus.store.store import Store
from tests.corpus.samples import FINGERPRINT, TEXT, sample_document, sample_passages

EMPTY_DOCUMENT = dict.fromkeys(CHECKED_DOCUMENT_COLUMNS)
EMPTY_PASSAGE = dict.fromkeys(CHECKED_PASSAGE_COLUMNS)


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Record, Record]:
    """The record of a document and of one of its passages."""
    with Store(tmp_path / "data", create=True) as store:
        store.put(sample_document(), sample_passages(), FINGERPRINT)
    connection = sqlite3.connect(tmp_path / "data" / DATABASE_NAME)
    try:
        document = records(connection.execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents"))[0]  # noqa: S608
        passage = records(connection.execute(f"SELECT {PASSAGE_COLUMNS} FROM passages"))[0]  # noqa: S608
    finally:
        connection.close()
    return document, passage


def another(value: object) -> object:
    return value + 1 if isinstance(value, int) else f"{value}x"


def span_text(passage: Record) -> bytes:
    return TEXT.encode()[passage["byte_start"] : passage["byte_end"]]


def test_the_version_of_the_reader_is_kept_beside_pages_and_places() -> None:
    document = dataclasses.replace(sample_document(), pages=(0, 4), places=(Place('{"reader": 9}', 5),))
    first = metadata_columns(document)["pages"]
    assert json.loads(first) == [0, 4, [5, '{"reader": 9}']]  # version 1 is not written, as in earlier stores
    later = metadata_columns(dataclasses.replace(document, reader_version=3))["pages"]
    assert json.loads(later) == [*json.loads(first), {"reader": 3}]
    assert with_reader_version(first, 3) == later
    assert with_reader_version(later, 1) == first


def test_another_version_of_the_reader_is_noticed(stored: tuple[Record, Record]) -> None:
    stored[0]["pages"] = with_reader_version(stored[0]["pages"], 2)
    with pytest.raises(StoreCorruptError, match="is damaged"):
        document_from_record(stored[0], 2)


def test_an_intact_record_becomes_what_was_put_in(stored: tuple[Record, Record]) -> None:
    document, passage = document_from_record(stored[0], 2), passage_from_record(stored[1], span_text(stored[1]))
    given = sample_document()
    assert (document.metadata, tuple(document.sections)) == (given.metadata, given.sections)
    assert (document.source, document.source_sha256, document.media_type) == (
        given.source,
        given.source_sha256,
        given.media_type,
    )
    assert (document.id, document.characters, document.passages) == ("truce", len(TEXT), 2)
    assert (passage.text, passage.section, passage.page) == (TEXT[passage.start : passage.end], "Tregua", 1)


@pytest.mark.parametrize("column", DOCUMENT_COLUMNS.split(", "))
def test_any_other_value_in_a_documents_record_is_noticed(stored: tuple[Record, Record], column: str) -> None:
    stored[0][column] = another(stored[0][column])
    with pytest.raises(StoreCorruptError, match="is damaged"):
        document_from_record(stored[0], 2)


@pytest.mark.parametrize("column", PASSAGE_COLUMNS.replace('"', "").split(", "))
def test_any_other_value_in_a_passages_record_is_noticed(stored: tuple[Record, Record], column: str) -> None:
    text = span_text(stored[1])
    stored[1][column] = another(stored[1][column])
    with pytest.raises(StoreCorruptError, match="is damaged"):
        passage_from_record(stored[1], text)


def test_another_text_of_a_passage_is_noticed(stored: tuple[Record, Record]) -> None:
    with pytest.raises(StoreCorruptError, match="is damaged"):
        passage_from_record(stored[1], span_text(stored[1])[:-1] + b"\xff")


def test_a_missing_value_and_its_name_as_text_have_different_checksums() -> None:
    assert document_checksum(EMPTY_DOCUMENT) != document_checksum({**EMPTY_DOCUMENT, "url": "null"})
    exchanged = {**EMPTY_DOCUMENT, "publisher": "b"}, {**EMPTY_DOCUMENT, "url": "b"}
    assert document_checksum(exchanged[0]) != document_checksum(exchanged[1])
    assert passage_checksum(EMPTY_PASSAGE, b"") != passage_checksum({**EMPTY_PASSAGE, "section": "null"}, b"")
