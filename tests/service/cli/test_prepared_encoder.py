"""The prepared encoder: where it is kept, and what the commands say about it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from embeddings.encoder.encoder import Encoder
from service.opening import load_encoder
from service.settings import load_settings
from tests.corpus.samples import tamper
from tests.service.cli.conftest import Run
from tests.service.conftest import write_calibration

QUESTION = "When did the truce begin?"


@pytest.fixture
def documents(write: Callable[..., Path]) -> Path:
    return write("truce.txt", "The truce\n\nThe truce began in the year 2012.").parent


def test_what_takes_long_is_said_once_and_not_among_the_output(
    footnote: Run, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_encoder: Encoder
) -> None:
    footnote("ingest", documents)
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    monkeypatch.setenv("FOOTNOTE_CALIBRATION", str(write_calibration(tmp_path / "c.json", tiny_encoder, least=0.3)))
    monkeypatch.setenv("FOOTNOTE_EXPORTS", str(tmp_path / "exports"))

    first, second = footnote("ask", QUESTION, "--json"), footnote("ask", QUESTION, "--json")

    assert first.err == "Preparing the encoder for this machine, which is done once and takes a moment.\n"
    assert second.err == ""
    assert json.loads(first.out)["passages"] == json.loads(second.out)["passages"]


def test_by_default_all_data_folders_share_one_prepared_encoder(
    footnote: Run, documents: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FOOTNOTE_EXPORTS")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    first, second = footnote("ingest", documents), footnote("ingest", documents, "--data", tmp_path / "other")

    assert "Preparing the encoder" in first.err
    assert (second.code, second.err) == (0, "")
    assert [path.name.split("-")[0] for path in (tmp_path / "cache" / "footnote" / "encoder").iterdir()] == ["float32"]
    assert not (data / "encoder").exists()


def test_without_a_writable_cache_folder_the_encoder_is_kept_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.delenv("FOOTNOTE_EXPORTS")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "cache"))
    assert load_settings(data=tmp_path / "data").exports_folder == tmp_path / "data" / "encoder"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "to" / "be" / "made"))
    assert (
        load_settings(data=tmp_path / "data").exports_folder == tmp_path / "to" / "be" / "made" / "footnote" / "encoder"
    )


def test_a_prepared_encoder_in_a_read_only_cache_folder_is_used(
    footnote: Run, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, access = tmp_path / "cache", os.access

    def read_only(path: Path, mode: int) -> bool:
        return access(path, mode) and not (mode & os.W_OK and Path(path).is_relative_to(cache))

    monkeypatch.delenv("FOOTNOTE_EXPORTS")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    assert "Preparing the encoder" in footnote("ingest", documents).err

    monkeypatch.setattr(os, "access", read_only)
    assert "Preparing" not in footnote("ask", QUESTION).err


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def group_runs(number: int) -> bool:
    """Return whether a process of this group runs."""
    try:
        os.killpg(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("command", "number", "code"),
    [
        (("ask", QUESTION), signal.SIGTERM, 130),
        (("ask", QUESTION), signal.SIGKILL, -signal.SIGKILL),
        (("verify",), signal.SIGTERM, 130),
        (("ingest",), signal.SIGTERM, 130),
        (("serve", "--port", "0"), signal.SIGTERM, 0),
        (("serve", "--port", "0"), signal.SIGINT, 0),
    ],
)
def test_a_command_stopped_while_it_prepares_the_encoder_leaves_nothing(
    footnote: Run, documents: Path, data: Path, tmp_path: Path, command: tuple[str, ...], number: int, code: int
) -> None:
    footnote("ingest", documents)
    tamper(data, "UPDATE passages SET vector = zeroblob(length(vector))")  # verify needs the encoder
    if command == ("ingest",):
        command = ("ingest", str(documents), "--data", str(tmp_path / "new"))
    exports = tmp_path / "exports"
    process = subprocess.Popen(
        [sys.executable, "-c", "from service.cli import main; main()", *command],
        env={**os.environ, "FOOTNOTE_EXPORTS": str(exports)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        wait_until(lambda: any(exports.glob("footnote-*/export")))
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()

    assert (process.returncode, out) == (code, "")
    assert number == signal.SIGKILL or err.splitlines()[-1].startswith("Stopped")
    wait_until(lambda: not any(exports.iterdir()))
    wait_until(lambda: not group_runs(process.pid))


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_cache_folder_of_another_user_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o500)
    monkeypatch.delenv("FOOTNOTE_EXPORTS")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))

    assert load_settings(data=tmp_path / "data").exports_folder == tmp_path / "data" / "encoder"


def test_the_time_that_preparing_takes_is_not_reported_as_encoding(
    footnote: Run, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0

    def load(*arguments: Any, **options: Any) -> Encoder:
        nonlocal now
        now += 500  # as on a slow machine
        return load_encoder(*arguments, **options)

    monkeypatch.setattr("service.opening.load_encoder", load)
    monkeypatch.setattr("service.cli.ingest.time", SimpleNamespace(monotonic=lambda: now))

    assert "encoded in 0.0 s" in footnote("ingest", documents).out
    assert json.loads(footnote("reindex", "--json").out)["seconds"] == 0
