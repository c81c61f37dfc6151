"""The documents and questions written for the training."""

import json
from pathlib import Path

import pytest

import eval.training
from corpus.documents import SourceDocument
from corpus.files import SourceBytes
from corpus.readers import read_documents
from eval.sets import load_questions, resolve

WRITTEN = Path(eval.training.__file__).parent / "written"


def texts_in(folder: Path) -> dict[str, str]:
    """Return the canonical texts of the documents in a folder by id."""
    texts = {}
    for path in sorted(folder.iterdir()):
        (document,) = read_documents(SourceBytes(path, path.read_bytes()))
        assert isinstance(document, SourceDocument)
        texts[path.stem] = document.text
    return texts


@pytest.mark.parametrize("name", ["documents", "notes"])
def test_each_answer_is_a_quote_of_its_document(name: str) -> None:
    texts = texts_in(WRITTEN / name)
    questions = load_questions(WRITTEN / f"{name}.jsonl")

    gold = resolve(questions, texts.__getitem__)

    assert {document for one in gold.values() for document in one.answering} == set(texts)
    assert 0.3 < sum(not one.answerable for one in questions.questions) / len(gold) < 0.5


@pytest.mark.parametrize("path", sorted(WRITTEN.glob("*-*.jsonl")), ids=lambda path: path.stem)
def test_questions_about_a_set_have_spans_and_no_words_of_it(path: Path) -> None:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    assert all(set(line) == {"document", "question", "answer"} for line in lines)
    assert all(line["answer"] is None or line["answer"][0] < line["answer"][1] for line in lines)
    questions = [(line["document"], line["question"]) for line in lines]
    assert len(set(questions)) == len(questions)
