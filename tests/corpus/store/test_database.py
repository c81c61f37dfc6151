import gc
import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import (
    FootnoteError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFormatError,
    StoreMissingError,
)
from corpus.store import database
from corpus.store.checksums import checksum, keyed_checksum
from corpus.store.database import DATABASE_NAME, connect, translated_errors
from corpus.store.layout import FORMAT_VERSION
from corpus.store.store import Store
from corpus.store.view import View
from tests.corpus.samples import (
    FINGERPRINT,
    is_sentences,
    rows_of_tables,
    sample_document,
    sample_passages,
    signature,
    tamper,
)

Open = Callable[[Path], object]
OPENINGS: list[Open] = [
    lambda folder: Store(folder, create=True),
    lambda folder: Store(folder),
    lambda folder: View(folder),
]
opened_in_every_way = pytest.mark.parametrize("opening", OPENINGS, ids=["create", "write", "read"])


def refusal(error: type[FootnoteError], attempt: Callable[[], object]) -> str:
    with pytest.raises(error) as refused:
        attempt()
    assert type(refused.value) is error
    assert is_sentences(str(refused.value))
    return str(refused.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a store of one document."""
    with Store(tmp_path / "data", create=True) as store:
        store.put(sample_document(), sample_passages(), FINGERPRINT)
    return tmp_path / "data"


# Creating


def test_a_new_store_is_empty_and_of_generation_zero(tmp_path: Path) -> None:
    with Store(tmp_path / "new" / "data", create=True) as store, store.view() as view:
        assert view.counts() == (0, 0)
        assert (view.generation, view.fingerprint) == (0, None)
        assert len(view.store_id) == 32


def test_each_store_has_an_id_of_its_own_that_stays(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two", "one"):
        with Store(tmp_path / name, create=True) as store, store.view() as view:
            ids.append(view.store_id)
    assert ids[0] == ids[2] != ids[1]


def test_only_the_user_may_read_a_store(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Store(tmp_path / "data", create=True) as store:
            store.put(sample_document(), sample_passages(), FINGERPRINT)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert DATABASE_NAME in modes
    assert set(modes.values()) == {0o600}


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o750)
    before = stat.S_IMODE((tmp_path / "data").stat().st_mode)
    Store(tmp_path / "data", create=True).close()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == before


def test_readers_and_a_writer_do_not_wait_for_each_other(folder: Path) -> None:
    with Store(folder) as store, store.view() as view:
        store.remove("truce")
        assert [document.id for document in view.documents()] == ["truce"]


def test_a_commit_is_on_the_disk_when_it_returns(folder: Path) -> None:
    connection = connect(folder)
    try:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        connection.close()


CREATE_AT_ONCE = """
import os, sys
from pathlib import Path
from corpus.store import Store
for folder in map(Path, sys.argv[1:]):
    print("ready", flush=True)
    while not folder.with_suffix(".go").exists():
        pass
    try:
        Store(folder, create=True).close()
        print("made", flush=True)
    except Exception as error:
        print(type(error).__name__, error, flush=True)
"""


def test_two_processes_may_create_the_same_store_at_once(tmp_path: Path) -> None:
    folders = [tmp_path / f"data-{at}" for at in range(60)]
    creators = [
        subprocess.Popen([sys.executable, "-c", CREATE_AT_ONCE, *map(str, folders)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = []
    try:
        for folder in folders:
            assert [creator.stdout.readline() for creator in creators if creator.stdout] == ["ready\n"] * 2
            folder.with_suffix(".go").touch()
            answers += [creator.stdout.readline() for creator in creators if creator.stdout]
    finally:
        for creator in creators:
            creator.kill()
            creator.communicate()
    assert set(answers) == {"made\n"}
    assert {len(rows_of_tables(folder)["meta"]) for folder in folders} == {5}


# What is not there, or something else


@pytest.mark.parametrize("opening", OPENINGS[1:], ids=["write", "read"])
def test_a_folder_without_a_store_says_how_to_make_one_and_stays_as_it_is(opening: Open, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for missing in (tmp_path / "none", tmp_path / "data"):
        message = refusal(StoreMissingError, lambda missing=missing: opening(missing))  # type: ignore[misc]
        assert message.endswith(f"Add some with: footnote ingest PATH --data {missing}")
    assert not (tmp_path / "none").exists()
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize("opening", OPENINGS[1:], ids=["write", "read"])
def test_a_blank_file_of_a_creator_that_was_killed_counts_as_no_store(opening: Open, tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).touch()
    refusal(StoreMissingError, lambda: opening(tmp_path))


def test_a_blank_file_of_a_creator_that_was_killed_becomes_a_store(tmp_path: Path) -> None:
    tamper(tmp_path, "PRAGMA journal_mode = WAL")
    with Store(tmp_path, create=True) as store:
        assert store.put(sample_document(), sample_passages(), FINGERPRINT) == ("truce", 1)


@opened_in_every_way
def test_another_applications_database_is_refused_and_left_untouched(opening: Open, tmp_path: Path) -> None:
    tamper(tmp_path, "CREATE TABLE notes (text)")
    before = hashlib.sha256((tmp_path / DATABASE_NAME).read_bytes()).hexdigest()
    message = refusal(StoreFormatError, lambda: opening(tmp_path))
    assert message.endswith("is not a Footnote store. Choose another folder with --data.")
    assert hashlib.sha256((tmp_path / DATABASE_NAME).read_bytes()).hexdigest() == before
    assert [path.name for path in tmp_path.iterdir()] == [DATABASE_NAME]


@opened_in_every_way
@pytest.mark.parametrize("mark", ["PRAGMA user_version = 7", "PRAGMA application_id = 7"])
def test_an_empty_database_with_anothers_marks_is_refused(opening: Open, mark: str, tmp_path: Path) -> None:
    tamper(tmp_path, mark)
    refusal(StoreFormatError, lambda: opening(tmp_path))


@opened_in_every_way
@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, 0, 2**31 - 1])
def test_a_store_of_another_format_version_is_refused(opening: Open, version: int, folder: Path) -> None:
    tamper(folder, f"PRAGMA user_version = {version}")
    before = signature(folder)
    message = refusal(StoreFormatError, lambda: opening(folder))
    assert f"has format version {version}; this Footnote reads version {FORMAT_VERSION}." in message
    assert signature(folder) == before


@opened_in_every_way
@pytest.mark.parametrize("content", [b"no database at all " * 500, b"SQLite format 3\0" + b"\xff" * 4080, b"short"])
def test_a_file_that_is_no_database_is_refused_and_left_untouched(
    opening: Open, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(content)
    refusal(StoreCorruptError, lambda: opening(tmp_path))
    assert (tmp_path / DATABASE_NAME).read_bytes() == content


@opened_in_every_way
def test_a_folder_in_the_databases_place_is_refused(opening: Open, tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).mkdir()
    refusal(StoreError, lambda: opening(tmp_path))


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "data"):
        message = refusal(StoreError, lambda folder=folder: Store(folder, create=True))  # type: ignore[misc]
        assert message.startswith(f"The data folder {folder} cannot be used (")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no folder here that nobody can write")
def test_an_unwritable_folder_is_refused() -> None:
    refusal(StoreError, lambda: Store(Path("/proc/data"), create=True))


def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    if os.access(tmp_path / "data", os.W_OK):
        pytest.skip("permission bits do not bind this user")
    refusal(StoreError, lambda: Store(tmp_path / "data", create=True))


@opened_in_every_way
def test_a_store_that_is_refused_leaves_no_open_files(opening: Open, tmp_path: Path) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("open files cannot be counted here")
    tamper(tmp_path, "CREATE TABLE notes (text)")
    gc.collect()  # of earlier tests
    before = len(list(Path("/proc/self/fd").iterdir()))
    refusals = []  # kept, as a traceback would keep what it came from
    for _ in range(50):
        with pytest.raises(StoreFormatError) as refused:
            opening(tmp_path)
        refusals.append(refused)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


# Errors of SQLite


def test_a_writer_that_waits_too_long_for_another_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    before = signature(folder)
    other = sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)
    try:
        with Store(folder) as store:
            other.execute("BEGIN IMMEDIATE")
            attempts: list[Callable[[], object]] = [
                lambda: store.put(sample_document(), sample_passages(), FINGERPRINT),
                lambda: store.remove("truce"),
                lambda: store.reindex(lambda document, text: [], FINGERPRINT),
            ]
            for attempt in attempts:
                refusal(StoreBusyError, attempt)
            other.execute("ROLLBACK")
            assert signature(folder) == before
            assert store.remove("truce") == 2
    finally:
        other.close()


def test_a_creator_that_waits_too_long_for_another_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    other = sqlite3.connect(tmp_path / DATABASE_NAME, isolation_level=None)
    try:
        other.execute("BEGIN")
        other.execute("SELECT * FROM sqlite_master").fetchall()
        refusal(StoreBusyError, lambda: Store(tmp_path, create=True))
        other.execute("ROLLBACK")
        Store(tmp_path, create=True).close()
    finally:
        other.close()


def test_a_full_disk_is_called_so_and_nothing_changes(folder: Path) -> None:
    before = signature(folder)
    text = "word " * 200_000
    with Store(folder) as store:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 10}")
        message = refusal(
            StoreError, lambda: store.put(sample_document("/b.md", text), sample_passages(text), FINGERPRINT)
        )
        assert "is full. Free some space and run the command again" in message
        assert signature(folder) == before
        assert store.remove("truce") == 2


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELECT * FROM nothing", StoreError),
        ("SELECT CAST(x'ff' AS TEXT)", StoreCorruptError),
        ("INSERT INTO meta VALUES ('generation', '1', 0)", StoreCorruptError),
        ("INSERT INTO documents (key) VALUES ('text')", StoreCorruptError),
        ("SELECT ?", StoreError),
        ("SELECT 1; SELECT 2", StoreError),
        ("SELECT load_extension('none')", StoreError),
    ],
)
def test_whatever_sqlite_raises_becomes_an_error_of_ours(
    folder: Path, statement: str, error: type[FootnoteError]
) -> None:
    connection = connect(folder)
    try:
        with pytest.raises(error) as refused, translated_errors(folder / DATABASE_NAME):
            connection.execute(statement).fetchall()
    finally:
        connection.close()
    assert type(refused.value) is error
    assert is_sentences(str(refused.value))
    assert isinstance(refused.value.__cause__, sqlite3.Error)


def test_a_closed_store_is_not_called_damaged(folder: Path) -> None:
    store = Store(folder)
    view = store.view()
    for closed in (store, view):
        closed.close()
        closed.close()
    refusal(StoreError, lambda: store.remove("truce"))
    refusal(StoreError, view.documents)


def test_a_damaged_page_is_reported(tmp_path: Path) -> None:
    text = "word " * 20_000
    with Store(tmp_path, create=True) as store:
        store.put(sample_document(text=text), sample_passages(text, 50), FINGERPRINT)
    data = bytearray((tmp_path / DATABASE_NAME).read_bytes())
    page = int.from_bytes(data[16:18], "big")
    for at in range(page, len(data), page):
        data[at : at + 16] = b"\xff" * 16
    (tmp_path / DATABASE_NAME).write_bytes(data)
    refusal(StoreCorruptError, lambda: View(tmp_path))


# Checksums


@pytest.mark.parametrize("parts", [(b"", b"abc"), (b"a", b"bc"), (b"abc", b""), (b"abc",), (b"c", b"ab"), ()])
def test_parts_that_join_to_the_same_bytes_have_different_checksums(parts: tuple[bytes, ...]) -> None:
    assert checksum(*parts) != checksum(b"ab", b"c")


def test_any_flipped_bit_changes_a_checksum() -> None:
    data = bytes(range(64))
    flipped = [data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :] for at in range(64) for bit in range(8)]
    assert checksum(data) not in {checksum(other) for other in flipped}


def test_the_same_data_under_two_keys_have_different_checksums() -> None:
    assert len({keyed_checksum(key, b"data") for key in (-1, 0, 1, 256, 2**63 - 1)}) == 5


def test_words_of_a_damaged_layout_are_not_quoted(folder: Path) -> None:
    database = folder / DATABASE_NAME
    before = database.read_bytes()
    table = before.index(b"CREATE TABLE token_vectors (")
    for letter in (b"`", b"\x13"):
        at = before.index(b"\n", table) + 3
        database.write_bytes(before[:at] + letter + before[at + 1 :])
        refusal(StoreCorruptError, lambda: View(folder))
