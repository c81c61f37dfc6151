"""Records mined from a labelled set."""

import json
from pathlib import Path

import pytest

from eval.runs import load_set
from eval.training.mining import MinedPassage, Record, answer_spans, divided, mine, sampled
from service.cli import main as footnote
from service.runtime.progress import NoProgress

TEXT = "The truce began in March  2012. It was made by two men. In March it was kept."
LONG = "The truce of the gangs in this country began, as everybody there knows, in March of the year 2012"


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        (["March 2012"], ["March  2012"]),
        (["MARCH"], ["March", "March"]),
        (["Mar"], []),
        (["two men", "It"], ["It", "two men", "it"]),
        ([LONG], [TEXT[:31]]),
        ([""], []),
    ],
)
def test_answers_are_located(answers: list[str], found: list[str]) -> None:
    assert [TEXT[start:end].strip() for start, end in answer_spans(TEXT, answers)] == found


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "mini"
    (folder / "qrels").mkdir(parents=True)
    texts = {
        "truce": "The truce began in March 2012.",
        "tide": "The tide is high at noon.",
        "mole": "The mole is long.",
    }
    documents = [{"_id": name, "title": f"On the {name}", "text": text} for name, text in texts.items()]
    questions = [
        {"_id": "q1", "text": "When did the truce begin?", "metadata": {"answers": ["March 2012"]}},
        {"_id": "q2", "text": "Who made the mole?", "metadata": {}},
    ]
    for name, lines in (("corpus", documents), ("queries", questions)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\ttruce\t1\n")
    (folder / "unanswerable.tsv").write_text("query-id\tlabel\nq2\tunanswerable\n")
    return folder


def test_a_set_is_mined(beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_ENCODER", str(tiny_model))
    monkeypatch.setenv("FOOTNOTE_PASSAGE_TOKENS", "40")
    monkeypatch.setenv("FOOTNOTE_TITLE_TOKENS", "8")

    answered, unanswered = mine(load_set(beir), tmp_path / "data", NoProgress())

    text = "The truce began in March 2012."
    assert answered.positives == [MinedPassage("On the truce", text, [(19, 29)])]
    assert {passage.title for passage in answered.negatives} == {"On the tide", "On the mole"}
    assert answered.group == "On the truce"
    assert (unanswered.id, unanswered.positives) == ("q2", [])
    assert len(unanswered.negatives) == 3


def test_a_question_set_is_mined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_ENCODER", str(tiny_model))
    documents, data = tmp_path / "documents", tmp_path / "data"
    documents.mkdir()
    texts = {
        "truce": "The truce began in March. It was kept.",
        "tide": "The tide is high.",
        "mole": "The mole is long.",
    }
    for name, text in texts.items():
        (documents / f"{name}.md").write_text(f"# On the {name}\n\n{text}\n")
    asked = [{"role": "user", "content": "Who made the truce?"}]
    gold = [{"document": "truce", "quote": "began in March"}]
    questions = [
        {"id": "q1", "question": "When did it begin?", "history": asked, "answers": gold},
        {"id": "q2", "question": "Who made the mole?", "answers": [], "answerable": False},
    ]
    (tmp_path / "own.jsonl").write_text("".join(json.dumps(line) + "\n" for line in questions))
    monkeypatch.setattr("sys.argv", ["footnote", "ingest", str(documents), "--data", str(data)])
    with pytest.raises(SystemExit, match=r"^0$"):
        footnote()

    answered, unanswered = mine(load_set(tmp_path / "own.jsonl"), data, NoProgress())

    (positive,) = answered.positives
    assert positive.title == "Who made the truce? On the truce"
    assert [positive.text[start:end] for start, end in positive.spans] == ["began in March"]
    assert answered.group == "On the truce"
    assert {passage.title for passage in unanswered.negatives} == {f"On the {name}" for name in texts}
    assert not unanswered.positives


def record(number: int, group: str) -> Record:
    passage = MinedPassage("A", "It began in March.", [(12, 17)])
    return Record("set", str(number), group, "When?", [passage] if number % 2 else [], [passage])


def test_sets_are_divided_by_article() -> None:
    records = [record(number, f"article {number % 40}") for number in range(400)]

    learnt, measured = divided(records, 0.25, 20)

    held_out = {one.group for one in measured}
    assert 4 <= len(held_out) <= 18
    assert not held_out & {one.group for one in learnt}
    assert len({one.group for one in learnt}) + len({r.group for r in records} - {r.group for r in learnt}) == 40
    assert len(measured) == 40
    assert divided(records, 0, 20) == (records, [])


def test_as_many_records_of_each_set_are_drawn_as_wanted() -> None:
    records = [Record(name, str(n), "A", "When?", [], []) for name, count in (("a", 9), ("b", 2)) for n in range(count)]

    drawn = sampled(records, 4, {"a", "b"})

    assert [record.set for record in drawn] == ["a"] * 4 + ["b"] * 2
    assert sampled(records, 4, {"a", "b"}) == drawn
    assert sampled(records, 4, {"b"}) == records
    assert [int(record.id) for record in drawn[:4]] != [0, 1, 2, 3]
