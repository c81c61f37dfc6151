"""`footnote ingest` in a subprocess: killed, stopped, and repeated."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.store.database import DATABASE_NAME
from corpus.store.view import View
from service.runtime.progress import NoProgress
from service.upkeep.verify import problems

COMMAND = "from service.cli import main; main()"
FILES = 120


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write texts, each a few passages long, and a file of records."""
    files = tmp_path / "files"
    files.mkdir()
    for at in range(FILES):
        (files / f"{at}.txt").write_text(f"Number {at}\n\n" + f"The truce began in year {at}. The talks went on. " * 12)
    records = (f'{{"_id": "{at}", "text": "The gang met {at} times."}}\n' for at in range(50))
    (files / "records.jsonl").write_text("".join(records))
    return files


@pytest.fixture
def start(tiny_model: Path, folder: Path) -> Callable[[Path], subprocess.Popen[str]]:
    environment = {**os.environ, "FOOTNOTE_ENCODER": str(tiny_model), "FOOTNOTE_PASSAGE_TOKENS": "40"}
    environment["FOOTNOTE_TITLE_TOKENS"] = "8"

    def run(data: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, "ingest", str(folder), "--data", str(data)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


def stored(data: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the revision and passage ids of each source, all verified."""
    with View(data) as view:
        assert list(problems(view, NoProgress())) == []
        documents = view.documents()
        return {
            document.source: (
                document.revision,
                tuple(passage.id for passage in view.passages(view.document_passages(document))),
            )
            for document in documents
        }


def committed(data: Path) -> int:
    """Return the number of documents of a store that another process may be writing; 0 if there is none yet."""
    try:
        with sqlite3.connect(f"file:{data / DATABASE_NAME}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        if "connection" in locals():
            connection.close()


def finished(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=120)
    return process.returncode


def wait_for_documents(process: subprocess.Popen[str], data: Path, more_than: int) -> None:
    while process.poll() is None and committed(data) <= more_than:
        time.sleep(0.005)


def test_killed_at_random_moments_and_run_again_it_ends_as_if_never_killed(
    start: Callable[[Path], subprocess.Popen[str]], tmp_path: Path
) -> None:
    whole, data = tmp_path / "whole", tmp_path / "data"
    assert finished(start(whole)) == 0
    expected = stored(whole)
    assert len(expected) == FILES + 50

    chance, so_far, kills = random.Random(7), 0, 0  # noqa: S311 - moments, no secrets
    for _ in range(3):
        process = start(data)
        wait_for_documents(process, data, so_far)
        time.sleep(chance.uniform(0, 0.1))
        kills += process.poll() is None
        process.kill()
        process.communicate()
        found = stored(data)
        assert found.items() <= expected.items()
        assert len(found) >= so_far
        so_far = len(found)
    assert kills > 0

    assert finished(start(data)) == 0
    assert stored(data) == expected


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_says_so_and_keeps_whole_documents(
    start: Callable[[Path], subprocess.Popen[str]], tmp_path: Path, number: int
) -> None:
    data = tmp_path / "data"
    process = start(data)
    wait_for_documents(process, data, 0)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)

    if process.returncode == 0:  # it was quicker
        assert f"{FILES + 50} added" in out
    else:
        assert process.returncode == 130, err
        assert "Stopped before the end." in err
    assert 0 < len(stored(data)) <= FILES + 50
