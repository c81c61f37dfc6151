"""The packaged reader."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from corpus.errors import EncoderError
from embeddings.reader import MODEL, Reader, ReadPassage, packaged_reader
from embeddings.reader.files import unusable

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
        (change_card(trained=[]), r"has no usable card\.json: trained: "),
        (change_card(steps=1), r"has no usable card\.json: steps: "),
        (lambda given: (given / "card.json").write_text("[]"), r"has no usable card\.json: "),
        (lambda given: (given / "card.json").write_bytes(b"\xff"), "cannot be read as JSON"),
        (lambda given: (given / "card.json").write_text("[" * 100_000), "cannot be read as JSON"),
    ],
)
def test_a_reader_that_cannot_be_used_is_refused(copied: Path, harm: Callable[[Path], None], message: str) -> None:
    harm(copied)

    with pytest.raises(EncoderError, match=message):
        Reader(copied)


@pytest.mark.parametrize("most", [-5, 0, 1, 15, 513, 5000, 10**30, 384.5, 320.0, "abc", "320", None, True])
def test_a_length_that_the_model_does_not_have_is_refused(copied: Path, most: object) -> None:
    change_card(max_tokens=most)(copied)

    with pytest.raises(EncoderError, match=r"has no usable card\.json: max_tokens: input should be "):
        Reader(copied)


@pytest.mark.parametrize("most", [16, 512])
def test_the_least_and_the_greatest_length_can_be_read(copied: Path, most: int) -> None:
    change_card(max_tokens=most)(copied)

    [read] = Reader(copied).read("How high is it?", [("", LIGHTHOUSE * 20)])

    assert 0 < len(read.spans) < most


def replace_model(given: Path, model: bytes) -> None:
    (given / MODEL).write_bytes(model)
    change_card(sha256=hashlib.sha256(model).hexdigest())(given)


def model_of(
    words: str = "words", width: int = 384, tokens: int | str = "tokens", outputs: tuple[str, ...] = ("logits",)
) -> bytes:
    """A model that gives the mean of each token's word embedding."""
    nodes = [
        helper.make_node("ReduceMean", [words], [outputs[0]], axes=[2], keepdims=0),
        *(helper.make_node("Identity", [outputs[0]], [name]) for name in outputs[1:]),
    ]
    inputs = [
        helper.make_tensor_value_info(words, TensorProto.FLOAT, [1, tokens, width]),
        helper.make_tensor_value_info("types", TensorProto.INT64, [1, tokens]),
    ]
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, tokens]) for name in outputs]
    graph = helper.make_graph(nodes, "reader", inputs, given)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(model.SerializeToString())


def test_a_model_with_the_inputs_and_outputs_of_a_reader_is_taken(copied: Path) -> None:
    replace_model(copied, model_of())

    assert Reader(copied).version == hashlib.sha256(model_of()).hexdigest()[:12]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (b"", "onnxruntime cannot load it"),
        (b"not a model", "onnxruntime cannot load it"),
        (model_of(words="input_ids"), "its inputs or outputs are not a reader's"),
        (model_of(width=768), "its inputs or outputs are not a reader's"),
        (model_of(tokens=4), "its inputs or outputs are not a reader's"),
        (model_of(outputs=("logits", "vector")), "its inputs or outputs are not a reader's"),
    ],
)
def test_a_model_that_is_no_readers_is_refused(copied: Path, model: bytes, message: str) -> None:
    replace_model(copied, model)

    with pytest.raises(EncoderError, match=rf"has no usable reader\.onnx: {message}\. Train or copy it again"):
        Reader(copied)


def test_only_the_packaged_reader_is_to_be_reinstalled(copied: Path) -> None:
    assert str(unusable(folder(), "is damaged.")).endswith("is damaged. Reinstall Footnote.")
    assert str(unusable(copied, "is damaged.")).endswith("Train or copy it again, or change FOOTNOTE_READER.")
