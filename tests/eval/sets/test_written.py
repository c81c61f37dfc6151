"""Questions written about documents of a BEIR folder."""

import json
from pathlib import Path

import pytest

from eval.errors import SetError
from eval.sets import BeirFolder, QuestionSet, load_written

TEXT = "The truce began in March."


@pytest.fixture
def beir(tmp_path: Path) -> BeirFolder:
    line = {"_id": "truce", "title": "On the truce", "text": TEXT}
    (tmp_path / "corpus.jsonl").write_text(json.dumps(line) + "\n")
    return BeirFolder(tmp_path, QuestionSet("mini", tmp_path, "", ()), {}, {})


def written(folder: Path, *lines: object) -> Path:
    path = folder / "mini.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_written_questions_take_the_place_of_those_of_the_folder(beir: BeirFolder, tmp_path: Path) -> None:
    lines = (
        {"document": "truce", "question": "When did the truce begin?", "answer": [19, 24]},
        {"document": "truce", "question": "When did the truce end?", "answer": None},
    )

    loaded = load_written(written(tmp_path, *lines), beir)

    assert loaded.questions.name == "mini-written"
    assert [(q.text, q.answerable) for q in loaded.questions.questions] == [
        ("When did the truce begin?", True),
        ("When did the truce end?", False),
    ]
    assert loaded.grades == {"1": {"truce": 1}}
    assert loaded.strings == {"1": ("March",), "2": ()}
    assert list(loaded.documents()) == [("truce", "On the truce", TEXT)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"document": "tide", "question": "When?", "answer": None}, "line 1: there is no document 'tide'"),
        ({"document": "truce", "question": "When?", "answer": [25, 30]}, "line 1: document 'truce' has no text at"),
        ({"document": "truce", "question": "When?"}, "line 1"),
        ({"document": "truce", "question": "When?", "answer": [-1, 3]}, "line 1"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    beir: BeirFolder, tmp_path: Path, line: dict[str, object], message: str
) -> None:
    with pytest.raises(SetError, match=message):
        load_written(written(tmp_path, line), beir)
