"""The packaged reader."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import EncoderError
from embeddings.reader import MODEL, Reader, ReadPassage, packaged_reader

LIGHTHOUSE = (
    "The lighthouse of Skarholm was built in 1874 by the engineer Nils Brandt. It is 31 metres high. "
    "Its lamp was electrified in 1932, and the last keeper left the island in 1968."
)


def folder() -> Path:
    found = packaged_reader()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(folder())


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder(), tmp_path / "reader"))


def chance_of(read: ReadPassage, words: str, text: str = LIGHTHOUSE) -> float:
    start = text.index(words)
    within = (start <= read.spans[:, 0]) & (read.spans[:, 0] < start + len(words))
    return float(read.chances[within].sum())


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who built the lighthouse?", "The lighthouse of Skarholm was built in 1874 by the engineer Nils Brandt."),
        ("How high is the lighthouse?", "It is 31 metres high."),
        ("When did the last keeper leave?", "and the last keeper left the island in 1968."),
    ],
)
def test_the_sentence_that_answers_is_found(reader: Reader, question: str, sentence: str) -> None:
    [read] = reader.read(question, [("Skarholm", LIGHTHOUSE)])

    assert chance_of(read, sentence) > 0.5


@pytest.mark.parametrize("question", ["How many visitors came in 2019?", "Who painted the lighthouse?"])
def test_a_near_miss_has_less_of_a_chance_than_an_answer(reader: Reader, question: str) -> None:
    [answered] = reader.read("Who built the lighthouse?", [("Skarholm", LIGHTHOUSE)])
    [missed] = reader.read(question, [("Skarholm", LIGHTHOUSE)])

    assert missed.chances.sum() < answered.chances.sum()


def test_passages_read_side_by_side_are_read_as_alone(reader: Reader) -> None:
    passages = [("Skarholm", LIGHTHOUSE), ("", "The ferry leaves at seven."), ("Empty", "")]

    together = list(reader.read("How high is it?", passages))

    for passage, read in zip(passages, together, strict=True):
        [alone] = reader.read("How high is it?", [passage])
        np.testing.assert_array_equal(read.spans, alone.spans)
        np.testing.assert_array_equal(read.chances, alone.chances)


def test_the_spans_are_those_of_the_text_without_its_title(reader: Reader) -> None:
    text = "Ærø lies south of Fünen. 😀 It is small."

    [read] = reader.read("Where?", [("Ærø", text)])

    assert "".join(text[start:end] for start, end in read.spans) == text.replace(" ", "")


def test_a_long_passage_is_read_as_far_as_it_fits(reader: Reader) -> None:
    [read] = reader.read("How high is the lighthouse?", [("", LIGHTHOUSE + " The sea is grey." * 400)])

    assert len(read.spans) < 320
    assert chance_of(read, "It is 31 metres high.") > 0.1


def test_an_empty_passage_has_no_answer(reader: Reader) -> None:
    [read] = reader.read("When?", [("", "")])

    assert read.spans.shape == (0, 2)
    assert read.chances.sum() == 0


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def change_card(**changes: object) -> Callable[[Path], None]:
    def change(given: Path) -> None:
        card = json.loads((given / "card.json").read_text())
        (given / "card.json").write_text(json.dumps({**card, **changes}))

    return change


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda given: flip(given / MODEL), "is damaged: its checksum does not match"),
        (lambda given: (given / MODEL).unlink(), "has no readable"),
        (lambda given: (given / "card.json").write_text("{"), "has no usable"),
        (change_card(format=99), "of another version of Footnote"),
        (change_card(embeddings_sha256="0"), "belongs to other word embeddings"),
    ],
)
def test_a_reader_that_cannot_be_used_is_refused(copied: Path, harm: Callable[[Path], None], message: str) -> None:
    harm(copied)

    with pytest.raises(EncoderError, match=message):
        Reader(copied)
