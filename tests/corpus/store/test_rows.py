import sqlite3
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import StoreCorruptError
from corpus.store.database import DATABASE_NAME
from corpus.store.rows import (
    DOCUMENT_COLUMNS,
    PASSAGE_COLUMNS,
    document_from_row,
    metadata_checksum,
    passage_checksum,
    passage_from_row,
)
from corpus.store.store import Store
from tests.corpus.samples import FINGERPRINT, TEXT, sample_document, sample_passages

NOT_COVERED = ("(SELECT count(*) FROM passages WHERE document = documents.key)",)
"""Counted, not stored."""


@pytest.fixture
def rows(tmp_path: Path) -> tuple[list[Any], list[Any]]:
    """The row of a document and of one of its passages."""
    with Store(tmp_path / "data", create=True) as store:
        store.put(sample_document(), sample_passages(), FINGERPRINT)
    connection = sqlite3.connect(tmp_path / "data" / DATABASE_NAME)
    try:
        document = connection.execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents").fetchone()  # noqa: S608
        passage = connection.execute(f"SELECT {PASSAGE_COLUMNS} FROM passages").fetchone()  # noqa: S608
    finally:
        connection.close()
    return list(document), list(passage)


def columns(names: str) -> list[tuple[int, str]]:
    return [(at, name) for at, name in enumerate(names.split(", ")) if name not in NOT_COVERED]


def another(value: object) -> object:
    return value + 1 if isinstance(value, int) else f"{value}x"


def span_text(passage: list[Any]) -> bytes:
    return TEXT.encode()[passage[5] : passage[6]]


def test_an_intact_row_becomes_what_was_put_in(rows: tuple[list[Any], list[Any]]) -> None:
    document, passage = document_from_row(rows[0]), passage_from_row(rows[1], span_text(rows[1]))
    given = sample_document()
    assert (document.metadata, tuple(document.sections)) == (given.metadata, given.sections)
    assert (document.source, document.source_sha256, document.media_type) == (
        given.source,
        given.source_sha256,
        given.media_type,
    )
    assert (document.id, document.characters, document.passages) == ("truce", len(TEXT), 2)
    assert (passage.text, passage.section, passage.page) == (TEXT[passage.start : passage.end], "Tregua", 1)


@pytest.mark.parametrize(("at", "column"), columns(DOCUMENT_COLUMNS))
def test_any_other_value_in_a_documents_row_is_noticed(rows: tuple[list[Any], list[Any]], at: int, column: str) -> None:
    rows[0][at] = another(rows[0][at])
    with pytest.raises(StoreCorruptError, match="is damaged"):
        document_from_row(rows[0])


@pytest.mark.parametrize(("at", "column"), columns(PASSAGE_COLUMNS))
def test_any_other_value_in_a_passages_row_is_noticed(rows: tuple[list[Any], list[Any]], at: int, column: str) -> None:
    text = span_text(rows[1])
    rows[1][at] = another(rows[1][at])
    with pytest.raises(StoreCorruptError, match="is damaged"):
        passage_from_row(rows[1], text)


def test_another_text_of_a_passage_is_noticed(rows: tuple[list[Any], list[Any]]) -> None:
    with pytest.raises(StoreCorruptError, match="is damaged"):
        passage_from_row(rows[1], span_text(rows[1])[:-1] + b"\xff")


def test_a_missing_value_and_its_name_as_text_have_different_checksums() -> None:
    assert metadata_checksum(["a"], [None]) != metadata_checksum(["a"], ["null"])
    assert metadata_checksum(["a"], ["b"]) != metadata_checksum([], ["b", "a"])
    assert passage_checksum([None], b"") != passage_checksum(["null"], b"")
