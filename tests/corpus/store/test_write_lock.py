"""The recorded writer of a busy store, and records that a killed process leaves."""

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.errors import StoreBusyError, UnknownDocumentError
from corpus.store import database
from corpus.store.store import Store
from corpus.store.write_lock import WRITER_NAME, current_writer, recorded_writer

ROOT = Path(__file__).parents[3]

HOLDING = """
import sys
from pathlib import Path
from corpus.store import Store
sys.argv = ["/usr/bin/footnote", "reindex", "--password=secret"]
with Store(Path("DATA")) as store, store._transaction():
    print("holding", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Store(tmp_path, create=True).close()
    return tmp_path


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process, in the middle of a transaction."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING.replace("DATA", str(folder))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "holding\n"
    return process


def test_a_busy_store_names_the_process_that_writes_and_its_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    with holder(folder) as process:
        with Store(folder) as store, pytest.raises(StoreBusyError) as refused:
            store.remove("anything")
        process.communicate()
    assert str(refused.value) == (
        f"The store {folder / 'footnote.db'} is being written to by process {process.pid} (footnote reindex). "
        "Try again when it has finished."
    )
    assert current_writer(folder) is None


def test_who_was_killed_is_no_longer_named(folder: Path) -> None:
    with holder(folder) as process:
        assert current_writer(folder) == f"process {process.pid} (footnote reindex)"
        process.send_signal(signal.SIGKILL)
    assert (folder / WRITER_NAME).read_text() != ""
    assert current_writer(folder) is None
    held = os.open(folder / WRITER_NAME, os.O_RDWR)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)  # by the next one, which has not said yet who it is
        assert current_writer(folder) is None
    finally:
        os.close(held)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"process": "x", "command": ""}', b"{" * 5000])
def test_a_file_that_says_nothing_is_no_writer(folder: Path, content: bytes) -> None:
    with recorded_writer(folder):
        (folder / WRITER_NAME).write_bytes(content)
        assert current_writer(folder) is None


def test_a_failed_change_leaves_no_writer_recorded(folder: Path) -> None:
    with Store(folder) as store:
        with pytest.raises(UnknownDocumentError):
            store.remove("nothing")
        assert (folder / WRITER_NAME).read_bytes() == b""
    assert current_writer(folder) is None


def test_a_folder_without_room_for_the_name_is_written_to_all_the_same(folder: Path) -> None:
    (folder / WRITER_NAME).mkdir()
    with Store(folder) as store:
        assert store.apply([]) == 1
