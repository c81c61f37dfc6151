"""The `footnote` command in this process, with the tiny encoder."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.store.database import DATABASE_NAME
from service.cli import main


@dataclass(frozen=True)
class Ran:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]
Write = Callable[..., Path]


def command(
    name: str, main: Callable[[], object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return a function that runs a command in this process with arguments."""

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr("sys.argv", [name, *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main()
        printed = capsys.readouterr()
        assert isinstance(exit_.value.code, int)
        return Ran(exit_.value.code, printed.out, printed.err)

    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def footnote(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tiny_model: Path, data: Path) -> Run:
    """Runs `footnote ARGUMENTS…` on the test's own data folder."""
    monkeypatch.setenv("FOOTNOTE_DATA", str(data))
    monkeypatch.setenv("FOOTNOTE_ENCODER", str(tiny_model))
    monkeypatch.setenv("FOOTNOTE_PRECISION", "float32")
    monkeypatch.setenv("FOOTNOTE_PASSAGE_TOKENS", "40")
    monkeypatch.setenv("FOOTNOTE_TITLE_TOKENS", "8")
    monkeypatch.setattr("embeddings.encoder.lower_priority", lambda: None)  # not of the process of the tests
    return command("footnote", main, monkeypatch, capsys)


TRUCE = "---\ntitle: The truce\npublished: 2017-01-19\n---\n# Start\n\nThe truce began in the year 2012.\n"


@pytest.fixture
def filled(footnote: Run, write: Write) -> Run:
    """The command, with one document ingested."""
    assert footnote("ingest", write("truce.md", TRUCE)).code == 0
    return footnote


def damage(data: Path, statement: str) -> None:
    connection = sqlite3.connect(data / DATABASE_NAME, isolation_level=None)
    connection.execute(statement)
    connection.close()
