"""`footnote backup` and `footnote restore`: their words and exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.store.database import DATABASE_NAME
from service.upkeep.feedback import FEEDBACK_NAME, Feedback
from tests.corpus.samples import tamper
from tests.service.cli.conftest import Run

Write = Callable[..., Path]


@pytest.fixture
def filled(footnote: Run, write: Write) -> Run:
    """The command, with one document ingested."""
    assert footnote("ingest", write("truce.md", "# The truce\n\nThe truce began in the year 2012.\n")).code == 0
    return footnote


def test_there_and_back(filled: Run, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    Feedback(data, 10).add({"question": "q", "status": "not_found", "rating": "up", "passage": None})
    ran = filled("backup", file)
    assert (ran.code, ran.out) == (0, f"Backed up 1 document and 1 passage (generation 1) to {file}, 0.1 MB.\n")

    made = json.loads(filled("backup", tmp_path / "other.tar", "--json").out)
    assert (made["documents"], made["passages"], made["generation"]) == (1, 1, 1)

    filled("documents", "remove", "truce")
    ran = filled("restore", file)
    assert ran.code == 0
    assert ran.out.startswith(f"Restored 1 document and 1 passage to {data}, as of 20")
    assert ran.out.endswith(" (now generation 3).\n")
    assert "The truce began in the year 2012." in filled("ask", "When did the truce begin?").out
    assert "1 rating." in filled("feedback", "list").out

    back = json.loads(filled("restore", file, "--json", "--force").out)
    assert back == {"documents": 1, "passages": 1, "generation": 4, "aside": None}
    assert filled("verify").code == 0


@pytest.mark.parametrize("into", ["the same folder", "another folder", "a fresh folder"])
def test_a_restored_store_is_intact_before_its_indexes_are_made(
    filled: Run, data: Path, write: Write, tmp_path: Path, into: str
) -> None:
    file, folder = tmp_path / "backup.tar", data if into == "the same folder" else tmp_path / "other"
    filled("backup", file)
    if into == "another folder":
        assert filled("ingest", write("other.md", "Another text."), "--data", folder).code == 0
    assert filled("restore", file, "--force", "--data", folder).code == 0
    checked = filled("verify", "--check", "--data", folder)
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.startswith("Checked 1 document and 1 passage")
    assert "index on disk" not in filled("verify", "--data", folder).out


def test_what_cannot_be_done_is_said_in_a_sentence(filled: Run, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    filled("backup", file)
    for arguments, code, said in (
        (("backup", file), 1, f"{file} exists already. Give another name, or overwrite it with --force."),
        (("restore", file), 1, f"There is a store with 1 document in {data}. Replace it with --force,"),
        (("restore", data / DATABASE_NAME), 1, "is not a backup, or is damaged. Nothing was changed."),
        (("backup",), 2, "Missing argument 'FILE'."),
    ):
        ran = filled(*arguments)
        assert ran.code == code
        assert said in ran.err
    tamper(data, "UPDATE documents SET title = 'x'")
    ran = filled("backup", tmp_path / "new.tar")
    assert ran.code == 3
    assert ran.err.endswith("is damaged). Run: footnote verify\n")


def test_damaged_feedback_is_left_out_reported_and_replaces_no_good_backup(
    filled: Run, data: Path, tmp_path: Path
) -> None:
    good, new = tmp_path / "good.tar", tmp_path / "new.tar"
    Feedback(data, 10).add({"question": "q", "status": "not_found", "rating": "up", "passage": None})
    filled("backup", good)
    before = good.read_bytes()
    (data / FEEDBACK_NAME).write_bytes(b"\xff" * 8192)

    ran = filled("backup", new)
    assert (ran.code, ran.out.split(" (")[0]) == (3, "Backed up 1 document and 1 passage")
    assert ran.err.startswith("The backup does not include the feedback. The feedback ")
    assert (filled("backup", good, "--force").code, good.read_bytes()) == (3, before)
    ran = filled("verify")
    assert (ran.code, ran.out.split(": ")[1]) == (3, "the documents are intact, but not the feedback.\n")
    assert "Move it away, and a new one is created." in ran.err
    assert json.loads(filled("verify", "--json").out)["feedback"] + "\n" == ran.err

    (data / FEEDBACK_NAME).unlink()
    assert filled("verify").code == 0
    assert filled("restore", new, "--force").code == 0


def test_a_backup_of_nothing_says_how_to_begin(footnote: Run, tmp_path: Path) -> None:
    ran = footnote("backup", tmp_path / "b.tar")
    assert ran.code == 3
    assert "There are no documents in" in ran.err


def test_a_store_too_damaged_to_be_opened_keeps_its_bytes(filled: Run, data: Path, tmp_path: Path) -> None:
    filled("backup", tmp_path / "b.tar")
    (data / DATABASE_NAME).write_bytes(b"\xff" * 8192)
    ran = filled("restore", tmp_path / "b.tar", "--force")
    assert ran.code == 0
    assert ran.err.startswith("The existing store could not be opened. It is now named footnote.db.damaged-20")
    [kept] = [path for path in data.iterdir() if path.name.startswith(f"{DATABASE_NAME}.damaged-")]
    assert kept.read_bytes() == b"\xff" * 8192
