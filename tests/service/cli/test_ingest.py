"""`footnote ingest` and `footnote reindex`."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.store.database import DATABASE_NAME
from tests.conftest import make_tiny_model
from tests.service.cli.conftest import Run

Write = Callable[..., Path]


def test_a_folder_is_ingested_with_a_summary(footnote: Run, write: Write) -> None:
    write("one.txt", "One\n\nThe truce began.")
    folder = write("below/two.md", "# Two\n\nThe talks began.").parent.parent
    ran = footnote("ingest", folder)
    assert ran.code == 0
    assert "Documents: 2 added (" in ran.out
    # A slow machine shows its progress, and the first command of a run prepares the encoder.
    assert all(line.startswith(("Preparing the encoder", "0 of 2", "1 of 2")) for line in ran.err.splitlines())


def test_an_unchanged_folder_is_not_encoded_again(footnote: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write("one.txt", "The truce began.").parent
    footnote("ingest", folder)
    monkeypatch.setenv("FOOTNOTE_ENCODER", "/there/is/no/encoder")
    ran = footnote("ingest", folder)
    assert ran.code == 0
    assert "Documents: 0 added, 1 unchanged (0 passages encoded" in ran.out


def test_a_changed_file_replaces_its_document(footnote: Run, write: Write) -> None:
    path = write("one.txt", "The truce began.")
    footnote("ingest", path)
    write("one.txt", "The truce ended.")
    ran = footnote("ingest", path)
    assert "Documents: 0 added, 1 replaced (" in ran.out
    shown = footnote("documents", "show", "one").out
    assert "The truce ended." in shown
    assert "The truce began." not in shown


def test_the_summary_can_be_read_by_a_program(footnote: Run, write: Write) -> None:
    good = write("one.txt", "The truce began.")
    bad = write("two.txt", b"\xff")
    write("picture.psd", b"psd")
    ran = footnote("ingest", good.parent, "--json")
    summary = json.loads(ran.out)
    assert ran.code == 1
    assert summary["added"] == [str(good)]
    assert [refused["source"] for refused in summary["refused"]] == [str(bad)]
    assert summary["skipped"] == {".psd": 1}


def test_the_summary_names_sources_as_they_were_given(
    footnote: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write("one.txt", "The truce began.").parent
    write("two.txt", b"\xff")
    write("three.jsonl", '{"_id": "a", "text": "The talks began."}\n{"_id": "b", "text": "The talks ended."}\n')
    monkeypatch.chdir(folder.parent)
    name = folder.name
    dry = json.loads(footnote("ingest", name, "--dry-run", "--json").out)
    assert [each["source"] for each in dry["files"]] == [
        *(f"{name}/one.txt", f"{name}/three.jsonl#a", f"{name}/three.jsonl#b", f"{name}/two.txt")
    ]
    summary = json.loads(footnote("ingest", name, "--json").out)
    assert summary["added"] == [f"{name}/one.txt", f"{name}/three.jsonl#a", f"{name}/three.jsonl#b"]
    assert [refused["source"] for refused in summary["refused"]] == [f"{name}/two.txt"]
    assert summary["files"] == 3
    monkeypatch.chdir(folder)
    assert json.loads(footnote("ingest", ".", "--json").out)["unchanged"][0] == "one.txt"
    assert json.loads(footnote("ingest", "./one.txt", "--json").out)["unchanged"] == ["one.txt"]
    assert json.loads(footnote("ingest", folder / "one.txt", "--json").out)["unchanged"] == [str(folder / "one.txt")]


def test_the_summary_says_in_how_many_files_the_documents_are_if_their_numbers_differ(
    footnote: Run, write: Write
) -> None:
    path = write("three.jsonl", '{"_id": "a", "text": "The talks began."}\n{"_id": "b", "text": "The talks ended."}\n')
    assert "Documents: 2 added in 1 file (2 passages encoded" in footnote("ingest", path).out


REFUSALS: list[tuple[str, str | bytes, str]] = [
    ("empty.txt", "", "it has no text"),
    ("blank.md", " \n\n\t", "it has no text"),
    ("binary.txt", b"ab\0cd", "it is a binary file; give a document in one of the formats that Footnote reads"),
    (
        "latin.txt",
        "caf\u00e9".encode("latin-1"),
        "it is not valid UTF-8 (byte 3); save it as UTF-8, or name its encoding (--encoding)",
    ),
    ("page.pdf", b"%PDF-1.7", "it is a damaged PDF file, or one without pages; get a new copy, or save it again"),
    (
        "notes.pdf",
        "Words.",
        "it is named .pdf but does not begin like one; it is text or something else, so check where it is from",
    ),
]


@pytest.mark.parametrize(("name", "content", "reason"), REFUSALS, ids=[name for name, _, _ in REFUSALS])
def test_a_file_that_cannot_be_read_costs_only_itself(
    footnote: Run, write: Write, name: str, content: str | bytes, reason: str
) -> None:
    good = write("good.txt", "The truce began.")
    bad = write(name, content)
    ran = footnote("ingest", bad, good)
    assert ran.code == 1
    assert f"Refused {bad}: {reason}." in ran.err
    assert "Documents: 1 added, 1 refused (" in ran.out
    assert "1 document" in footnote("documents", "list").out


def test_a_missing_path_is_named_and_the_others_are_kept(footnote: Run, write: Write, tmp_path: Path) -> None:
    good = write("good.txt", "The truce began.")
    ran = footnote("ingest", tmp_path / "nowhere", good)
    assert ran.code == 1
    assert f"Refused {tmp_path / 'nowhere'}: there is no such file or folder; check the path." in ran.err
    assert "1 added" in ran.out


def test_a_folder_without_documents_says_so(footnote: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    ran = footnote("ingest", empty)
    assert ran.code == 1
    assert "the folder has no file in a supported format; give another folder." in ran.err


def test_a_link_that_leaves_the_folder_is_refused_and_the_others_are_kept(
    footnote: Run, write: Write, tmp_path: Path
) -> None:
    folder = write("in/a.txt", "A text of its own.").parent
    (folder / "b.txt").symlink_to(write("elsewhere/secret.txt", "A secret."))
    ran = footnote("ingest", str(folder))
    assert ran.code == 1
    assert "b.txt: it is a link to a file outside the folder; name that file, or" in ran.err
    assert "1 added, 1 refused" in ran.out


def test_what_is_left_out_of_the_metadata_is_said_in_a_line(footnote: Run, write: Write) -> None:
    path = write("a.md", "---\ntitle: Tomorrow\npublished: 2199-01-01\n---\nText.")
    note = "the date of publication 2199-01-01 is in the future and was ignored"
    assert note in footnote("ingest", "--dry-run", str(path)).out
    assert json.loads(footnote("ingest", "--dry-run", "--json", str(path)).out)["files"][0]["notes"] == [note]
    ran = footnote("ingest", str(path))
    assert ran.code == 0
    assert f"a.md: {note}." in ran.err
    assert footnote("ingest", str(path)).err.count(note) == 0


def test_a_fifo_is_refused_and_not_waited_for(footnote: Run, write: Write) -> None:
    good = write("good.txt", "The truce began.")
    os.mkfifo(good.parent / "pipe.txt")
    ran = footnote("ingest", good.parent)
    assert ran.code == 1
    assert "it is not a regular file; give a file, not a folder, pipe or device." in ran.err
    assert "1 added" in ran.out


def test_a_file_that_goes_bad_keeps_what_was_stored(footnote: Run, write: Write) -> None:
    path = write("one.txt", "The truce began.")
    footnote("ingest", path)
    write("one.txt", b"\0")
    ran = footnote("ingest", path)
    assert ran.code == 1
    assert "formats that Footnote reads; what is stored of it stays." in ran.err
    assert "The truce began." in footnote("documents", "show", "one").out


def test_a_name_cannot_move_the_cursor(footnote: Run, write: Write) -> None:
    path = write("bad\x1b[2Jname.txt", b"\0")
    ran = footnote("ingest", path)
    assert "\x1b" not in ran.err
    assert "bad?[2Jname.txt" in ran.err


def test_a_data_folder_that_cannot_be_made_is_a_store_error(footnote: Run, write: Write) -> None:
    file = write("file", "in the way")
    ran = footnote("ingest", file, "--data", file / "data")
    assert ran.code == 3
    assert ran.err.startswith(f"Error: The data folder {file / 'data'} cannot be used (")
    assert "Choose another with --data or FOOTNOTE_DATA." in ran.err


def test_a_store_made_with_another_encoder_says_which_command_reencodes(
    footnote: Run, write: Write, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write("one.txt", "The truce began.")
    footnote("ingest", first)
    second = write("two.txt", "The talks began.")
    monkeypatch.setenv("FOOTNOTE_ENCODER", str(make_tiny_model(tmp_path / "other", seed=2)))
    for arguments in (("ingest", second), ("ask", "When?")):
        ran = footnote(*arguments)
        assert ran.code == 3
        assert f"re-encode them with: footnote reindex --data {data}" in ran.err
    assert "1 document, " in footnote("documents", "list").out
    ran = footnote("reindex")
    assert ran.code == 0
    assert "Reindexed 1 document in" in ran.out
    assert footnote("ask", "When?").code == 0
    assert footnote("verify").code == 0


def test_a_busy_store_says_so(footnote: Run, write: Write, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("one.txt", "The truce began.")
    footnote("ingest", path)
    monkeypatch.setattr("corpus.store.database.BUSY_TIMEOUT_S", 0.05)
    blocker = sqlite3.connect(data / DATABASE_NAME, isolation_level=None)
    try:
        blocker.execute("BEGIN IMMEDIATE")
        ran = footnote("documents", "remove", "one")
    finally:
        blocker.close()
    assert ran.code == 3
    assert "is being written to by another process" in ran.err


# In step


def test_a_dry_run_shows_each_file_and_its_passages_and_makes_nothing(footnote: Run, write: Write, data: Path) -> None:
    write("one.md", "# Start\n\nThe truce began.")
    folder = write("two.txt", b"\0").parent
    ran = footnote("ingest", folder, "--dry-run")
    assert ran.code == 1
    assert f"added     {folder / 'one.md'} (1 passage)\n    [0–25]  Start: # Start The truce began.\n" in ran.out
    assert f"refused   {folder / 'two.txt'} (it is a binary file; give a document in one of the f" in ran.out
    assert ran.out.endswith("Dry run: 1 added, 1 refused. Nothing was changed.\n")
    assert not data.exists()


def test_a_dry_run_counts_what_it_passes_over(footnote: Run, write: Write) -> None:
    folder = write("one.md", "# Start\n\nThe truce began.").parent
    write("mill.pages", "x")
    write("weir.pages", "x")
    write("weir.unknown", "x")
    assert footnote("ingest", folder, "--dry-run").out.endswith(
        "Skipped files of other types: 2 .pages, 1 .unknown.\n  .pages is a Pages document; save it as .docx or .pdf.\n"
    )
    assert json.loads(footnote("ingest", folder, "--dry-run", "--json").out)["skipped"] == {".pages": 2, ".unknown": 1}


@pytest.mark.parametrize(
    ("block", "note"),
    [
        ("title: [", "its front matter is not valid YAML (line 3), and 'title' was ignored"),
        ("published: soon", "'published' in its front matter must be a date such as 2017-01-19; it was ignored"),
    ],
)
def test_a_key_that_cannot_be_used_is_told_of_and_its_document_is_read(
    footnote: Run, write: Write, block: str, note: str
) -> None:
    ran = footnote("ingest", write("mill.md", f"---\n{block}\n---\nThe wheel turns."))
    assert (ran.code, "1 added" in ran.out) == (0, True)
    assert f"mill.md: {note}.\n" in ran.err


def test_a_dry_run_can_be_read_by_a_program(footnote: Run, write: Write) -> None:
    path = write("one.md", "# Start\n\nThe truce began.")
    [step] = json.loads(footnote("ingest", path, "--dry-run", "--json").out)["files"]
    assert (step["action"], step["source"], step["title"]) == ("added", str(path), "Start")
    assert step["passages"] == [
        {"start": 0, "end": 25, "section": "Start", "page": None, "begins": "# Start The truce began."}
    ]


def test_what_is_gone_is_removed_with_prune(footnote: Run, write: Write) -> None:
    folder = write("one.txt", "The truce began.").parent
    gone = write("two.txt", "The talks began.")
    footnote("ingest", folder)
    gone.unlink()
    assert "Documents: 0 added, 1 unchanged (" in footnote("ingest", folder).out
    assert "Documents: 0 added, 1 removed, 1 unchanged (" in footnote("ingest", folder, "--prune").out
    (folder / "one.txt").unlink()
    ran = footnote("ingest", folder, "--prune")
    assert ran.code == 1
    assert "1 of its 1 documents are gone, and none was removed; mount the disk" in ran.err
    assert footnote("ingest", folder, "--prune", "--force").code == 0
    assert footnote("verify").code == 0


def test_a_file_moved_and_a_copy_are_said_to_be_that(footnote: Run, write: Write) -> None:
    path = write("one.txt", "The truce\n\nThe truce began.")
    footnote("ingest", path)
    new, copy = path.rename(path.with_name("new.txt")), write("copy.txt", "The truce\n\nThe truce began.")
    ran = footnote("ingest", new, copy)
    assert f"{copy} has the same content as {new}; both are documents.\n" in ran.out
    assert "Documents: 1 added, 1 moved (1 passage encoded in" in ran.out
    assert "new.txt" in footnote("documents", "show", "one").out


def test_a_changed_setting_is_named(footnote: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("one.txt", "The truce\n\nThe truce began.")
    footnote("ingest", path)
    assert "were encoded" not in footnote("ingest", path).err
    monkeypatch.setenv("FOOTNOTE_CLEANING", "false")
    ran = footnote("ingest", path)
    assert (ran.code, ran.out.startswith("Documents: 0 added, 1 unchanged")) == (0, True)
    for err in (ran.err, footnote("ingest", write("two.txt", "Talks.")).err, footnote("ask", "Who?").err):
        assert "were encoded with another FOOTNOTE_CLEANING. Use that one again, or re-encode them with:" in err
    monkeypatch.setenv("FOOTNOTE_PASSAGE_TOKENS", "35")
    assert "another FOOTNOTE_CLEANING and FOOTNOTE_PASSAGE_TOKENS." in footnote("ask", "Who?").err
    assert footnote("reindex").code == 0
    assert "were encoded" not in footnote("ingest", path).err


@pytest.mark.parametrize("options", [("--force",), ("--watch", "--dry-run"), ("--watch", "--json")])
def test_options_that_do_not_go_together_are_wrong_usage(footnote: Run, write: Write, options: tuple[str, ...]) -> None:
    assert footnote("ingest", write("one.txt", "Text."), *options).code == 2


def test_a_name_with_a_line_break_stays_on_one_line(footnote: Run, write: Write) -> None:
    path = write("two\nlines.txt", b"\0")
    ran = footnote("ingest", path)
    assert "two?lines.txt: it is a binary file" in ran.err


COMMAND = "from service.cli import main; main()"


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_watching_goes_on_until_it_is_asked_to_stop(
    footnote: Run, write: Write, signal_number: int, tmp_path: Path
) -> None:
    folder = write("one.txt", "The truce began.").parent
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "ingest", str(folder), "--watch", "--prune"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    hangs = threading.Timer(90, process.kill)
    hangs.start()
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Watching"):
                write("two.txt", "The talks began.")
            if "Documents: 1 added (1 passage encoded)." in line:
                (folder / "one.txt").unlink()
            if "1 removed" in line:
                process.send_signal(signal_number)
        assert process.wait(30) == 0
    finally:
        hangs.cancel()
        process.kill()
        process.communicate()
    assert said[-1] == "Stopped watching.\n"
    listed = footnote("documents", "list").out
    assert "two" in listed
    assert "1 document, " in listed


def test_an_empty_path_is_not_the_present_folder(footnote: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write("one.txt", "The truce began.").parent)
    ran = footnote("ingest", "")
    assert ran.code == 2
    assert "A path is empty." in ran.err
    assert footnote("ingest", ".").code == 0


@pytest.mark.parametrize("option", ["--password", "--text-field"])
def test_an_option_that_is_not_utf8_is_named(footnote: Run, write: Write, option: str) -> None:
    ran = footnote("ingest", write("one.txt", "The truce began."), option, os.fsdecode(b"\xff"))
    assert ran.code == 2
    assert f"{option} is not valid UTF-8." in ran.err


def test_rows_after_a_stray_quote_stay_stored(footnote: Run, write: Write) -> None:
    rows = [f"{at},Mill {at} was built in 18{at}." for at in range(10, 20)]
    path = write("mills.csv", "\n".join(["id,text", *rows]))
    assert footnote("ingest", path).code == 0
    rows[2] = '12,"The "old" mill was built in 1812."'
    write("mills.csv", "\n".join(["id,text", *rows]))
    ran = footnote("ingest", path)
    assert ran.code == 1
    assert "10 unchanged, 1 refused" in ran.out
    assert "removed" not in ran.out
    assert "line 4 is not valid CSV; check its quotes; until then, no stored record of this file is removed" in ran.err


# Files whose reader has changed


@pytest.fixture
def stored_earlier(footnote: Run, write: Write) -> Path:
    """A folder of two files, stored as readers of version 1 read them."""
    folder = write("one.txt", "One\n\nThe bakery opened in 1931.").parent
    write("two.txt", "Two\n\nThe mill closed in 1950.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.reading.reply_checks.reader_version", lambda media_type: 1)
        assert footnote("ingest", folder).code == 0
    return folder


def test_the_files_that_are_read_again_are_counted(footnote: Run, stored_earlier: Path) -> None:
    dry = footnote("ingest", stored_earlier, "--dry-run").out
    assert dry.endswith("Dry run: 2 unchanged. Nothing was changed.\n2 read again: their reader has changed.\n")
    assert [
        each["read_again"]
        for each in json.loads(footnote("ingest", stored_earlier, "--dry-run", "--json").out)["files"]
    ] == [True, True]
    ran = footnote("ingest", stored_earlier)
    assert ran.code == 0
    assert "Documents: 0 added, 2 unchanged (0 passages encoded" in ran.out
    assert ran.out.endswith("2 read again: their reader has changed.\n")
    assert "read again" not in footnote("ingest", stored_earlier).out


def test_reindex_can_read_stored_files_again(footnote: Run, stored_earlier: Path) -> None:
    one, two = stored_earlier / "one.txt", stored_earlier / "two.txt"
    two.unlink()
    ran = footnote("reindex", "--read", one)
    assert (ran.code, ran.out.count("\n")) == (0, 2)
    assert ran.out.endswith("1 read again: its reader has changed.\n")
    ran = footnote("reindex", "--read")
    assert ran.code == 0
    assert ran.out.endswith(
        f"1 not read, because its file is gone or was uploaded; the document stays as it is: {two}.\n"
    )
    summary = json.loads(footnote("reindex", "--read", "--json").out)
    assert (summary["gone"], summary["unchanged"], summary["read_again"]) == ([str(two)], [str(one)], [])
    assert "The mill closed" in footnote("documents", "show", "two").out


def test_a_path_nothing_stored_is_from_is_refused(footnote: Run, stored_earlier: Path) -> None:
    ran = footnote("reindex", "--read", stored_earlier / "three.txt")
    assert ran.code == 1
    assert "three.txt: no stored document is from there; check the path." in ran.err


def test_a_path_to_reindex_requires_read(footnote: Run, stored_earlier: Path) -> None:
    ran = footnote("reindex", stored_earlier)
    assert ran.code == 2
    assert "PATH requires --read." in ran.err
