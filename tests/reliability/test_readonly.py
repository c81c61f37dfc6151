"""A read-only data folder: readers work, writers report that they cannot write."""

import errno
import json
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from corpus.errors import StoreBusyError
from corpus.store.database import DATABASE_NAME
from corpus.store.store import Store
from corpus.store.view import View
from tests.reliability.scenarios import ADMIN_KEY, RATING, Scenario, Workshop, ready
from tests.reliability.shim import CHANGES, Action, Kind

QUESTION = "When did the truce begin?"


@pytest.fixture
def data(shop: Workshop, found: Sequence[Scenario], tmp_path: Path) -> Path:
    """Make a store of some documents."""
    data = tmp_path / "data"
    [remove] = [scenario for scenario in found if scenario.name == "remove"]
    remove.prepared(data)
    return data


@contextmanager
def read_only(shop: Workshop, folder: Path) -> Iterator[None]:
    """Make a folder read-only, like a read-only mount."""
    shop.shim.plan(folder, Action.FAIL, 1, kinds=CHANGES | Kind.OPEN, error=errno.EROFS, lasting=True)
    yield
    shop.shim.plan(None)


@pytest.mark.parametrize(
    "command",
    [("ask", QUESTION), ("documents", "list"), ("documents", "show", "02"), ("verify",), ("feedback", "list")],
    ids=" ".join,
)
def test_what_reads_says_the_same(shop: Workshop, data: Path, command: Sequence[str]) -> None:
    before = shop.done(*command, "--data", data)
    with read_only(shop, data):
        ran = shop.forks.run(*command, "--data", data)
    assert (ran.status, ran.out, ran.err) == (0, before.out, before.err)


@pytest.mark.parametrize("command", [("ingest", "FILE"), ("documents", "remove", "02"), ("reindex",)], ids=" ".join)
def test_what_writes_says_that_it_cannot(shop: Workshop, data: Path, command: Sequence[str]) -> None:
    command = [str(shop.one_more) if word == "FILE" else word for word in command]
    with read_only(shop, data):
        ran = shop.forks.run(*command, "--data", data)
    assert (ran.status, ran.out) == (3, "")
    assert ran.err == (
        f"Error: The data folder {data} cannot be written. Check its permissions or choose another with --data.\n"
    )


def test_a_server_answers_and_refuses_changes(shop: Workshop, data: Path) -> None:
    with read_only(shop, data):
        running = shop.forks.start("serve", "--port", "0", "--data", data)
        try:
            url = ready(running)
            answer = httpx2.post(f"{url}/v1/ask", json={"question": QUESTION}, timeout=30)
            assert answer.json()["passages"]
            assert httpx2.get(f"{url}/health/ready").json()["documents"] == 9
            files = {"files": ("new.txt", b"The new one.")}
            key = {"Authorization": f"Bearer {ADMIN_KEY}"}
            for refused in (
                httpx2.post(f"{url}/v1/documents", files=files, headers=key, timeout=30),
                httpx2.delete(f"{url}/v1/documents/02", headers=key, timeout=30),
                httpx2.post(f"{url}/v1/feedback", json=RATING, timeout=30),
            ):
                assert refused.status_code == 503
                assert refused.json()["type"].endswith(("store-unavailable", "feedback-unavailable"))
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            ran = running.wait()
    assert ran.status == 0
    assert "Traceback" not in ran.err


def test_an_index_that_cannot_be_rebuilt_is_made_in_memory_and_verify_says_so(shop: Workshop, data: Path) -> None:
    before = shop.done("ask", QUESTION, "--data", data).out
    shutil.rmtree(data / "index")
    with read_only(shop, data):
        assert shop.forks.run("ask", QUESTION, "--data", data).out == before
        ran = shop.forks.run("verify", "--data", data)
        told = json.loads(shop.forks.run("verify", "--json", "--data", data).out)
    assert ran.status == 3
    assert "vector index on disk is missing, and cannot be rebuilt" in ran.err
    assert "the store is intact" in ran.out
    assert told["not_rebuilt"].keys() == {"vector", "lexical"}
    assert told["rebuilt"] == {}
    assert "everything is intact" in shop.done("verify", "--data", data).out
    assert (data / "index").is_dir()


def test_a_backup_of_it_holds_what_it_holds(shop: Workshop, data: Path, tmp_path: Path) -> None:
    listed = shop.done("documents", "list", "--data", data).out
    with read_only(shop, data):
        ran = shop.forks.run("backup", tmp_path / "backup.tar", "--data", data)
    assert (ran.status, "Traceback" in ran.err) == (0, False)
    shop.done("restore", tmp_path / "backup.tar", "--data", tmp_path / "restored")
    assert shop.done("documents", "list", "--data", tmp_path / "restored").out == listed


def left_by_a_killed_writer(data: Path) -> None:
    """Remove a document, so that the change is only in the log."""
    copy = data.with_name("copy")
    with Store(data) as store:
        store.remove("02")
        shutil.copytree(data, copy)
    shutil.rmtree(data)
    copy.rename(data)
    assert (data / f"{DATABASE_NAME}-wal").stat().st_size


def test_what_a_killed_writer_left_in_its_log_is_read_too(shop: Workshop, data: Path) -> None:
    left_by_a_killed_writer(data)
    with read_only(shop, data):
        ran = shop.forks.run("documents", "list", "--json", "--data", data)
    assert (ran.status, ran.err) == (0, "")
    assert len(json.loads(ran.out)["documents"]) == 8


def test_a_log_that_cannot_be_read_is_named_and_what_to_do(shop: Workshop, data: Path) -> None:
    left_by_a_killed_writer(data)
    (data / f"{DATABASE_NAME}-shm").unlink()
    with read_only(shop, data):
        ran = shop.forks.run("documents", "list", "--data", data)
    assert ran.status == 3
    assert "the log beside its database must be merged first" in ran.err
    assert "Where the folder is writable, run: footnote verify" in ran.err
    shop.done("verify", "--data", data)
    with read_only(shop, data):
        assert shop.forks.run("documents", "list", "--data", data).status == 0


def test_what_another_process_writes_meanwhile_is_noticed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with View(data) as view:
        assert view.counts()[0] == 9
        with Store(data) as store:
            store.remove("02")
        with pytest.raises(StoreBusyError, match="has written to"):
            view.documents()
    with View(data) as view:
        assert len(view.documents()) == 8
