"""`footnote verify`, and indexes that are missing or damaged."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.store.database import DATABASE_NAME
from corpus.store.write_lock import WRITER_NAME
from tests.corpus.readers.files import pdf
from tests.service.cli.conftest import Run, damage

Write = Callable[..., Path]


def lose_index(index: Path) -> None:
    shutil.rmtree(index)


def lose_files(index: Path) -> None:
    for path in [path for path in index.rglob("*") if path.is_file() and path.suffix != ".json"]:
        path.unlink()


def lose_manifests(index: Path) -> None:
    for path in index.rglob("manifest.json"):
        path.unlink()


def cut_short(index: Path) -> None:
    for path in [path for path in index.rglob("*") if path.is_file()]:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zero(index: Path) -> None:
    for path in [path for path in index.rglob("*") if path.is_file()]:
        path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("damage", [lose_index, lose_files, lose_manifests, cut_short, zero], ids=lambda d: d.__name__)
def test_missing_or_damaged_indexes_are_rebuilt_and_the_answer_is_the_same(
    filled: Run, data: Path, write: Write, damage: Callable[[Path], None]
) -> None:
    assert filled("ingest", write("prison.txt", "The prison\n\nThe prison was full in that year."), "--json").code == 0

    def answered() -> object:
        return {**json.loads(filled("ask", "When did the truce begin?", "--json").out), "timing_ms": None}

    before = answered()
    damage(data / "index")
    assert answered() == before
    again = filled("verify")
    assert (again.code, "rebuilt" in again.out + again.err) == (0, False)


def test_verify_finds_a_good_store_good(filled: Run) -> None:
    ran = filled("verify")
    assert ran.code == 0
    assert ran.out == "Checked 1 document and 1 passage, vector index exact: everything is intact.\n"


def test_verify_encodes_a_document_again_whose_vectors_are_damaged(filled: Run, data: Path) -> None:
    before = filled("ask", "Who began the truce?", "--json").out
    damage(data, "UPDATE passages SET vector = zeroblob(length(vector))")

    checked = filled("verify", "--check")
    assert checked.code == 3
    assert checked.err.startswith("truce (from ")
    assert "1 problem found. Nothing was changed." in checked.out
    assert filled("verify", "--check").err == checked.err

    repaired = filled("verify")
    assert repaired.code == 0
    assert "is damaged; it has been repaired." in repaired.out
    assert "index on disk" not in repaired.out  # the repair made it stale
    assert filled("verify", "--check").code == 0
    passages = [json.loads(told)["passages"] for told in (before, filled("ask", "Who began the truce?", "--json").out)]
    assert passages[0] == passages[1]


def test_verify_names_a_document_that_it_cannot_repair_and_ingest_replaces_it(filled: Run, data: Path) -> None:
    whole = json.loads(filled("documents", "show", "truce", "--json").out)
    damage(data, "UPDATE documents SET title = 'Another'")

    ran = filled("verify")
    assert ran.code == 3
    assert ran.err == f"truce (from {whole['source']}): The record of document 'truce' is damaged\n"
    assert f"1 problem left. Ingest these files again with: footnote ingest FILE --data {data}" in ran.out
    assert json.loads(filled("verify", "--json").out)["problems"][0]["source"] == whole["source"]

    assert "1 replaced" in filled("ingest", whole["source"]).out
    assert filled("verify", "--check").code == 0
    assert json.loads(filled("documents", "show", "truce", "--json").out)["title"] == whole["title"]


def test_a_damaged_document_can_be_removed(filled: Run, data: Path) -> None:
    damage(data, "UPDATE documents SET title = 'Another'")
    assert filled("documents", "remove", "truce").out == "Removed truce (damaged).\n"
    assert filled("verify", "--check").code == 0


def test_a_check_tells_of_a_damaged_index_and_leaves_it(filled: Run, data: Path) -> None:
    manifest = data / "index" / "vectors" / "manifest.json"
    manifest.write_text("{}")
    ran = filled("verify", "--check")
    assert (ran.code, manifest.read_text()) == (3, "{}")
    assert "The vector index on disk is missing or damaged.\n" in ran.out


@pytest.mark.parametrize("content", ["truncated", "foreign"])
def test_verify_names_the_remedy_for_a_store_that_cannot_be_opened(filled: Run, data: Path, content: str) -> None:
    database = data / DATABASE_NAME
    database.write_bytes(database.read_bytes()[:5000] if content == "truncated" else b"Something else. " * 4096)
    ran = filled("verify")
    assert ran.code == 3
    assert ran.err.endswith(
        f". Restore a backup with: footnote restore FILE --data {data}, or ingest all files into another folder.\n"
    )
    assert "footnote verify" not in ran.err


def test_a_damaged_page_is_repaired_by_rewriting_the_database(filled: Run, data: Path) -> None:
    connection = sqlite3.connect(data / DATABASE_NAME)
    [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'token_vectors'").fetchone()
    connection.close()
    with (data / DATABASE_NAME).open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(bytes(4096))

    assert filled("ask", "Who began the truce?").code == 3
    assert filled("verify").code == 0
    assert filled("ask", "Who began the truce?").code == 0
    assert sorted(path.name for path in data.iterdir()) == [DATABASE_NAME, "index", WRITER_NAME]


def test_verify_rebuilds_a_damaged_index(filled: Run, data: Path) -> None:
    manifest = json.loads((data / "index" / "vectors" / "manifest.json").read_bytes())
    index = data / "index" / "vectors" / manifest["files"][0]
    index.write_bytes(index.read_bytes()[:-1])
    ran = filled("verify")
    assert ran.code == 0
    assert "The vector index on disk is missing or damaged; it has been rebuilt." in ran.out
    assert filled("verify").out == "Checked 1 document and 1 passage, vector index exact: everything is intact.\n"


def test_verify_rebuilds_a_damaged_lexical_index(filled: Run, data: Path) -> None:
    (data / "index" / "lexical" / "manifest.json").write_text("{")
    assert json.loads(filled("verify", "--json").out)["rebuilt"] == {"lexical": "is missing or damaged"}
    assert filled("verify").out == "Checked 1 document and 1 passage, vector index exact: everything is intact.\n"
    (data / "index" / "lexical" / "manifest.json").unlink()
    assert filled("verify").code == 0
    assert (data / "index" / "lexical" / "manifest.json").is_file()


def test_verify_says_when_the_folder_of_indexes_is_a_file(filled: Run, data: Path) -> None:
    shutil.rmtree(data / "index")
    (data / "index").write_text("in the way")
    assert f"cannot be rebuilt: {data / 'index'} is a file. Move it elsewhere." in filled("verify").err


def test_originals_are_kept_verified_backed_up_and_removed(
    footnote: Run, data: Path, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_ORIGINALS", "on")
    assert footnote("ingest", write("report.pdf", pdf([["The truce began that year."]]))).code == 0
    ran = footnote("verify")
    assert (ran.code, ran.out) == (
        0,
        "Checked 1 document and 1 passage, vector index exact, 1 original: everything is intact.\n",
    )
    backed_up = footnote("backup", tmp_path / "b.tar").out
    assert backed_up.startswith("Backed up 1 document and 1 passage, with 1 original (generation ")
    [original] = (data / "originals").iterdir()
    original.write_bytes(b"other bytes")
    checked = footnote("verify", "--check")
    assert (checked.code, checked.err) == (3, "report: its original is damaged.\n")
    assert checked.out.endswith(": the documents are intact, but not all originals.\n")
    assert json.loads(footnote("verify", "--check", "--json").out)["originals"]["damaged"] == ["report"]
    repaired = footnote("verify")
    assert repaired.code == 0
    assert repaired.out.startswith("report: its original was damaged, and has been removed. Ingest its file again")
    assert footnote("ingest", tmp_path / "files" / "report.pdf").code == 0
    assert len(list((data / "originals").iterdir())) == 1
    assert footnote("documents", "remove", "report").code == 0
    assert list((data / "originals").iterdir()) == []
