"""The starter set: enough questions of each kind, and every quote in its document."""

from collections import Counter
from pathlib import Path

import corpus
from corpus.files.source import read_bytes
from eval.sets.gold import resolve
from eval.sets.questions import QuestionSet, load_questions
from tests.corpus.samples import read_document

STARTER = Path(corpus.__file__).parent / "starter"
SET = Path(__file__).parents[2] / "eval" / "sets" / "starter.jsonl"


def starter_set() -> QuestionSet:
    return load_questions(SET)


def body(document: str) -> str:
    return read_document(read_bytes(STARTER / f"{document}.md")).text


def test_every_quote_occurs_once_in_its_document() -> None:
    gold = resolve(starter_set(), body)
    assert sum(len(found.spans) for found in gold.values()) >= 150


def test_there_are_enough_questions_of_each_kind() -> None:
    questions = starter_set().questions
    assert len(questions) >= 150
    tags = Counter(tag for question in questions for tag in question.tags)
    assert sum(bool(question.history) for question in questions) >= 25
    assert sum(not question.answerable for question in questions) >= 30
    for tag in ("plain", "number", "date", "who", "why", "paraphrase", "two-document", "spanish", "near-miss"):
        assert tags[tag] >= 10, tag


def test_every_starter_document_is_asked_about() -> None:
    asked = {quote.document for question in starter_set().questions for quote in question.answers}
    assert asked == {path.stem for path in STARTER.glob("*.md")}


def test_no_question_is_copied_from_a_passage() -> None:
    def grams(text: str) -> set[tuple[str, ...]]:
        words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
        return {tuple(words[at : at + 8]) for at in range(len(words) - 7)}

    written = set().union(*(grams(body(path.stem)) for path in STARTER.glob("*.md")))
    for question in starter_set().questions:
        assert not grams(question.text) & written, question.id


def test_ids_and_questions_are_all_different() -> None:
    questions = [question for question in starter_set().questions if not question.history]
    assert len({question.text.casefold() for question in questions}) == len(questions)
