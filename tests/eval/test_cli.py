"""`footnote-eval`, on a small store with the tiny encoder."""

import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import ir_measures
import pytest

from corpus.store.view import View
from eval.training.mining import MinedPassage, Record
from tests.eval.conftest import Run, Write


def test_a_set_is_run_and_its_measures_are_printed(footnote_eval: Run, questions: Path) -> None:
    ran = footnote_eval("run", "--set", questions)
    assert ran.code == 0
    assert "mini: 3 questions, 0 failed" in ran.out
    assert "  recall@100           1.0000\n" in ran.out
    assert "  ECE                  not available\n" in ran.out


def test_requirements_decide_the_exit_code(footnote_eval: Run, questions: Path) -> None:
    met = footnote_eval("run", "--set", questions, "--require", "recall@100>=1", "--json")
    assert (met.code, json.loads(met.out)["checks"][0]["passed"]) == (0, True)
    missed = footnote_eval("run", "--set", questions, "--require", "recall@100>=1", "--require", "ECE<=0.05")
    assert missed.code == 1
    assert "ok   recall@100>=1: recall@100 is 1.0000" in missed.out
    assert "FAIL ECE<=0.05: ECE is not available" in missed.out


def test_the_report_holds_everything_and_needs_nothing(footnote_eval: Run, questions: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    ran = footnote_eval(
        "run", "--set", questions, "--report", report, "--require", "recall@100>=1", "--require", "MAP>2"
    )
    assert ran.code == 1
    page = (report / "index.html").read_text()
    assert r"Who baked \u003cb\u003ebread\u003c/b\u003e?" in page
    assert "<b>bread" not in page
    assert page.count("<svg ") == 4
    assert "default-src 'none'" in page
    for needed in ("<script src", "<link", "@import", "url(http", "<img"):
        assert needed not in page
    assert "http://127.0.0.1:8000/documents/truce#char=" in page
    assert "| recall@100 | 1.0000 |" in (report / "summary.md").read_text()
    suite = ElementTree.parse(report / "junit.xml").getroot().find("testsuite")  # noqa: S314 - written just now
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")


def test_trec_files_give_trec_eval_the_same_measures(footnote_eval: Run, questions: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    footnote_eval("run", "--set", questions, "--report", report)
    run = json.loads((report / "run.json").read_text())
    qrels = list(ir_measures.read_trec_qrels(str(report / "qrels.trec")))  # type: ignore[no-untyped-call]
    ranked = list(ir_measures.read_trec_run(str(report / "run.trec")))  # type: ignore[no-untyped-call]
    theirs = ir_measures.calc_aggregate([ir_measures.nDCG @ 10, ir_measures.AP], qrels, ranked)
    assert theirs[ir_measures.nDCG @ 10] == pytest.approx(run["measures"]["nDCG@10"])
    assert theirs[ir_measures.AP] == pytest.approx(run["measures"]["MAP"])


def test_a_run_does_not_differ_from_itself_and_passes_its_own_gate(
    footnote_eval: Run, questions: Path, tmp_path: Path
) -> None:
    footnote_eval("run", "--set", questions, "--report", tmp_path / "one")
    baseline = tmp_path / "one" / "run.json"
    ran = footnote_eval("run", "--set", questions, "--baseline", baseline, "--no-regression")
    assert ran.code == 0
    assert "ok   no regression of nDCG@10: " in ran.out
    compared = json.loads(footnote_eval("compare", baseline, baseline, "--json").out)
    assert {measure["verdict"] for measure in compared["measures"]} == {"no significant difference"}
    assert compared["changed"] == []


def test_a_stored_run_is_compared_with_a_data_folder(
    footnote_eval: Run, questions: Path, tmp_path: Path, data: Path
) -> None:
    footnote_eval("run", "--set", questions, "--report", tmp_path / "one")
    ran = footnote_eval("compare", tmp_path / "one" / "run.json", data, "--set", questions)
    assert ran.code == 0
    assert "nDCG@10" in ran.out


def test_a_beir_folder_is_brought_in_and_measured(footnote_eval: Run, write: Write, tmp_path: Path) -> None:
    write(
        "beir/corpus.jsonl",
        '{"_id": "D/1", "title": "Truce", "text": "The truce began."}\n{"_id": "D 1", "text": "The prison."}',
    )
    write("beir/queries.jsonl", '{"_id": "q", "text": "the truce"}\n{"_id": "other", "text": "not judged"}')
    folder = write("beir/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq\tD/1\t2\n").parent.parent
    ran = footnote_eval("run", "--set", folder, "--data", tmp_path / "beir-data", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["measures"]["recall@100"] == 1.0
    again = footnote_eval("run", "--set", folder, "--data", tmp_path / "beir-data", "--json")
    assert json.loads(again.out)["measures"]["recall@100"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("run", "--set", "nowhere.jsonl"), 1, "nowhere.jsonl cannot be read"),
        (("run", "--set", "{set}", "--require", "nonsense"), 1, "'nonsense' is not a requirement."),
        (("run", "--set", "{set}", "--baseline", "nowhere.json"), 1, "The run nowhere.json cannot be read"),
        (("run", "--set", "{set}", "--baseline", "{set}"), 1, "is not a stored run."),
        (("run", "--set", "{set}", "--no-regression"), 2, "--no-regression needs --baseline RUN."),
        (("run", "--set", "{set}", "--data", "x", "--url", "y"), 2, "Give either --data or --url."),
        (("run", "--set", "{set}", "--url", "http://127.0.0.1:9"), 1, "does not answer (ConnectError)."),
        (("run", "--set", "{set}", "--overlap", "0"), 2, "--overlap"),
        (("run", "--set", "{set}", "--data", "nowhere"), 3, "There are no documents in nowhere yet."),
        (("compare", "a.json", "b.json"), 1, "The run a.json cannot be read"),
        (("import", "nowhere.jsonl", "--out", "o", "--force"), 1, "nowhere.jsonl cannot be read"),
        (("run",), 2, "Missing option '--set'"),
        (("train", "--set", "a/en", "--set", "b/en", "--out", "o"), 2, "Two sets have the same name."),
        (("train", "--set", "a", "--out", ""), 2, "A path is empty."),
        (("train", "--set", "{set}", "--out", "{set}/below"), 1, "below cannot be written (Not a directory)."),
        (("train", "--set", "{set}", "--out", "o", "--seed", "-1"), 2, "-1 is not in the range"),
        (("train", "--set", "{set}", "--out", "o", "--seed", f"1{'0' * 30}"), 2, "is not in the range"),
        (("train", "--set", "{set}", "--out", "o", "--steps", f"1{'0' * 30}"), 2, "is not in the range"),
        (("train-maps", "--set", "{set}", "--out", "{set}/below"), 1, "below cannot be written (Not a directory)."),
        (("train-maps", "--set", "{set}", "--out", "o", "--seed", "-1"), 2, "-1 is not in the range"),
        (("train-maps", "--set", "a/en", "--set", "b/en", "--out", "o"), 2, "Two sets have the same name."),
        (("run", "--set", "{set}", "--topic-field", "desc"), 2, "--topic-field needs --qrels FILE."),
        (("run", "--set", "{set}", "--qrels", "nowhere.txt"), 1, "nowhere.txt cannot be read"),
        (("run", "--set", "{set}", "--report", "{set}"), 1, "mini.jsonl (File exists). Choose another folder."),
        (("run", "--set", "{set}", "--report", "{set}/below"), 1, "below (Not a directory). Choose another folder."),
        (("import", "{set}"), 2, "Missing option '--out'"),
        (("import", "o", "--out", "{set}"), 1, "exists already. Choose another name, or replace it with --force."),
        (("import", "{set}", "--out", "{set}", "--force"), 1, "mini.jsonl is the feedback file."),
        (("import", "{set}", "--out", ".", "--force"), 1, "is a folder. Name a file for the candidates."),
        (("import", "{set}", "--out", "nowhere/o"), 1, "nowhere/o cannot be written: there is no folder nowhere."),
        (("import", "{set}", "--out", "o", "--data", "x", "--url", "y"), 2, "Give either --data or --url."),
        (("import", "nowhere.jsonl", "--out", "o"), 1, "nowhere.jsonl cannot be read"),
        (("import", "{set}", "--out", "o"), 1, "mini.jsonl, line 1: this has an unknown field. Known fields: "),
    ],
)
def test_a_mistake_gets_one_clear_sentence(
    footnote_eval: Run, questions: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    ran = footnote_eval(*(argument.replace("{set}", str(questions)) for argument in arguments))
    assert ran.code == code, ran.err
    assert sentence in ran.err


@pytest.mark.parametrize("command", ["train", "train-maps"])
@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([], "none has a retrieved passage that answers it"),
        (
            [Record("mini", "1", "A", "When?", [], [MinedPassage("A", "In March.")])],
            "all 1 are about held-out articles",
        ),
    ],
)
def test_a_training_without_a_question_to_learn_from_is_refused(
    footnote_eval: Run,
    questions: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    records: Sequence[Record],
    reason: str,
) -> None:
    monkeypatch.setattr("eval.training.records.mine", lambda *_: iter(records))

    ran = footnote_eval(command, "--set", questions, "--out", questions.parent / "out", "--held-out", "0.999999")

    assert ran.code == 1, ran.err
    assert f"There is no question to learn from: {reason}" in ran.err


def test_what_is_no_checkpoint_to_average_with_is_refused_before_the_training(
    footnote_eval: Run, questions: Path, tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Record("mini", "1", "A", "When?", [], [MinedPassage("A", "In March.")])
    monkeypatch.setattr("eval.training.records.mine", lambda *_: iter([record]))
    monkeypatch.setattr("embeddings.encoder.model_folder", lambda _: tiny_model)
    monkeypatch.setattr("eval.training.train", lambda *_: pytest.fail("it trained"))
    wrong = tmp_path / "wrong.safetensors"
    wrong.write_bytes(b"no checkpoint")

    ran = footnote_eval("train", "--set", questions, "--out", tmp_path / "out", "--held-out", "0", "--average", wrong)

    assert ran.code == 1, ran.err
    assert "wrong.safetensors is no checkpoint of a reader of this kind." in ran.err


def test_a_baseline_over_another_set_is_refused_before_anything_is_asked(
    footnote_eval: Run, questions: Path, tmp_path: Path
) -> None:
    footnote_eval("run", "--set", questions, "--report", tmp_path / "one")
    questions.write_text(questions.read_text() + "\n")
    ran = footnote_eval("run", "--set", questions, "--baseline", tmp_path / "one" / "run.json")
    assert ran.code == 1
    assert "The stored run is over another set" in ran.err


def test_a_baseline_that_was_judged_otherwise_is_refused_before_anything_is_asked(
    footnote_eval: Run, questions: Path, tmp_path: Path
) -> None:
    footnote_eval("run", "--set", questions, "--report", tmp_path / "one")
    ran = footnote_eval("run", "--set", questions, "--baseline", tmp_path / "one" / "run.json", "-k", "7", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "The stored run was made with -k 100 --overlap 0.5." in ran.err


def test_a_report_that_cannot_be_written_is_said_before_anything_is_asked(footnote_eval: Run, questions: Path) -> None:
    ran = footnote_eval("run", "--set", questions, "--data", "nowhere", "--report", questions / "below")
    assert ran.code == 1
    assert "The report cannot be written to" in ran.err


def test_a_torn_baseline_is_refused(footnote_eval: Run, questions: Path, tmp_path: Path) -> None:
    footnote_eval("run", "--set", questions, "--report", tmp_path / "one")
    stored = tmp_path / "one" / "run.json"
    stored.write_text(stored.read_text()[:-100])
    ran = footnote_eval("run", "--set", questions, "--baseline", stored)
    assert ran.code == 1
    assert "run.json is not a stored run." in ran.err


def test_topics_and_qrels_are_asked_of_documents_that_are_there(
    footnote_eval: Run, write: Write, data: Path, tmp_path: Path
) -> None:
    topics = write("topics.trec", "<top>\n<num> Number: 7\n<title> the truce\n</top>\n<top><num>8<title>who</top>")
    qrels = write("qrels.txt", "7 0 truce 2\n7 0 prison 1\n")
    ran = footnote_eval("run", "--set", topics, "--qrels", qrels, "--report", tmp_path / "report")
    assert ran.code == 0, ran.err
    assert "topics: 1 question, 0 failed" in ran.out
    assert "  recall@100           1.0000\n" in ran.out
    assert "  complete@5           1.0000\n" in ran.out
    assert "Left out: 1 topic without any judgement.\n" in ran.err
    theirs = ir_measures.read_trec_qrels(str(tmp_path / "report" / "qrels.trec"))  # type: ignore[no-untyped-call]
    assert {(row.query_id, row.doc_id, row.relevance) for row in theirs} == {("7", "truce", 2), ("7", "prison", 1)}
    qrels.write_text("7 0 truce 2\n7 0 treaty 1\n")
    ran = footnote_eval("run", "--set", topics, "--qrels", qrels)
    assert ran.code == 1
    assert "qrels.txt, line 2: there is no document 'treaty' in the store." in ran.err


def test_feedback_becomes_candidates_that_run_refuses_until_they_are_approved(
    footnote_eval: Run, write: Write, data: Path, tmp_path: Path
) -> None:
    text = "The truce began in the year 2012."
    with View(data) as view:
        document = view.document("truce")
        start = view.text(document).index(text)
    span = {"document_id": "truce", "revision": document.revision, "start": start, "end": start + len(text)}
    rating = {"question": "When?", "status": "answered", "rating": "up", "at": "2026-03-01T12:00:00Z", "passage": span}
    gone = {**rating, "passage": {**span, "document_id": "gone"}}
    feedback = write("feedback.jsonl", f"{json.dumps(rating)}\n{json.dumps(gone)}\n")
    out = tmp_path / "candidates.jsonl"
    ran = footnote_eval("import", feedback, "--out", out)
    assert (ran.code, ran.out) == (0, f"1 candidate written to {out}. Approve each in the file.\n")
    assert ran.err == "Skipped line 2: the document 'gone' is no longer in the store.\n"
    assert "line 1: 'when' is an unapproved candidate." in footnote_eval("run", "--set", out).err
    before = out.read_text()
    assert footnote_eval("import", feedback, "--out", out).code == 1
    out.write_text(before.replace('"approved": false', '"approved": true'))
    assert footnote_eval("run", "--set", out, "--require", "recall@100>=1").code == 0
    again = footnote_eval("import", feedback, "--out", out, "--force", "--known", out, "--json")
    assert json.loads(again.out) == {"candidates": 0, "known": 1, "skipped": []}
    assert '"approved": true' in out.read_text()


def test_malformed_feedback_leaves_nothing_behind(footnote_eval: Run, write: Write, tmp_path: Path) -> None:
    ran = footnote_eval("import", write("feedback.jsonl", "{}\n"), "--out", tmp_path / "candidates.jsonl")
    assert ran.code == 1
    assert "feedback.jsonl, line 1: question: field required." in ran.err
    assert not (tmp_path / "candidates.jsonl").exists()


def test_a_document_that_is_not_in_the_store_is_named(footnote_eval: Run, questions: Path) -> None:
    questions.write_text(questions.read_text().replace('"truce"', '"treaty"'))
    ran = footnote_eval("run", "--set", questions)
    assert ran.code == 1
    assert "line 1 ('a'): there is no document 'treaty' in the store." in ran.err
