"""Every kind of damage to a store is found and attributed to the right document."""

import json
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.documents.document import Passage, passage_id
from corpus.store.checksums import keyed_checksum
from corpus.store.rows import passage_checksum
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.upkeep.verify import Problem, Remedy, problems
from tests.corpus.samples import set_meta
from tests.service.conftest import settings_for_long
from tests.service.ingest.checks import Recorder

FIRST = "The first.\n\nIt has a text."
LAST = "The last.\n\nIt has one too."
LONG = "# The truce 🦜\n\n" + "The truce began in that year. Él llegó. Who did? " * 12


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, tiny_encoder: Encoder) -> Path:
    """The data folder of a store of three documents; `middle` is the one that will be damaged."""
    folder = tmp_path_factory.mktemp("good")
    settings = settings_for_long(data=folder / "data", encoder=str(tiny_model), passage_tokens=40, title_tokens=8)
    (folder / "files").mkdir()
    for name, text in {"first.txt": FIRST, "middle.md": LONG, "last.txt": LAST}.items():
        (folder / "files" / name).write_text(text)
    with Store(settings.data, create=True) as store:
        Ingester(store, lambda: tiny_encoder, settings).ingest([folder / "files"], NoProgress())
    return settings.data


@pytest.fixture
def good(made: Path, settings: Settings) -> Iterator[Store]:
    """A copy of it to be damaged."""
    shutil.copytree(made, settings.data)
    with Store(settings.data) as store:
        yield store


@pytest.fixture
def raw(good: Store, settings: Settings) -> Iterator[sqlite3.Connection]:
    """The database behind the store's back."""
    with closing(sqlite3.connect(settings.data / "footnote.db", isolation_level=None)) as connection:
        yield connection


def found(store: Store) -> list[Problem]:
    with store.view() as view:
        return list(problems(view, NoProgress()))


def only_in_middle(store: Store) -> str:
    """The one problem there is, which must be of the damaged document."""
    [problem] = found(store)
    assert problem.document == "middle"
    return problem.detail


def second_passage(raw: sqlite3.Connection) -> tuple[int, dict[str, object]]:
    """Key and columns of a passage in the midst of the damaged document."""
    raw.row_factory = sqlite3.Row
    row = raw.execute(
        "SELECT p.* FROM passages p JOIN documents d ON d.key = p.document"
        " WHERE d.id = 'middle' ORDER BY start LIMIT 1 OFFSET 1"
    ).fetchone()
    return row["key"], dict(row)


def rewrite(raw: sqlite3.Connection, columns: dict[str, object]) -> None:
    """Write a passage with a checksum that fits, so that only an invariant can tell."""
    [(text,)] = [tuple(row) for row in raw.execute("SELECT text FROM documents WHERE id = 'middle'")]
    names = ("key", "id", "document", "start", "end", "byte_start", "byte_end", "page", "section")
    first, last = columns["byte_start"], columns["byte_end"]
    assert isinstance(first, int)
    assert isinstance(last, int)
    columns["checksum"] = passage_checksum(columns, text[first:last])
    assignments = ", ".join(f"{name} = :{name}" for name in (*names, "checksum"))
    raw.execute(f"UPDATE passages SET {assignments} WHERE key = :key", columns)  # noqa: S608


def set_vector(raw: sqlite3.Connection, key: int, data: bytes) -> None:
    raw.execute(
        "UPDATE passages SET vector = ?, vector_checksum = ? WHERE key = ?", (data, keyed_checksum(key, data), key)
    )


def set_signs(raw: sqlite3.Connection, key: int, data: bytes) -> None:
    raw.execute(
        "UPDATE token_vectors SET data = ?, checksum = ? WHERE passage = ?", (data, keyed_checksum(key, data), key)
    )


def test_a_good_store_has_no_problems(good: Store) -> None:
    assert found(good) == []


def test_an_empty_store_has_no_problems(store: Store) -> None:
    assert found(store) == []


def test_progress_reports_every_document(good: Store) -> None:
    progress = Recorder()
    with good.view() as view:
        list(problems(view, progress))

    each = [f"{what}" for name in ("first", "last", "middle") for what in (f"doing {name}", "advance")]
    assert progress.reported == ["start 3", *each, "finish"]


def test_a_changed_byte_of_a_text_is_found(good: Store, raw: sqlite3.Connection) -> None:
    [(text,)] = raw.execute("SELECT text FROM documents WHERE id = 'middle'").fetchall()
    raw.execute("UPDATE documents SET text = ? WHERE id = 'middle'", (text.replace(b"began", b"begin", 1),))

    assert only_in_middle(good) == "The text of document 'middle' is damaged"


@pytest.mark.parametrize(
    "change",
    [
        "title = 'Another'",
        "publisher = 'Nobody'",
        "authors = '[\"X\"]'",
        "published = '2001-01-01'",
        "sections = '[]'",
        "source = 'elsewhere'",
        "source_sha256 = 'x'",
        "revision = 'sha256:x'",
        "characters = characters + 1",
        "media_type = 'text/html'",
        "extra = '{\"a\": 1}'",
    ],
)
def test_a_changed_record_is_found(good: Store, raw: sqlite3.Connection, change: str) -> None:
    raw.execute(f"UPDATE documents SET {change} WHERE id = 'middle'")  # noqa: S608

    assert only_in_middle(good) == "The record of document 'middle' is damaged"


@pytest.mark.parametrize("column", ["start", "end", "byte_start", "byte_end", "page", "section", "checksum"])
def test_a_changed_column_of_a_passage_is_found(good: Store, raw: sqlite3.Connection, column: str) -> None:
    key, _ = second_passage(raw)
    raw.execute(f"UPDATE passages SET {column} = coalesce({column}, 0) + 1 WHERE key = ?", (key,))  # noqa: S608

    assert "is damaged" in only_in_middle(good)


def test_a_shifted_span_with_a_right_checksum_is_found(good: Store, raw: sqlite3.Connection) -> None:
    _, columns = second_passage(raw)
    for name in ("start", "end"):
        columns[name] = int(str(columns[name])) + 1
    rewrite(raw, columns)

    details = [problem.detail for problem in found(good) if problem.document == "middle"]
    assert f"passage {columns['id']} is not the text of its span" in details
    assert f"passage {columns['id']} does not have the id of its span" in details


def test_a_span_shifted_in_every_column_and_renamed_leaves_a_hole(good: Store, raw: sqlite3.Connection) -> None:
    _, columns = second_passage(raw)
    start, end = (int(str(columns[name])) for name in ("start", "end"))
    columns |= {"start": start + 4, "byte_start": len(LONG[: start + 4].encode())}
    with good.view() as view:
        columns["id"] = passage_id("middle", view.document("middle").revision, Passage(start + 4, end))
    rewrite(raw, columns)

    problem, of_words = found(good)
    assert problem.document == "middle"
    assert problem.detail.endswith(f"to {start + 4} are in no passage")
    assert "term counts" in of_words.detail


def test_a_wrong_id_with_a_right_checksum_is_found(good: Store, raw: sqlite3.Connection) -> None:
    _, columns = second_passage(raw)
    columns["id"] = "0" * 16
    rewrite(raw, columns)

    assert only_in_middle(good) == "passage 0000000000000000 does not have the id of its span"


@pytest.mark.parametrize("which", ["start LIMIT 1", "start LIMIT 1 OFFSET 1", "start DESC LIMIT 1"])
def test_a_missing_passage_leaves_a_hole(good: Store, raw: sqlite3.Connection, which: str) -> None:
    [(key, start, end)] = raw.execute(
        "SELECT p.key, p.start, p.end FROM passages p JOIN documents d ON d.key = p.document"  # noqa: S608
        f" WHERE d.id = 'middle' ORDER BY p.{which}"
    ).fetchall()
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("DELETE FROM passages WHERE key = ?", (key,))

    detail = only_in_middle(good)
    first, last = (int(word) for word in detail.split() if word.isdecimal())
    assert first <= start < end <= last
    assert detail == f"characters {first} to {last} are in no passage"


def test_a_document_without_any_passage_is_found(good: Store, raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("DELETE FROM passages WHERE document = (SELECT key FROM documents WHERE id = 'middle')")

    assert only_in_middle(good) == f"characters 0 to {len(LONG)} are in no passage"


def test_a_changed_vector_is_found(good: Store, raw: sqlite3.Connection) -> None:
    key, _ = second_passage(raw)
    raw.execute("UPDATE passages SET vector = zeroblob(length(vector)) WHERE key = ?", (key,))

    detail = only_in_middle(good)
    assert f"The vector of passage {key}" in detail
    assert "damaged" in detail


@pytest.mark.parametrize(
    "data", [bytes(128), struct.pack("<32f", *[2.0] * 32), struct.pack("<32f", *[float("nan")] * 32)], ids=len
)
def test_a_vector_of_a_wrong_length_with_a_right_checksum_is_found(
    good: Store, raw: sqlite3.Connection, data: bytes
) -> None:
    key, _ = second_passage(raw)
    set_vector(raw, key, data)

    assert only_in_middle(good) == f"the vector of passage {key} does not have norm 1"


@pytest.mark.parametrize("size", [0, 4, 127, 256])
def test_a_vector_of_a_wrong_size_with_a_right_checksum_is_found(
    good: Store, raw: sqlite3.Connection, size: int
) -> None:
    key, _ = second_passage(raw)
    set_vector(raw, key, bytes(size))

    assert only_in_middle(good) == f"the vector of passage {key} has {size} bytes instead of 128"


def test_missing_token_vectors_are_found(good: Store, raw: sqlite3.Connection) -> None:
    key, _ = second_passage(raw)
    raw.execute("DELETE FROM token_vectors WHERE passage = ?", (key,))

    assert only_in_middle(good) == f"Passage {key} has no token vectors"


def test_changed_token_vectors_are_found(good: Store, raw: sqlite3.Connection) -> None:
    key, _ = second_passage(raw)
    raw.execute("UPDATE token_vectors SET data = zeroblob(length(data)) WHERE passage = ?", (key,))

    assert only_in_middle(good) == f"The token vectors of passage {key} are damaged"


@pytest.mark.parametrize("size", [0, 1, 7, 4 * 65, 4 * 1000], ids=lambda size: f"{size} bytes")
def test_token_vectors_of_a_wrong_size_with_a_right_checksum_are_found(
    good: Store, raw: sqlite3.Connection, size: int
) -> None:
    key, _ = second_passage(raw)
    set_signs(raw, key, b"\x55" * size)

    assert only_in_middle(good) == f"the token vectors of passage {key} do not match 1 to 64 tokens"


def test_token_vectors_of_no_passage_are_found(good: Store, raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("INSERT INTO token_vectors VALUES (1, x'00', 0)")

    [problem] = found(good)
    assert problem == Problem(None, "row 1 of token_vectors refers to nothing", Remedy.REWRITE)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{}",
        "[]",
        "no json",
        '{"dimension": 32}',
        '{"dimension": "many", "max_tokens": 64}',
        '{"dimension": 0, "max_tokens": 64}',
        '{"dimension": 4, "max_tokens": 64}',
        '{"dimension": Infinity, "max_tokens": 64}',
    ],
)
def test_a_damaged_record_of_the_encoder_is_found(good: Store, raw: sqlite3.Connection, value: str) -> None:
    set_meta(raw, "encoder", value)

    assert found(good) == [Problem(None, "the record of the encoder is damaged", Remedy.ENCODE_ALL)]


def test_another_dimension_than_the_vectors_have_is_found_in_every_document(
    good: Store, raw: sqlite3.Connection
) -> None:
    set_meta(raw, "encoder", json.dumps({"dimension": 64, "max_tokens": 64}))

    assert {problem.document for problem in found(good)} == {"first", "middle", "last"}


def test_damage_to_one_document_does_not_hide_damage_to_another(good: Store, raw: sqlite3.Connection) -> None:
    raw.execute("UPDATE documents SET title = 'x' WHERE id = 'first'")
    raw.execute(
        "UPDATE token_vectors SET checksum = checksum + 1 WHERE passage = (SELECT max(passage) FROM token_vectors)"
    )

    assert [problem.document for problem in found(good)] == ["first", "middle"]


def test_a_damaged_page_of_the_database_is_reported(good: Store, settings: Settings) -> None:
    good.close()
    path = settings.data / "footnote.db"
    data = bytearray(path.read_bytes())
    at = data.index(b"The truce began in that year", 8192)
    data[at : at + 9] = b"The peace"
    path.write_bytes(data)

    with Store(settings.data) as damaged:
        assert [problem.document for problem in found(damaged)] == ["middle"]
