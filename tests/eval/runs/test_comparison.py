"""`footnote-eval compare`: two settings, two stores, or a stored and a new run."""

import json
from pathlib import Path

import pytest

from eval.runs.comparison import compare, differences
from eval.runs.gate import check_no_regression
from eval.runs.run import Run as StoredRun
from tests.eval.conftest import Run, Write
from tests.eval.report.test_page import doubted, outcome, refused, run_of


def test_two_settings_are_compared_and_what_differs_is_said(footnote_eval: Run, questions: Path) -> None:
    settings = ("--a", "candidates=10", "--b", "FOOTNOTE_CANDIDATES=20", "--b", "per_document=1")
    ran = footnote_eval("compare", "--set", questions, "-k", 10, *settings)
    assert ran.code == 0, ran.err
    assert "A  the default data folder, candidates=10 (asked " in ran.out
    assert "B  the default data folder, candidates=20, per_document=1 (asked " in ran.out
    assert "   candidates: 10 -> 20\n   per_document: 3 -> 1\n\n" in ran.out
    assert max(len(line) for line in ran.out.splitlines() if line.startswith(("measure", "nDCG"))) <= 80


def test_a_stored_run_is_compared_with_now_as_it_was_asked(
    footnote_eval: Run, questions: Path, tmp_path: Path, data: Path
) -> None:
    footnote_eval("run", "--set", questions, "--report", tmp_path, "-k", 7, "--overlap", 0.9)
    ran = footnote_eval("compare", tmp_path / "run.json", "--set", questions, "--data", data, "--report", tmp_path)
    assert ran.code == 0, ran.err
    assert "Settings, store and encoder are the same in both." in ran.out
    assert "Comparison</h2>" in (tmp_path / "comparison.html").read_text()


def test_what_differs_is_there_for_programs(footnote_eval: Run, questions: Path) -> None:
    ran = footnote_eval("compare", "--set", questions, "--b", "per_document=1", "--json")
    assert json.loads(ran.out)["differences"] == [{"name": "per_document", "a": "3", "b": "1"}]


def test_topics_and_qrels_are_compared_as_they_are_run(footnote_eval: Run, write: Write, tmp_path: Path) -> None:
    topics = write("topics.trec", "<top><num>7<title>the prison<desc>When did the truce begin?</top>")
    given = ("--set", topics, "--qrels", write("qrels.txt", "7 0 truce 2\n"), "--topic-field", "desc")
    assert footnote_eval("run", *given, "--report", tmp_path / "one").code == 0
    ran = footnote_eval("compare", tmp_path / "one" / "run.json", *given)
    assert ran.code == 0, ran.err
    assert "Settings, store and encoder are the same in both." in ran.out
    title = footnote_eval("compare", tmp_path / "one" / "run.json", *given[:-2])
    assert (title.code, title.out) == (1, "")
    assert "The stored run is over another set" in title.err
    report = footnote_eval("compare", tmp_path / "one", tmp_path / "one")
    assert report.code == 2
    assert f"is a report. Give the stored run in it: {tmp_path / 'one' / 'run.json'}" in " ".join(report.err.split())
    missing = footnote_eval("compare", "--set", topics, "--b", "candidates=200")
    assert missing.code == 1
    assert "For TREC topics, give the judgements with --qrels FILE." in missing.err


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((), 2, "Give two runs or data folders to compare"),
        (("--a", "candidates=200"), 2, "needs --set SET."),
        (("--set", "{set}", "--a", "candidates"), 1, "'candidates' is not a setting. Write one such as candidates=50."),
        (("--set", "{set}", "--a", "depth=3"), 1, "There is no setting 'depth'. Settings that can be compared: "),
        (("--set", "{set}", "--a", "candidates=many"), 1, "FOOTNOTE_CANDIDATES is not usable"),
        (("--set", "{set}", "--a", "candidates=50"), 1, "candidates=50 has no effect: 100 passages"),
        (("--set", "{set}", "--b", "passage_tokens=90"), 1, "'passage_tokens' determines what a store holds"),
        (("--set", "{set}", "--b", "port=1"), 1, "'port' changes no answer"),
        (("--set", "{set}", "{data}", "{data}", "--data", "x"), 2, "--data has no effect"),
        (("--set", "{set}", "{set}", "--a", "candidates=200"), 2, "is a stored run, which --a cannot change."),
        (("a.json", "b.json", "--set", "{set}"), 2, "so nothing is asked. Omit --set."),
        (("a.json", "b.json", "-k", "5"), 2, "so nothing is asked. Omit --qrels, -k and --overlap."),
        (("a.json", "b.json", "--qrels", "q.txt"), 2, "so nothing is asked. Omit --qrels, -k and --overlap."),
        (("--set", "{set}", "--topic-field", "desc", "{data}"), 2, "--topic-field needs --qrels FILE."),
        (("--set", "{set}", "--qrels", "nowhere.txt", "{data}"), 1, "nowhere.txt cannot be read"),
    ],
)
def test_a_mistake_gets_one_clear_sentence(
    footnote_eval: Run, questions: Path, data: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    given = (argument.replace("{set}", str(questions)).replace("{data}", str(data)) for argument in arguments)
    ran = footnote_eval("compare", *given)
    assert ran.code == code, ran.err
    assert sentence in ran.err


def test_the_greatest_changes_come_first_whichever_way_they_went() -> None:
    def run(**values: float) -> StoredRun:
        return run_of(*(outcome(name, values={"nDCG@10": v, "refusal_accuracy": 1.0}) for name, v in values.items()))

    a, b = run(up=0.0, down=0.5, same=1.0), run(up=1.0, down=0.25, same=1.0)
    changed = compare(a, b).changed
    assert [(change.a.id, change.change) for change in changed] == [("up", 1.0), ("down", -0.25)]


def test_a_question_that_is_now_refused_counts_as_changed() -> None:
    assert [change.a.id for change in compare(run_of(outcome("one")), run_of(refused("one"))).changed] == ["one"]


def test_more_wrong_claims_are_worse_and_more_claims_neither() -> None:
    names = [f"q{n}" for n in range(20)]
    a = run_of(*(doubted(name, right=False) for name in names))
    b = run_of(*(outcome(name, right=False) for name in names))
    up, down = ({m.measure: m for m in compare(*runs).measures} for runs in ((a, b), (b, a)))
    assert (up["claimed_wrong"].verdict, down["claimed_wrong"].verdict) == ("worse", "better")
    assert (up["claimed_wrong"].paired.wins, up["claimed_wrong"].paired.losses) == (0, 20)
    assert (up["claimed"].verdict, down["claimed"].verdict) == ("higher", "lower")
    assert (up["uncertain"].verdict, down["uncertain"].verdict) == ("lower", "higher")
    checks = {check.name: check.passed for check in check_no_regression(compare(a, b).measures)}
    assert checks["no regression of claimed_wrong"] is False
    assert all(check.passed for check in check_no_regression(compare(b, a).measures))
    assert "no regression of claimed" not in checks


def test_differences_name_the_parts_of_an_encoder_s_fingerprint() -> None:
    a = run_of(outcome("one"), encoder='{"weights": "aaaaaaaaaaaaaaaaaaaa", "dimension": 384}')
    b = run_of(outcome("one"), encoder='{"weights": "bbbbbbbbbbbbbbbbbbbb", "dimension": 384}')
    assert differences(a, b) == [("encoder weights", "a" * 12, "b" * 12)]


def test_a_run_of_an_older_format_is_refused_with_what_to_do(footnote_eval: Run, write: Write) -> None:
    old = write("old.json", json.dumps({"format": 1, "set_name": "mini", "outcomes": [{"id": "a"}]}))
    ran = footnote_eval("compare", old, old)
    assert ran.code == 1
    assert ran.err == f"Error: {old} is a run of format 1; this footnote-eval reads 2. Run it again.\n"
