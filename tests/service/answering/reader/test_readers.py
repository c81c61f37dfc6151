"""Choosing a reader, and what readers say of a passage."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from corpus.errors import EncoderError, SettingsError
from service.answering.answer import Span
from service.answering.reader import PassageToRead, load_reader
from service.answering.reader.readers import CrossEncoderReader, SentenceReader

FIRST, SECOND = "The mole is 412 metres long.", "It was built of stone from Rookhill."
PASSAGE = PassageToRead("Harbour", f"{FIRST} {SECOND}", [Span(0, len(FIRST)), Span(len(FIRST) + 1, 65)])


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """Folder of a cross-encoder with random weights."""
    from sentence_transformers import CrossEncoder

    folder = tmp_path_factory.mktemp("cross") / "encoder"
    CrossEncoder(str(tiny_model), num_labels=1).save_pretrained(str(folder))
    return folder


def test_there_is_no_reader_if_it_is_off() -> None:
    assert load_reader("off") is None


def test_a_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"There is no folder .*\. Set FOOTNOTE_READER to a folder"):
        load_reader(str(tmp_path / "none"))


def refusal(folder: Path) -> str:
    with pytest.raises(EncoderError) as refused:
        load_reader(str(folder))
    message = str(refused.value)
    assert str(folder) in message
    assert "FOOTNOTE_READER" in message
    assert "ncoder " not in message.replace("CrossEncoder ", "")
    assert "Reinstall" not in message
    return message


@pytest.mark.parametrize("files", [(), ("reader.onnx",), ("config.json", "pytorch_model.bin")])
def test_a_folder_without_a_reader_is_refused(tmp_path: Path, files: Sequence[str]) -> None:
    for name in files:
        (tmp_path / name).write_text("{}")

    assert "has no reader: neither card.json nor .safetensors." in refusal(tmp_path)


def test_a_model_that_is_damaged_is_refused(tmp_path: Path, cross_encoder: Path) -> None:
    folder = Path(shutil.copytree(cross_encoder, tmp_path / "damaged"))
    (folder / "model.safetensors").write_bytes(b"short")

    assert "cannot be loaded (SafetensorError)." in refusal(folder)


def test_an_encoder_is_refused_as_a_reader(tiny_model: Path) -> None:
    assert "is no CrossEncoder: it has no weights of a classifier." in refusal(tiny_model)


def test_a_cross_encoder_with_several_outputs_is_refused(tmp_path: Path, tiny_model: Path) -> None:
    from sentence_transformers import CrossEncoder

    CrossEncoder(str(tiny_model), num_labels=3).save_pretrained(str(tmp_path / "three"))

    assert "has 3 outputs, and a reader has one." in refusal(tmp_path / "three")


def test_the_default_finds_the_sentence_that_answers() -> None:
    reader = load_reader("default")
    assert isinstance(reader, SentenceReader)

    [verdict] = reader.read("How long is the mole?", [PASSAGE])

    assert verdict.sentences is not None
    assert verdict.sentences[0] > verdict.sentences[1]
    assert verdict.answers == pytest.approx(sum(verdict.sentences), abs=1e-6)


def test_a_cross_encoder_judges_whole_passages(cross_encoder: Path) -> None:
    reader = load_reader(str(cross_encoder))
    assert isinstance(reader, CrossEncoderReader)

    verdicts = list(reader.read("How long is the mole?", [PASSAGE, PASSAGE]))

    assert [verdict.sentences for verdict in verdicts] == [None, None]
    assert 0 < verdicts[0].answers < 1
    assert verdicts[0].answers == pytest.approx(verdicts[1].answers)
