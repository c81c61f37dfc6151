"""`footnote-eval bench` on small stores, with a real server and the tiny encoder."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import httpx2
import pytest

from corpus.store.view import View
from eval.bench.record import FORMAT, Benchmark, Served
from eval.cli import main
from eval.cli.main import footnote_eval as footnote_eval_group
from service.runtime.progress import NoProgress
from service.upkeep.verify import problems
from tests.eval.bench.processes import children
from tests.service.cli.conftest import Run, command

pytestmark = pytest.mark.usefixtures("environment")
SMALL = ("--passages", "40", "--askers", "3", "--questions", "4", "--rounds", "1")


@pytest.fixture
def footnote_eval(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return command("footnote-eval", main, monkeypatch, capsys)


def test_a_benchmark_measures_everything_and_stores_it(footnote_eval: Run, beir: Path, tmp_path: Path) -> None:
    out, work, before = tmp_path / "bench.json", tmp_path / "work", children()
    ran = footnote_eval("bench", "--set", beir, *SMALL, "--work", work, "--out", out)
    assert ran.code == 0, ran.err
    assert children() == before
    assert not (tmp_path / "data-of-the-user").exists()

    result = json.loads(out.read_text())
    assert set(result) == {field.name for field in fields(Benchmark)}
    assert result["format"] == FORMAT
    assert result["set_name"] == "mini"
    assert result["options"]["askers"] == [1, 3]
    assert result["ingest"]["documents"] == 3
    assert result["ingest"]["share"] > 0
    assert [served["store"]["passages"] for served in result["served"]] == [40]
    for served in result["served"]:
        assert set(served) == {field.name for field in fields(Served)}
        assert [asking["askers"] for asking in served["asking"]] == [1, 3]
        assert [asking["failed"] for asking in served["asking"]] == [0, 0]
        assert [asking["asked"] for asking in served["asking"]] == [8, 24]
        assert served["ask_to_encode"] > 0
        assert served["gain"]["1"] == 1.0
        assert served["memory"]["resident"] > 0
        assert served["store"]["generation"] == served["store"]["documents"]
    assert len(result["verdicts"]) == 1 + 6
    assert {verdict["name"]: verdict["met"] for verdict in result["verdicts"]}["32 askers / 1"] is None

    for words in ("ingest / encoder", "40 passages (", "/v1/ask, 3 askers", "Synthetic passages: "):
        assert words in ran.out
    assert re.search(r"ingest at least 90 % .* (met|NOT MET)\n", ran.out)
    assert "not measured (set for 100,000)" in ran.out
    for sentence in ("Making a store of 40 passages.", "Asking http://127.0.0.1:", f"The results are in {out}."):
        assert sentence in ran.err

    kept = sorted(work.iterdir())
    assert [path.name.rpartition("-")[0] for path in kept] == ["store-40"]
    for folder in kept:
        with View(folder) as view:
            assert list(problems(view, NoProgress())) == []


def test_every_option_is_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")
    section = text.partition("## footnote-eval bench\n")[2].partition("\n## ")[0]
    options = [option for parameter in footnote_eval_group.commands["bench"].params for option in parameter.opts]
    assert len(options) == 10
    assert [option for option in options if f"`{option}" not in section] == []


def test_results_can_be_printed_as_json_and_nothing_is_left_without_a_work_folder(
    footnote_eval: Run, beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    arguments = ("--passages", "5", "--askers", "1", "--questions", "2", "--rounds", "1", "--documents", "2")
    ran = footnote_eval("bench", "--set", beir, *arguments, "--json")
    assert ran.code == 0, ran.err
    result = json.loads(ran.out)
    assert result["format"] == FORMAT
    assert result["ingest"]["documents"] == 2
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--passages", "1000,many"), 2, "'many' is not a whole number from 1 to 1,000,000."),
        (("--passages", "0"), 2, "'0' is not a whole number from 1 to 1,000,000."),
        (("--passages", ""), 2, "'' is not a whole number"),
        (("--askers", "8,9999"), 2, "'9999' is not a whole number from 1 to 256."),
        (("--rounds", "0"), 2, "--rounds"),
        (("--out", "{tmp}/nowhere/bench.json"), 1, "cannot be written to {tmp}/nowhere/bench.json (No such file"),
        (("--out", "{tmp}"), 1, "cannot be written to {tmp} (it is a folder). Choose another file for --out."),
        (("--set", "{tmp}/nowhere"), 1, "nowhere has no qrels/*.tsv."),
        (("--work", "{tmp}/files/mini/corpus.jsonl"), 1, "corpus.jsonl cannot be written (File exists)."),
    ],
)
def test_a_mistake_gets_one_clear_sentence_before_anything_is_measured(
    footnote_eval: Run, beir: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    ran = footnote_eval("bench", *(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert ran.code == code, ran.err
    assert sentence.replace("{tmp}", str(tmp_path)) in ran.err
    assert "Loading the encoder." not in ran.err


def test_a_benchmark_that_is_stopped_leaves_no_server(beir: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from eval.cli import main; main()", "bench", "--set", str(beir)]
    command += ["--passages", "20", "--questions", "100000", "--rounds", "1", "--work", str(tmp_path / "work")]
    root = Path(__file__).parents[3]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=root, env=dict(os.environ))
    try:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            asking = re.match(r"Asking (http://\S+)\.\n", line)
            if asking:
                break
        assert asking is not None, said
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 130
        # asyncio may complain after it, if the signal came while its loop was being made
        assert "\nStopped.\n" in "\n" + process.stderr.read()
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"{asking[1]}/health/live", trust_env=False)
        assert [path.name.split("-")[0] for path in (tmp_path / "work").iterdir()] == ["store"]
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
