"""Sets that suit a calibration, and documents that are left out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.calibration.labelled import load_sets
from eval.errors import SetError

Write = Callable[..., Path]


def lines(answerable: int, unanswerable: int) -> str:
    """Write a set with a number of questions of each kind."""
    answers = [{"document": "d", "quote": "q"}]
    given: list[dict[str, Any]] = [{"id": f"a{n}", "question": "a", "answers": answers} for n in range(answerable)]
    given += [{"id": f"u{n}", "question": "u", "answerable": False} for n in range(unanswerable)]
    return "\n".join(json.dumps(line) for line in given)


def test_a_set_with_enough_of_both_is_taken(write: Write) -> None:
    [labelled] = load_sets([write("mine.jsonl", lines(20, 20))], [], None)
    assert (labelled.questions.name, len(labelled.questions.questions)) == ("mine", 40)
    assert labelled.beir is None
    assert not labelled.leave_out


def test_leaving_out_gives_the_questions_without_answer(write: Write) -> None:
    path = write("mine.jsonl", lines(20, 0))
    [labelled] = load_sets([path], [path], None)
    assert labelled.leave_out


def test_the_same_questions_are_drawn_each_time_in_their_order(write: Write) -> None:
    path = write("mine.jsonl", lines(200, 200))
    [once], [again] = load_sets([path], [], 200), load_sets([path], [], 200)
    assert len(once.questions.questions) == 200
    assert once.questions == again.questions
    numbers = [question.line for question in once.questions.questions]
    assert numbers == sorted(numbers)
    [whole] = load_sets([path], [], None)
    assert whole.questions.sha256 == once.questions.sha256


@pytest.mark.parametrize(
    ("answerable", "unanswerable", "most", "complaint"),
    [
        (19, 30, None, "mine.jsonl has 19 answerable questions to ask, but 20 are needed. Add some."),
        (30, 19, None, "mine.jsonl has 19 questions without an answer to ask, but 20 are needed."),
        (30, 0, None, "mine.jsonl has no unanswerable question, so it cannot show how such questions score. Add"),
        (
            19,
            0,
            None,
            "has 19 answerable questions and 0 questions without an answer to ask, but 20 of each are needed. Add",
        ),
        (100, 100, 30, "are needed. Add some, or raise --questions."),
    ],
)
def test_too_few_questions_are_refused(
    write: Write, answerable: int, unanswerable: int, most: int | None, complaint: str
) -> None:
    with pytest.raises(SetError) as caught:
        load_sets([write("mine.jsonl", lines(answerable, unanswerable))], [], most)
    assert complaint in str(caught.value)


def test_two_sets_of_one_name_are_refused(write: Write) -> None:
    paths = [write(f"{folder}/mine.jsonl", lines(20, 20)) for folder in ("a", "b")]
    with pytest.raises(SetError, match="Two sets are named 'mine'"):
        load_sets(paths, [], None)


def test_a_beir_folder_without_unanswerable_questions_needs_them_left_out(write: Write) -> None:
    write("folder/corpus.jsonl", '{"_id": "d", "text": "x"}')
    write("folder/queries.jsonl", "\n".join(f'{{"_id": "q{n}", "text": "x"}}' for n in range(20)))
    rows = "".join(f"q{n}\td\t1\n" for n in range(20))
    folder = write("folder/qrels/test.tsv", rows).parent.parent
    with pytest.raises(SetError, match=f"{folder} has no unanswerable question.*--leave-out {folder}$"):
        load_sets([folder], [], None)
    [labelled] = load_sets([folder], [folder], None)
    assert labelled.beir is not None
