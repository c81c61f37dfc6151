"""The `footnote` command in this process, with the tiny encoder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


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
    monkeypatch.setattr("embeddings.encoder.lower_priority", lambda: None)  # the tests' own process shall not

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr("sys.argv", ["footnote", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main()
        printed = capsys.readouterr()
        code = exit_.value.code
        assert isinstance(code, int)
        return Ran(code, printed.out, printed.err)

    return run
