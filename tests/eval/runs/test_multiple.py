"""Multiple sets in one command: a run for each, and one report."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.eval.conftest import Run, Write

OTHER = {"id": "o", "question": "Who kept it?", "answers": [{"document": "truce", "quote": "the gang kept it"}]}
REPORT = {"index.html", "run.json", "summary.md", "junit.xml", "run.trec", "qrels.trec"}


@pytest.fixture
def other(write: Write) -> Path:
    return write("sets/other.jsonl", json.dumps(OTHER))


@pytest.fixture
def beir(write: Write) -> Path:
    write("beir/corpus.jsonl", '{"_id": "D/1", "text": "The truce began."}')
    write("beir/queries.jsonl", '{"_id": "q", "text": "the truce"}')
    return write("beir/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq\tD/1\t2\n").parent.parent


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")} if folder.exists() else set()


def test_each_set_gets_its_report_and_all_stand_on_one_page(
    footnote_eval: Run, questions: Path, other: Path, tmp_path: Path
) -> None:
    report = tmp_path / "new" / "report"
    ran = footnote_eval(
        "run",
        "--set",
        questions,
        "--set",
        other,
        "--report",
        report,
        "--require",
        "recall@100>=1",
        "--require",
        "MAP>2",
    )
    assert ran.code == 1
    assert "mini: 3 questions, 0 failed" in ran.out
    assert "other: 1 question, 0 failed" in ran.out
    rows = [line.split() for line in ran.out.splitlines()]
    assert rows[-4][:3] == ["set", "questions", "nDCG@10"]
    assert [row[:2] + row[-5:] for row in rows[-3:-1]] == [
        [name, count, "1", "of", "2", "not", "met"] for name, count in (("mini", "3"), ("other", "1"))
    ]
    top = {"index.html", "summary.md", "junit.xml", "mini", "other"}
    assert files(report) == top | {f"{name}/{file}" for name in ("mini", "other") for file in REPORT}
    stored = json.loads((report / "other" / "run.json").read_text())
    summary = (report / "summary.md").read_text()
    assert "| measure | mini | other |\n|---|---|---|\n| questions | 3 | 1 |\n" in summary
    assert f"| {stored['measures']['MAP']:.4f} |\n" in summary
    assert "| other | MAP>2 | **no** | " in summary
    suites = ElementTree.parse(report / "junit.xml").getroot().findall("testsuite")  # noqa: S314 - written just now
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in suites] == [
        ("footnote-eval mini", "2", "1"),
        ("footnote-eval other", "2", "1"),
    ]


def test_one_set_that_misses_a_requirement_fails_all(footnote_eval: Run, questions: Path, other: Path) -> None:
    sets = ("--set", questions, "--set", other)
    ran = footnote_eval("run", *sets, "--require", "refusal_accuracy>=1", "--json")
    measured = json.loads(ran.out)
    assert [(name, entry["set"], entry["checks"][0]["passed"]) for name, entry in measured.items()] == [
        ("mini", "mini", False),
        ("other", "other", True),
    ]
    assert ran.code == 1
    assert footnote_eval("run", *sets, "--require", "refusal_accuracy>=0.3").code == 0


def test_a_report_of_multiple_sets_is_their_baseline(
    footnote_eval: Run, questions: Path, other: Path, tmp_path: Path
) -> None:
    sets = ("--set", questions, "--set", other)
    before = tmp_path / "before"
    footnote_eval("run", *sets, "--report", before)
    ran = footnote_eval("run", *sets, "--baseline", before, "--no-regression", "--report", tmp_path / "after")
    assert ran.code == 0, ran.err
    assert ran.out.count("ok   no regression of nDCG@10: ") == 2
    assert "Against the baseline" in (tmp_path / "after" / "other" / "index.html").read_text()
    compared = footnote_eval("compare", before, tmp_path / "after")
    assert compared.code == 2
    assert f"{before} is a report of multiple sets. Give the run of one: " in compared.err
    one = footnote_eval("run", "--set", other, "--baseline", before / "other" / "run.json", "--no-regression")
    assert one.code == 0


def test_a_baseline_of_multiple_sets_needs_the_present_version_of_each(
    footnote_eval: Run, questions: Path, other: Path, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    footnote_eval("run", "--set", questions, "--report", before / "mini")
    sets = ("--set", questions, "--set", other)
    missing = footnote_eval("run", *sets, "--baseline", before)
    assert (missing.code, missing.out) == (1, "")
    assert f"has no run of 'other' (there is no {before / 'other' / 'run.json'})." in missing.err
    file = footnote_eval("run", *sets, "--baseline", before / "mini" / "run.json")
    assert file.code == 1
    assert "With several sets, --baseline takes the folder that an earlier run over them wrote" in file.err
    folder = footnote_eval("run", "--set", questions, "--baseline", before / "mini")
    assert folder.code == 1
    assert f"is a folder. Name the stored run in it: {before / 'mini' / 'run.json'}" in folder.err
    footnote_eval("run", "--set", other, "--report", before / "other")
    other.write_text(json.dumps({**OTHER, "question": "Who broke it?"}))
    edited = footnote_eval("run", *sets, "--baseline", before)
    assert (edited.code, edited.out) == (1, "")
    assert f"('other', or another version of it) than {other}. Make a new run over this one" in edited.err


def test_with_multiple_sets_a_beir_folder_gets_its_own_data_folder(
    footnote_eval: Run, questions: Path, beir: Path, data: Path
) -> None:
    before = files(data)
    ran = footnote_eval("run", "--set", questions, "--set", beir, "--data", data, "--json", "--require", "hit@5>=0")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["beir"]["measures"]["recall@100"] == 1.0
    assert {name.split("/")[0] for name in files(data) - before} <= {"beir", "index"}
    assert (data / "beir" / "footnote.db").exists()
    lines = [line for line in ran.err.splitlines() if not line.startswith("Warning: No calibration")]
    assert lines[:2] == ["mini: set 1 of 2", "beir: set 2 of 2"]
    assert ran.err.count("Warning: No calibration") <= 1  # once for all sets


@pytest.mark.parametrize("name", ["mini.json", "sub/MINI.jsonl"])
def test_sets_of_one_name_are_refused(footnote_eval: Run, questions: Path, write: Write, name: str) -> None:
    twin = write(f"others/{name}", json.dumps(OTHER))
    ran = footnote_eval("run", "--set", questions, "--set", twin)
    assert (ran.code, ran.out) == (1, "")
    assert f"The sets {questions} and {twin} have the same name '{twin.stem}'" in ran.err


def test_a_set_cannot_be_called_as_a_part_of_the_report(footnote_eval: Run, questions: Path, write: Write) -> None:
    ran = footnote_eval("run", "--set", questions, "--set", write("index.jsonl", json.dumps(OTHER)))
    assert ran.code == 1
    assert "With other sets, a set cannot be named 'index'" in ran.err


def test_judgements_belong_to_one_set(footnote_eval: Run, questions: Path, other: Path) -> None:
    ran = footnote_eval("run", "--set", questions, "--set", other, "--qrels", "qrels.txt")
    assert ran.code == 2
    assert "--qrels needs exactly one --set." in ran.err


def test_a_mistake_in_the_last_set_is_said_before_the_first_is_asked(
    footnote_eval: Run, questions: Path, other: Path, tmp_path: Path
) -> None:
    other.write_text("{}")
    ran = footnote_eval("run", "--set", questions, "--set", other, "--report", tmp_path / "report")
    assert (ran.code, ran.out) == (1, "")
    assert "other.jsonl, line 1: " in ran.err
    assert "set 1 of 2" not in ran.err


def test_a_set_that_fails_on_the_way_leaves_no_report(
    footnote_eval: Run, questions: Path, other: Path, tmp_path: Path
) -> None:
    report = tmp_path / "new" / "report"
    other.write_text(json.dumps(OTHER).replace("the gang kept it", "nobody kept it"))
    ran = footnote_eval("run", "--set", questions, "--set", other, "--report", report)
    assert ran.code == 1
    assert "does not occur in 'truce'" in ran.err
    assert not report.parent.exists()


def test_a_report_that_cannot_be_finished_leaves_the_earlier_one_as_it_was(
    footnote_eval: Run, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report"
    assert footnote_eval("run", "--set", questions, "--report", report).code == 0
    before = {path.name: path.read_bytes() for path in report.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("eval.report.files.write_trec_qrels", full)
    ran = footnote_eval("run", "--set", questions, "--report", report, "-k", "5")
    assert ran.code == 1
    assert "(No space left on device). Choose another folder." in ran.err
    assert {path.name: path.read_bytes() for path in report.iterdir()} == before


def test_beir_folders_need_no_data_folder_before(footnote_eval: Run, beir: Path, tmp_path: Path) -> None:
    twin = shutil.copytree(beir, tmp_path / "twin")
    ran = footnote_eval("run", "--set", beir, "--set", twin, "--data", tmp_path / "new", "--json")
    assert ran.code == 0, ran.err
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["beir", "twin"]


def test_a_set_in_the_folder_where_it_is_run_has_the_folders_name(
    footnote_eval: Run, beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(beir)
    ran = footnote_eval("run", "--set", ".", "--data", tmp_path / "new", "--json")
    assert json.loads(ran.out)["set"] == "beir"
