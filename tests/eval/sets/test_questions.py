"""Question sets: each error names its line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import SetError
from eval.sets.questions import load_questions

Write = Callable[..., Path]

GOOD = '{"id": "a", "question": "q?", "answers": [{"document": "d", "quote": "x"}], "tags": ["plain"]}'


def test_a_set_is_read_line_by_line(write: Write) -> None:
    other = '{"id": "b", "question": "r?", "answerable": false, "history": [{"role": "user", "content": "h"}]}'
    questions = load_questions(write("set.jsonl", f"{GOOD}\n\n{other}\n"))
    assert questions.name == "set"
    first, second = questions.questions
    assert (first.id, first.text, first.answers[0].quote, first.answerable, first.line) == ("a", "q?", "x", True, 1)
    assert (second.answers, second.answerable, second.history[0].content, second.line) == ((), False, "h", 3)


def test_a_turn_without_an_answer_is_empty_as_in_the_api(write: Write) -> None:
    turns = [{"role": "user", "content": "h"}, {"role": "assistant", "content": ""}]
    (question,) = load_questions(write("set.jsonl", json.dumps({**json.loads(GOOD), "history": turns}))).questions
    assert [turn.content for turn in question.history] == ["h", ""]


def test_the_digest_tells_an_edited_set(write: Write) -> None:
    before = load_questions(write("set.jsonl", GOOD)).sha256
    assert load_questions(write("set.jsonl", GOOD.replace("q?", "r?"))).sha256 != before


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (f"{GOOD}\n{{", "line 2: not valid JSON (Expecting property name enclosed in double quotes, column 2)."),
        (f"{GOOD}\n{GOOD}", "line 2: the id 'a' is already used in line 1."),
        ('{"question": "q"}', "line 1: id: field required."),
        ('{"id": "a", "question": "q", "nope": 1}', "line 1: nope: unknown key; docs/evaluation.md lists"),
        ('{"id": "a", "question": "q"}', "line 1: an answerable question needs at least one answer; give"),
        (GOOD.replace('"tags"', '"answerable": false, "tags"'), "line 1: an unanswerable question cannot have"),
        ('{"id": "a", "question": "q", "answers": [{"document": "d"}]}', "line 1: answers 1.quote: field required."),
        (
            GOOD.replace('"tags"', '"history": [{"role": "user", "content": "h"}, {"role": "user"}], "tags"'),
            "line 1: history 2.content: field required.",
        ),
        ("[]", "line 1: not a JSON object."),
        ("\n\n", "has no question. Write one as a line of JSON"),
    ],
)
def test_a_mistake_is_named_with_its_line(write: Write, lines: str, complaint: str) -> None:
    path = write("set.jsonl", lines)
    with pytest.raises(SetError) as caught:
        load_questions(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetError, match=r"cannot be read \(No such file or directory\)"):
        load_questions(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize(
    ("name", "content"), [("topics.txt", "\ufeffq1\twhen"), ("topics", "<top><num>1<title>x</top>")]
)
def test_topics_without_judgements_are_recognised(write: Write, name: str, content: str) -> None:
    with pytest.raises(SetError, match="give the judgements with --qrels FILE"):
        load_questions(write(name, content))


def test_a_line_ends_only_at_a_line_feed(write: Write) -> None:
    (question,) = load_questions(write("set.jsonl", GOOD.replace("q?", "q\u2028\u0085?") + "\r\n")).questions
    assert question.text == "q\u2028\u0085?"


@pytest.mark.parametrize("given", ['"approved": false', '"approved": false, "feedback": {"up": 1}'])
def test_a_candidate_is_refused_unless_candidates_are_wanted(write: Write, given: str) -> None:
    candidate = GOOD.replace('"a"', '"b"').replace('"tags"', f'{given}, "tags"')
    path = write("set.jsonl", f"{GOOD}\n{candidate}")
    with pytest.raises(SetError, match="line 2: 'b' is an unapproved candidate"):
        load_questions(path)
    assert [question.id for question in load_questions(path, candidates=True).questions] == ["a", "b"]
