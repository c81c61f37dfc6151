"""BEIR folders: each error names its file and line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import SetError
from eval.runs.evaluation import load_set, measured
from eval.sets.beir import load_beir
from eval.sets.beir_store import gold_of

Write = Callable[..., Path]

FILES = {
    "corpus.jsonl": '{"_id": "d", "text": "The truce began in 2012."}\n{"_id": "e", "text": "The prison.\u2028"}\n',
    "queries.jsonl": '{"_id": "q", "text": "when?", "metadata": {"answers": ["2012", "a summary in other words"]}}\n'
    '{"_id": "r", "text": "who\u2028and why?"}\n',
    "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq\td\t2\nr\te\t1\nr\td\t0\n",
}


def folder(write: Write, **changed: str | bytes | None) -> Path:
    for name, content in {**FILES, **changed}.items():
        if content is not None:
            write(f"beir/{name}", content)
    return write("beir/README", "").parent


def texts(document: str) -> str:
    lines = (json.loads(line) for line in FILES["corpus.jsonl"].split("\n") if line)
    found: dict[str, str] = {line["_id"]: line["text"] for line in lines}
    return found[document]


def test_short_answers_count_where_they_stand_in_a_document_that_answers(write: Write) -> None:
    beir = load_beir(folder(write))
    gold = gold_of(beir, lambda document: document, texts)
    assert (gold["q"].strings, gold["q"].grades) == (["2012"], {"d": 2})
    assert (gold["r"].strings, gold["r"].grades) == ([], {"e": 1})
    assert [document for document, _, _ in beir.documents()] == ["d", "e"]


def test_the_digest_tells_other_answers(write: Write) -> None:
    before = load_beir(folder(write)).questions.sha256
    changed = FILES["queries.jsonl"].replace("2012", "2013")
    assert load_beir(folder(write, **{"queries.jsonl": changed})).questions.sha256 != before


def test_answers_of_another_shape_mean_something_else(write: Write) -> None:
    beir = load_beir(folder(write, **{"queries.jsonl": FILES["queries.jsonl"].replace('["2012", ', '[{"text": 1}, ')}))
    assert gold_of(beir, lambda document: document, texts)["q"].strings == []


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("corpus.jsonl", None, "corpus.jsonl cannot be read (No such file or directory). A BEIR folder holds"),
        ("queries.jsonl", None, "queries.jsonl cannot be read (No such file or directory). A BEIR folder holds"),
        ("qrels/test.tsv", None, "has no qrels/*.tsv. A BEIR folder holds"),
        (
            "corpus.jsonl",
            '{"_id": "d", "text": "x"}\n{"_id": "d", "text": "y"}',
            "line 2: the id 'd' is already used in line 1",
        ),
        ("corpus.jsonl", '{"_id": "d"}', "corpus.jsonl, line 1: there is no 'text'."),
        ("corpus.jsonl", '{"_id": "d", "text": null}', "corpus.jsonl, line 1: 'text' is not a string."),
        ("queries.jsonl", FILES["queries.jsonl"] * 2, "queries.jsonl, line 3: the id 'q' is already used in line 1."),
        ("queries.jsonl", '\n{"_id": "q"', "queries.jsonl, line 2: not valid JSON"),
        ("queries.jsonl", "[]", "queries.jsonl, line 1: not a JSON object."),
        ("queries.jsonl", '{"_id": "q", "text": "x", "metadata": [1]}', "line 1: 'metadata' is not a JSON object."),
        ("queries.jsonl", '{"_id": "q", "text": "x", "metadata": {"history": ["h"]}}', "line 1: 'history' in"),
        ("queries.jsonl", b'{"_id": "q", "text": "\xff"}', "queries.jsonl, line 1: not valid UTF-8."),
        ("queries.jsonl", '{"_id": "z", "text": "x"}', "No question in"),
        ("qrels/test.tsv", "q\td\t1\nq d 1\n", "test.tsv, line 2: not 'question, document, grade' separated by tabs."),
        ("qrels/test.tsv", b"q\td\t1\nq\t\xff\t1\n", "test.tsv, line 2: not valid UTF-8."),
    ],
)
def test_a_mistake_is_named(write: Write, name: str, content: str | bytes | None, complaint: str) -> None:
    path = folder(write, **{name: content})
    with pytest.raises(SetError) as caught:
        measured(load_set(path), data=None, url=None, k=5, overlap=0.5)
    assert complaint in str(caught.value)
