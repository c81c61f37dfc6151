"""A small store with the tiny encoder, a set over it, and `footnote-eval` as on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.cli import main as eval_main
from tests.service.cli.conftest import Ran, command

Write = Callable[..., Path]
Run = Callable[..., Ran]

DOCUMENTS = {
    "truce.md": "# Truce\n\nThe truce began in the year 2012. Homicides went down when the gang kept it.\n",
    "prison.md": "# Prison\n\nThe prison was full in that year. The gang talks did not end the year it began.\n",
}
SET = [
    {
        "id": "a",
        "question": "When did the truce begin?",
        "answers": [{"document": "truce", "quote": "The truce began"}],
    },
    {
        "id": "b",
        "question": "The prison?",
        "answers": [{"document": "prison", "quote": "prison was full"}],
        "tags": ["x"],
    },
    {"id": "c", "question": "Who baked <b>bread</b>?", "answerable": False},
]


@pytest.fixture
def questions(write: Write) -> Path:
    return write("sets/mini.jsonl", "\n".join(json.dumps(line) for line in SET))


@pytest.fixture
def data(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A data folder with two documents."""
    from service.cli import main as footnote_main

    folder = tmp_path / "data"
    for name, value in (
        ("DATA", str(folder)),
        ("ENCODER", str(tiny_model)),
        ("PASSAGE_TOKENS", "40"),
        ("TITLE_TOKENS", "8"),
    ):
        monkeypatch.setenv(f"FOOTNOTE_{name}", value)
    paths = [write(f"documents/{name}", text) for name, text in DOCUMENTS.items()]
    monkeypatch.setattr("sys.argv", ["footnote", "ingest", str(paths[0].parent)])
    with pytest.raises(SystemExit) as exit_:
        footnote_main()
    assert exit_.value.code == 0
    capsys.readouterr()
    return folder


@pytest.fixture
def footnote_eval(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return command("footnote-eval", eval_main, monkeypatch, capsys)
