"""The layout of a store, which a frozen store of the same format version must have.

`format-1.db` was written by the code of version 1. It holds two documents; a third was removed.
"""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from corpus.documents.fields import METADATA_FIELDS
from corpus.store.database import DATABASE_NAME
from corpus.store.layout import FORMAT_VERSION
from corpus.store.store import Store
from corpus.store.view import View
from tests.corpus.samples import (
    FINGERPRINT,
    TEXT,
    all_passages,
    allowed_keys,
    filters_of,
    read_everything,
    sample_document,
    sample_passages,
)

FROZEN = Path(__file__).parent / f"format-{FORMAT_VERSION}.db"


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """A data folder with a copy of the frozen store."""
    shutil.copy(FROZEN, tmp_path / DATABASE_NAME)
    return tmp_path


def schema(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the columns of each table and index."""
    with contextlib.closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
        return {
            name: [
                *connection.execute("SELECT * FROM pragma_table_info(?)", (name,)),
                *connection.execute("SELECT * FROM pragma_index_info(?)", (name,)),
            ]
            for name in names
        }


def test_a_new_store_has_the_layout_of_the_frozen_one(frozen: Path, tmp_path: Path) -> None:
    Store(tmp_path / "new", create=True).close()
    assert schema(tmp_path / "new") == schema(frozen)


def test_every_metadata_field_has_a_column(tmp_path: Path) -> None:
    Store(tmp_path, create=True).close()
    columns = {str(row[1]) for row in schema(tmp_path)["documents"]}
    assert {field.name for field in METADATA_FIELDS} <= columns


def test_a_frozen_store_is_intact_and_can_be_changed(frozen: Path) -> None:
    read_everything(frozen)
    with View(frozen) as view:
        view.check_totals()
        assert (view.generation, view.fingerprint, view.document_ids()) == (4, FINGERPRINT, ["talks", "truce"])
        assert "".join(passage.text for passage in all_passages(view)[:2]) == TEXT
        assert view.document("truce").metadata == sample_document().metadata
        assert len(allowed_keys(view, filters_of(tags=["tregua"]))) == 4
        assert [document.reader_version for document in view.documents()] == [1, 1]
        assert [source.reader_version for source in view.sources()] == [1, 1]
    with Store(frozen) as store:
        store.put(sample_document("/documents/new.md"), sample_passages(), FINGERPRINT)
        store.remove("talks")
    read_everything(frozen)
