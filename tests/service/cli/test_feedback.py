"""`footnote feedback`, from a rating over HTTP to a set for the evaluation."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from eval.cli import main as evaluate
from eval.sets.feedback import load_feedback
from service.upkeep.feedback import FEEDBACK_NAME, Feedback
from tests.service.cli.conftest import Run
from tests.service.http.routes.test_ask import ask
from tests.service.http.routes.test_feedback import NOT_FOUND, rating_of


@pytest.fixture
def ratings(client: TestClient) -> list[str]:
    """Ids of two ratings that came over HTTP, into the folder that the commands use."""
    given = [rating_of(ask(client)), {**NOT_FOUND, "question": "Who\u2028 won\x1b[2J? 🕊"}]
    return [client.post("/v1/feedback", json=rating).json()["id"] for rating in given]


def test_a_rating_becomes_a_candidate_for_a_set(
    footnote: Run, ratings: list[str], tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported, candidates = tmp_path / "feedback.jsonl", tmp_path / "candidates.jsonl"
    assert footnote("feedback", "export", "--out", exported).code == 0
    assert len(load_feedback(exported)) == len(ratings)
    arguments = ["footnote-eval", "import", str(exported), "--out", str(candidates), "--data", str(data)]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit) as exit_:
        evaluate()
    assert exit_.value.code == 0
    found = [json.loads(line) for line in candidates.read_text(encoding="utf-8").split("\n") if line]
    assert {candidate["question"]: bool(candidate.get("answers")) for candidate in found} == {
        "When did the truce begin?": True,
        "Who\u2028 won\x1b[2J? 🕊": False,
    }
    assert not any(candidate["approved"] for candidate in found)


def test_an_export_is_the_same_on_standard_output_and_for_nobody_else_in_a_file(
    footnote: Run, ratings: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "feedback.jsonl"
    ran = footnote("feedback", "export", "--out", out)
    assert (ran.code, ran.out, ran.err) == (0, "", f"Wrote {len(ratings)} ratings to {out}.\n")
    assert footnote("feedback", "export").out == out.read_text(encoding="utf-8")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_an_export_overwrites_a_file_only_with_force(footnote: Run, ratings: list[str], tmp_path: Path) -> None:
    out = tmp_path / "feedback.jsonl"
    out.write_text("mine")
    ran = footnote("feedback", "export", "--out", out)
    assert (ran.code, out.read_text()) == (1, "mine")
    assert ran.err == f"Error: {out} exists already. Give another name with --out, or overwrite it with --force.\n"
    assert footnote("feedback", "export", "--out", out, "--force").code == 0
    assert len(load_feedback(out)) == len(ratings)


def test_an_export_that_cannot_be_written_leaves_nothing(footnote: Run, ratings: list[str], tmp_path: Path) -> None:
    ran = footnote("feedback", "export", "--out", tmp_path / "nowhere" / "f.jsonl")
    assert ran.code == 1
    assert "cannot be written (No such file or directory)" in ran.err
    folder = tmp_path / "folder"
    folder.mkdir()
    before = sorted(tmp_path.iterdir())
    assert footnote("feedback", "export", "--out", folder, "--force").code == 1
    assert sorted(tmp_path.iterdir()) == before


def test_ratings_are_listed_on_one_line_each(footnote: Run, ratings: list[str]) -> None:
    ran = footnote("feedback", "list")
    first, second, total = ran.out.splitlines()
    assert first.startswith(ratings[0])
    assert "  up    truce  When did the truce begin?" in first or "  up    prison  When" in first
    assert second.endswith("up    not_found  Who? won?[2J? 🕊")
    assert (total, ran.code) == ("2 ratings.", 0)
    listed: list[dict[str, Any]] = json.loads(footnote("feedback", "list", "--json").out)
    assert [entry["id"] for entry in listed] == ratings
    assert listed[1]["passage"] is None


def test_ratings_are_removed_by_id_all_or_none(footnote: Run, ratings: list[str], data: Path) -> None:
    ran = footnote("feedback", "remove", ratings[0], "nothing")
    assert (ran.code, len(Feedback(data, 1).ratings())) == (1, 2)
    assert "There is no rating 'nothing', so nothing was removed." in ran.err
    assert footnote("feedback", "remove", ratings[0]).out == "Removed 1 rating.\n"
    assert [rating.id for rating in Feedback(data, 1).ratings()] == ratings[1:]


def test_ratings_are_removed_by_date_or_all(footnote: Run, ratings: list[str]) -> None:
    assert footnote("feedback", "remove", "--before", "2020-01-31").out == "Removed 0 ratings.\n"
    assert json.loads(footnote("feedback", "remove", "--before", "9999-01-01", "--json").out) == {"removed": 2}
    assert footnote("feedback", "remove", "--all").out == "Removed 0 ratings.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["remove"], "Give either ids, --before DATE or --all."),
        (["remove", "x", "--all"], "Give either ids, --before DATE or --all."),
        (["remove", "--all", "--before", "2026-01-01"], "Give either ids, --before DATE or --all."),
        (["remove", "--before", "yesterday"], "--before must be a date such as 2026-01-31."),
        (["export", "--force"], "--force requires --out."),
    ],
)
def test_wrong_usage_is_said(footnote: Run, ratings: list[str], data: Path, arguments: list[str], said: str) -> None:
    ran = footnote("feedback", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert len(Feedback(data, 1).ratings()) == 2


def test_a_store_without_feedback_has_none_yet(footnote: Run, client: TestClient, data: Path, tmp_path: Path) -> None:
    ran = footnote("feedback", "list")
    assert (ran.code, ran.out) == (0, "There is no feedback yet.\n")
    assert footnote("feedback", "list", "--json").out == "[]\n"
    ran = footnote("feedback", "export", "--out", tmp_path / "f.jsonl")
    assert (ran.code, ran.out, ran.err) == (0, "", "There is no feedback yet. Nothing was written.\n")
    ran = footnote("feedback", "remove", "x")
    assert (ran.code, ran.err) == (1, "Error: There is no feedback yet.\n")
    assert not (tmp_path / "f.jsonl").exists()
    assert not (data / FEEDBACK_NAME).exists()


def test_a_folder_without_a_store_and_a_damaged_file_are_the_stores_fault(footnote: Run, data: Path) -> None:
    ran = footnote("feedback", "list")
    assert ran.code == 3
    assert "There are no documents in" in ran.err
    assert not data.exists()
    data.mkdir()
    (data / FEEDBACK_NAME).write_bytes(b"x" * 5000)
    for arguments in (["list"], ["export"], ["remove", "--all"]):
        ran = footnote("feedback", *arguments)
        assert ran.code == 3
        assert "is damaged or cannot be read" in ran.err
