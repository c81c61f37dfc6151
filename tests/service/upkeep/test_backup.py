"""What a backup holds, when it is refused, and the way back."""

import hashlib
import io
import json
import os
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import BackupError, FootnoteError, StoreBusyError, StoreCorruptError, StoreFormatError
from corpus.files.atomic import locked_folder
from corpus.store.database import DATABASE_NAME
from corpus.store.recovery.snapshot_copy import copy_store
from corpus.store.store import Store
from corpus.store.view import View
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.upkeep.backup import back_up, restore
from service.upkeep.feedback import FEEDBACK_NAME, Feedback
from service.upkeep.verify import problems
from tests.corpus.samples import is_sentences, rows_of_tables, signature, tamper
from tests.service.conftest import Add, OpenLibrary, OpenPipeline, local

RATING = {"question": "When?", "status": "not_found", "rating": "down", "passage": None}
QUIET = NoProgress()


def content(folder: Path) -> dict[str, object]:
    """All that a store holds but its id and generation, having verified it."""
    with View(folder) as view:
        assert list(problems(view, QUIET)) == []
    tables = rows_of_tables(folder)
    meta = {row[0]: row[1] for row in tables.pop("meta")}
    return {**tables, "meta": (meta["encoder"], meta["totals"])}


def identity(folder: Path) -> tuple[str, int]:
    with View(folder) as view:
        return view.store_id, view.generation


@pytest.fixture
def data(add: Add, settings: Settings) -> Path:
    """A data folder of two documents and a rating."""
    add("one.txt", "The truce began in 2012.\n\nNobody was told of it.")
    add("two.txt", "Then it ended, in 2014.")
    Feedback(settings.data, 10).add(RATING)
    return settings.data


@pytest.fixture
def file(data: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    back_up(data, tmp_path / "backup.tar", QUIET)
    return tmp_path / "backup.tar"


def refusal(attempt: Callable[[], object], kind: type[FootnoteError] = BackupError) -> str:
    with pytest.raises(kind) as refused:
        attempt()
    assert is_sentences(str(refused.value))
    return str(refused.value)


# Making one


def test_a_backup_holds_all_but_what_is_made_again(data: Path, file: Path) -> None:
    with tarfile.open(file) as archive:
        members = {member.name: archive.extractfile(member) for member in archive}
        assert list(members) == ["manifest.json", DATABASE_NAME, FEEDBACK_NAME]
        read = {name: member.read() for name, member in members.items() if member is not None}
    manifest = json.loads(read.pop("manifest.json"))
    assert manifest["files"] == {name: hashlib.sha256(data).hexdigest() for name, data in read.items()}
    assert (manifest["documents"], manifest["generation"], manifest["backup"]) == (2, identity(data)[1], 1)


def test_a_backup_is_for_its_owner_alone_and_names_nobody(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as archive:
        assert {(m.uid, m.gid, m.uname, m.gname, m.mode) for m in archive} == {(0, 0, "", "", 0o600)}


def test_making_a_backup_changes_nothing_and_leaves_nothing_else(data: Path, tmp_path: Path) -> None:
    before, files = signature(data), sorted(tmp_path.rglob("*"))
    back_up(data, tmp_path / "backup.tar", QUIET)
    assert signature(data) == before
    assert sorted(tmp_path.rglob("*")) == sorted([*files, tmp_path / "backup.tar"])


def test_a_backup_made_while_others_write_is_of_one_generation(
    data: Path, store: Store, add: Add, tmp_path: Path
) -> None:
    states = {identity(data)[1]: content(data)}
    stop, begun = threading.Event(), threading.Event()

    def write() -> None:
        at = 0
        while not stop.is_set():
            add(f"more-{at}.txt", f"The talks of day {at} were long. " * 20)
            generation = identity(data)[1]
            states[generation] = content(data)
            begun.set()
            at += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(60)
        made = [back_up(data, tmp_path / f"{at}.tar", QUIET)[0] for at in range(5)]
    finally:
        stop.set()
        writer.join()
    for at, about in enumerate(made):
        restore(tmp_path / f"{at}.tar", tmp_path / f"restored-{at}", QUIET)
        assert content(tmp_path / f"restored-{at}") == states[about.generation]


def test_a_damaged_store_never_takes_the_place_of_a_good_backup(data: Path, file: Path) -> None:
    good = file.read_bytes()
    tamper(data, "UPDATE documents SET title = 'x' WHERE id = 'one'")
    said = refusal(lambda: back_up(data, file, QUIET, force=True), StoreCorruptError)
    assert "(one: The record of document 'one' is damaged)" in said
    assert file.read_bytes() == good


def test_an_existing_file_is_replaced_only_with_force(data: Path, add: Add, file: Path) -> None:
    good = file.read_bytes()
    assert refusal(lambda: back_up(data, file, QUIET)).endswith("or overwrite it with --force.")
    assert file.read_bytes() == good
    add("three.txt", "A third.")
    assert back_up(data, file, QUIET, force=True)[0].documents == 3


def test_a_backup_needs_a_folder(data: Path, tmp_path: Path) -> None:
    assert "There is no folder" in refusal(lambda: back_up(data, tmp_path / "none" / "b.tar", QUIET))
    assert not (tmp_path / "none").exists()


def test_a_backup_that_cannot_be_written_leaves_nothing(data: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar").mkdir()
    assert "cannot be written (" in refusal(lambda: back_up(data, tmp_path / "b.tar", QUIET, force=True))
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_two_backups_to_one_file_at_once_do_not_mix(data: Path, tmp_path: Path) -> None:
    with locked_folder(tmp_path / ".b.tar-parts"):
        assert "Another process is doing the same" in refusal(lambda: back_up(data, tmp_path / "b.tar", QUIET))


def test_what_a_killed_backup_left_does_no_harm(data: Path, tmp_path: Path) -> None:
    left = tmp_path / ".b.tar-parts" / "copy"
    left.mkdir(parents=True)
    (left / DATABASE_NAME).write_bytes(b"half")
    back_up(data, tmp_path / "b.tar", QUIET)
    assert not left.parent.exists()


# The way back


@pytest.mark.parametrize("there", [False, True])
def test_a_backup_comes_back_as_it_was(file: Path, data: Path, tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "some" / "where"
    if there:
        Store(folder, create=True).close()
    about, generation, aside = restore(file, folder, QUIET)
    assert (about.documents, generation, aside) == (2, identity(data)[1] + 1, None)
    assert content(folder) == content(data)
    assert Feedback(folder).ratings() == Feedback(data).ratings()
    assert stat.S_IMODE((folder / DATABASE_NAME).stat().st_mode) == 0o600
    assert {path.name for path in folder.iterdir()} - {f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm"} == {
        DATABASE_NAME,
        FEEDBACK_NAME,
    }


def test_documents_are_replaced_only_with_force(file: Path, data: Path, add: Add) -> None:
    was = content(data)
    add("three.txt", "A third.")
    before = signature(data)
    said = refusal(lambda: restore(file, data, QUIET))
    assert said.startswith(f"There is a store with 3 documents in {data}.")
    assert signature(data) == before

    _, generation, _ = restore(file, data, QUIET, force=True)
    assert content(data) == was
    assert identity(data)[1] == generation > 3


def test_a_running_library_moves_to_the_restored_documents(
    file: Path, data: Path, add: Add, open_pipeline: OpenPipeline
) -> None:
    pipeline = open_pipeline()
    add("three.txt", "The third truce began in 2020.")
    assert pipeline.library.refresh()
    assert {p.citation.document_id for p in pipeline.ask("When did it begin?").passages} >= {"three"}
    with pipeline.library.snapshot() as before:
        restore(file, data, QUIET, force=True)
        assert before.view.document("three").id == "three"  # who asks goes on seeing what was there
        assert pipeline.library.refresh()
    answer = pipeline.ask("When did it begin?")
    assert {p.citation.document_id for p in answer.passages} == {"one", "two"}
    assert answer.generation == identity(data)[1]


def test_a_restored_store_is_another_one_for_every_index(
    file: Path, data: Path, add: Add, open_library: OpenLibrary, tmp_path: Path
) -> None:
    """The same number of changes after the same backup: nothing may take the one store for the other."""
    library = open_library()
    add("left.txt", "It went this way.")
    library.refresh()
    restore(file, data, QUIET, force=True)
    add("right.txt", "It went that way.")
    library.refresh()
    with library.snapshot() as snapshot:
        assert snapshot.view.document_ids() == ["one", "right", "two"]
        searcher = local(snapshot)
        assert searcher.index.keys.tolist() == searcher.lexical.keys() == searcher.view.passage_keys()


def test_ratings_that_came_since_stay_and_none_comes_twice(file: Path, data: Path) -> None:
    feedback = Feedback(data, 10)
    old = feedback.ratings()
    new = feedback.add(RATING)
    restore(file, data, QUIET, force=True)
    assert [rating.id for rating in feedback.ratings()] == [old[0].id, new]


def test_a_backup_of_another_format_version_is_refused(data: Path, tmp_path: Path) -> None:
    copy_store(data, tmp_path)
    tamper(tmp_path, "PRAGMA user_version = 3")
    database = (tmp_path / DATABASE_NAME).read_bytes()
    file = tmp_path / "backup.tar"
    manifest = {
        "documents": 2,
        "passages": 4,
        "generation": 4,
        "made": "2026-01-01T00:00:00+00:00",
        "files": {DATABASE_NAME: hashlib.sha256(database).hexdigest()},
        "backup": 1,
    }
    write_archive(file, {"manifest.json": json.dumps(manifest).encode(), DATABASE_NAME: database})
    assert "holds a store of a later format version. Restore it with a later Footnote." in refusal(
        lambda: restore(file, tmp_path / "new", QUIET)
    )
    assert not (tmp_path / "new" / DATABASE_NAME).exists()


def test_a_store_of_another_format_version_is_not_replaced(file: Path, data: Path) -> None:
    tamper(data, "PRAGMA user_version = 3")
    before = signature(data)
    with pytest.raises(StoreFormatError):
        restore(file, data, QUIET, force=True)
    assert signature(data) == before


@pytest.mark.parametrize("damage", [b"\xff" * 4096, b"SQLite format 3\0" + b"\xff" * 4080, b"short"])
def test_a_store_too_damaged_to_be_opened_is_moved_out_of_the_way(
    file: Path, data: Path, tmp_path: Path, damage: bytes
) -> None:
    folder = tmp_path / "damaged"
    restore(file, folder, QUIET)
    database = (folder / DATABASE_NAME).read_bytes()
    (folder / DATABASE_NAME).write_bytes(damage + database[len(damage) :])
    assert "a store that cannot be read" in refusal(lambda: restore(file, folder, QUIET))

    _, _, aside = restore(file, folder, QUIET, force=True)
    assert aside is not None
    assert (folder / aside).read_bytes().startswith(damage)
    assert content(folder) == content(data)


@pytest.mark.parametrize("damage", ["DELETE FROM meta", "DELETE FROM documents", "UPDATE passages SET vector = x'00'"])
def test_a_damaged_store_is_replaced_in_place(file: Path, data: Path, damage: str) -> None:
    was = content(data)
    tamper(data, damage)
    _, _, aside = restore(file, data, QUIET, force=True)
    assert aside is None
    assert content(data) == was


def test_another_applications_database_is_never_replaced(file: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    tamper(tmp_path / "notes", "CREATE TABLE notes (text)")
    before = (tmp_path / "notes" / DATABASE_NAME).read_bytes()
    refusal(lambda: restore(file, tmp_path / "notes", QUIET, force=True), StoreFormatError)
    assert (tmp_path / "notes" / DATABASE_NAME).read_bytes() == before


def test_a_writer_that_does_not_end_is_not_overrun(file: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.store.recovery.snapshot_copy.BUSY_TIMEOUT_S", 0.2)
    monkeypatch.setattr("corpus.store.database.BUSY_TIMEOUT_S", 0.05)
    before = signature(data)
    other = sqlite3.connect(data / DATABASE_NAME, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        refusal(lambda: restore(file, data, QUIET, force=True), StoreBusyError)
        other.execute("ROLLBACK")
    finally:
        other.close()
    assert signature(data) == before
    assert not (data / "restore").exists()


def test_two_restores_at_once_do_not_mix(file: Path, data: Path) -> None:
    with locked_folder(data / "restore"):
        assert "Another process is doing the same" in refusal(lambda: restore(file, data, QUIET, force=True))


# What is no backup


def write_archive(file: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(file, "w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def test_any_damaged_byte_is_found_or_harmless(file: Path, data: Path, tmp_path: Path) -> None:
    good, want = file.read_bytes(), content(data)
    size = len(good)
    outcomes = {"refused": 0, "harmless": 0}
    places = [*range(0, 2048, 25), *range(2048, size, size // 40)]
    for at, place in enumerate(places):
        file.write_bytes(good[:place] + bytes([good[place] ^ (1 << at % 8)]) + good[place + 1 :])
        folder = tmp_path / f"restored-{at}"
        try:
            restore(file, folder, QUIET)
        except BackupError:
            outcomes["refused"] += 1
            assert not (folder / DATABASE_NAME).exists()
        else:
            outcomes["harmless"] += 1
            assert content(folder) == want
    assert outcomes["refused"] > len(places) / 2


def test_a_backup_cut_anywhere_is_refused(file: Path, tmp_path: Path) -> None:
    good = file.read_bytes()
    with tarfile.open(file) as archive:
        end = max(member.offset_data + member.size for member in archive)
    for size in [0, 1, 511, 512, 513, 1024, *range(2048, end, end // 20), end - 1]:
        file.write_bytes(good[:size])
        assert refusal(lambda: restore(file, tmp_path / "restored", QUIET))
        assert not (tmp_path / "restored" / DATABASE_NAME).exists()


def test_what_is_no_backup_is_refused(file: Path, data: Path, tmp_path: Path) -> None:
    with tarfile.open(file) as archive:
        database = archive.extractfile(DATABASE_NAME)
        manifest = archive.extractfile("manifest.json")
        assert database is not None
        assert manifest is not None
        members = {"manifest.json": manifest.read(), DATABASE_NAME: database.read()}
    other = tmp_path / "other.tar"
    cases: list[dict[str, bytes]] = [
        {},
        {DATABASE_NAME: members[DATABASE_NAME]},
        {"manifest.json": members["manifest.json"]},
        {**members, "manifest.json": b"[]"},
        {**members, "manifest.json": b"{" * 1000},
        {**members, "manifest.json": json.dumps({**json.loads(members["manifest.json"]), "backup": 2}).encode()},
        {**members, "manifest.json": json.dumps({**json.loads(members["manifest.json"]), "more": 2}).encode()},
    ]
    for case in cases:
        write_archive(other, case)
        refusal(lambda: restore(other, data, QUIET, force=True))
    other.write_text("no archive", encoding="utf-8")
    refusal(lambda: restore(other, data, QUIET, force=True))
    refusal(lambda: restore(tmp_path, data, QUIET, force=True))
    refusal(lambda: restore(tmp_path / "none", data, QUIET, force=True))
    assert not [path for path in tmp_path.iterdir() if path.name == "restored"]


def test_a_backup_writes_nowhere_but_where_it_belongs(file: Path, tmp_path: Path) -> None:
    with tarfile.open(file) as archive:
        members = {m.name: content.read() for m in archive if (content := archive.extractfile(m)) is not None}
    names = ["../evil", "/tmp/footnote-evil", "restore/../../evil", "index/vectors/manifest.json"]  # noqa: S108
    write_archive(file, {**members, **dict.fromkeys(names, b"evil")})
    with tarfile.open(file, "a") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, os.devnull
        archive.addfile(link)
    folder = tmp_path / "deep" / "data"
    restore(file, folder, QUIET)
    assert not [path for path in tmp_path.rglob("*") if path.name in ("evil", "link", "manifest.json")]
    assert not Path("/tmp/footnote-evil").exists()  # noqa: S108


def test_a_restore_that_fails_at_the_last_step_changes_nothing(
    file: Path, data: Path, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("three.txt", "A third.")
    before = signature(data)

    def full(*given: object) -> int:
        raise StoreBusyError("Another process is writing.")

    monkeypatch.setattr("service.upkeep.backup.replace_store", full)
    with pytest.raises(StoreBusyError):
        restore(file, data, QUIET, force=True)
    assert signature(data) == before
    assert not (data / "restore").exists()
