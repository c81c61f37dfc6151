"""What the encoder computes in: chosen for a new store, kept for one that is there, changed by re-encoding."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.store.view import View
from service.opening import encoder_by_precision
from service.settings import load_settings
from tests.service.cli.conftest import Run

QUESTION = "When did the truce begin?"


@pytest.fixture
def documents(write: Callable[..., Path]) -> Path:
    return write("truce.txt", "The truce\n\nThe truce began in the year 2012.").parent


def precision_of(data: Path) -> str:
    with View(data) as view:
        return str(json.loads(view.fingerprint or "{}")["precision"])


def test_a_new_store_is_int8_and_asked_in_int8(
    footnote: Run, documents: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FOOTNOTE_PRECISION")

    assert footnote("ingest", documents).code == 0

    assert precision_of(data) == "int8"
    assert footnote("ask", QUESTION).code == 0


def test_a_store_keeps_its_precision_until_it_is_re_encoded(
    footnote: Run, documents: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    footnote("ingest", documents)
    assert precision_of(data) == "float32"
    monkeypatch.delenv("FOOTNOTE_PRECISION")

    (documents / "more.txt").write_text("The talks\n\nThe talks began in prison.")
    assert footnote("ingest", documents).code == 0
    assert footnote("ask", QUESTION).code == 0
    assert precision_of(data) == "float32"

    assert footnote("reindex").code == 0
    assert precision_of(data) == "int8"
    assert footnote("ask", QUESTION).code == 0
    assert footnote("verify").code == 0


def test_another_precision_than_the_stores_is_refused_with_the_command_that_changes_it(
    footnote: Run, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    footnote("ingest", documents)
    monkeypatch.setenv("FOOTNOTE_PRECISION", "int8")

    ran = footnote("ask", QUESTION)

    assert ran.code == 3
    assert "footnote reindex" in ran.err
    assert footnote("reindex").code == 0
    assert footnote("ask", QUESTION).code == 0


def test_an_unknown_precision_is_refused(footnote: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_PRECISION", "float16")

    ran = footnote("config")

    assert ran.code == 1
    assert "FOOTNOTE_PRECISION is not usable" in ran.err


def test_another_precision_is_followed_unless_the_settings_fix_one(tiny_model: Path, exports: Path) -> None:
    follow = encoder_by_precision(load_settings(encoder=str(tiny_model), exports=exports, precision="auto"), print)

    assert follow is not None
    assert follow("float32").precision == "float32"
    assert encoder_by_precision(load_settings(encoder=str(tiny_model), precision="float32"), print) is None
