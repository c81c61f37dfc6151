"""The reader's model and its training."""

import json
import math
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from tokenizers import Tokenizer

from corpus.errors import FootnoteError
from embeddings.reader import pair_tokenizer
from eval.training.batches import MAX_TOKENS
from eval.training.loop import Schedule, average_with, train
from eval.training.measures import reader_measures, sentence_chances
from eval.training.mining import MinedPassage, Record
from eval.training.model import ReaderModel, answer_loss, answer_scores

SCHEDULE = Schedule(steps=60, warmup=5, decay=20, rate=2e-3, tokens=1024, every=30)
MONTHS = ("January", "March", "May", "June", "July", "August")


def record(number: int, month: str) -> Record:
    text = f"The mole is long. It began in {month}. Boats lie there."
    start = text.index(month)
    passage = MinedPassage("Truce", text, [(start, start + len(month))])
    wrong = [MinedPassage("Tides", "The tide is high. It is low at night.")] * 4
    return Record("months", str(number), "Truce", "When did it begin?", [passage], wrong)


RECORDS = [record(number, MONTHS[number % len(MONTHS)]) for number in range(24)]
UNANSWERABLE = [Record("months", f"u{n}", "Truce", "When did it begin?", [], RECORDS[0].negatives) for n in range(4)]


def quiet(line: str) -> None:
    del line


def nothing(model: ReaderModel, tokenizer: Tokenizer) -> Mapping[str, float]:
    del model, tokenizer
    return {}


def test_the_loss_is_that_of_all_the_tokens_of_an_answer() -> None:
    logits = torch.log(torch.tensor([[1.0, 2.0, 3.0, 4.0, 99.0]]))
    inside = torch.tensor([[False, True, True, True, False]])

    answered = answer_loss(logits, inside, torch.tensor([[False, False, True, True, False]]))
    unanswered = answer_loss(logits, inside, torch.tensor([[True, False, False, False, False]]))

    assert float(answered) == pytest.approx(-math.log(0.7))
    assert float(unanswered) == pytest.approx(-math.log(0.1))
    assert float(answer_scores(logits, inside)) == pytest.approx(math.log(9))


def test_training_learns_and_logs_its_measures(tiny_model: Path, tmp_path: Path) -> None:
    held_out = [*RECORDS[:6], *UNANSWERABLE]

    def measured(model: ReaderModel, tokenizer: Tokenizer) -> Mapping[str, float]:
        return reader_measures(model, tokenizer, held_out)

    train([*RECORDS, *UNANSWERABLE], tiny_model, tmp_path, SCHEDULE, measured, quiet)

    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [30, 60]
    assert lines[-1]["months sentence"] == 1.0
    assert lines[-1]["months auroc"] == 1.0


def test_a_resumed_training_gives_the_same_weights(tiny_model: Path, tmp_path: Path) -> None:
    schedule = replace(SCHEDULE, steps=12, every=4)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()

    def stop(model: ReaderModel, tokenizer: Tokenizer) -> Mapping[str, float]:
        del model, tokenizer
        raise KeyboardInterrupt

    whole = train(RECORDS, tiny_model, tmp_path / "one", schedule, nothing, quiet).model
    with pytest.raises(KeyboardInterrupt):
        train(RECORDS, tiny_model, tmp_path / "two", schedule, stop, quiet)
    resumed = train(RECORDS, tiny_model, tmp_path / "two", schedule, nothing, quiet).model

    for name, weights in whole.state_dict().items():
        assert torch.equal(weights, resumed.state_dict()[name]), name


def test_a_damaged_checkpoint_is_reported(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.safetensors").write_bytes(b"not a checkpoint")

    with pytest.raises(FootnoteError, match=r"cannot be read\. Delete it to train from the start\."):
        train(RECORDS, tiny_model, tmp_path, SCHEDULE, nothing, quiet)


@pytest.fixture(scope="module")
def checkpoint(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Checkpoint of a training that has taken four steps."""
    out = tmp_path_factory.mktemp("trained")
    train(RECORDS, tiny_model, out, replace(SCHEDULE, steps=4), nothing, quiet)
    return out / "checkpoint.safetensors"


@pytest.mark.parametrize("steps", [4, 3])
def test_a_training_with_as_many_steps_is_done(tiny_model: Path, checkpoint: Path, tmp_path: Path, steps: int) -> None:
    shutil.copy(checkpoint, tmp_path)
    said: list[str] = []
    measured: list[ReaderModel] = []

    def measure(model: ReaderModel, tokenizer: Tokenizer) -> Mapping[str, float]:
        del tokenizer
        measured.append(model)
        return {}

    trained = train(RECORDS, tiny_model, tmp_path, replace(SCHEDULE, steps=steps), measure, said.append)

    assert trained.steps == 4
    assert said == ["The training is done at step 4. Give more --steps to train on."]
    assert measured == [trained.model]


@pytest.mark.parametrize(
    "harm",
    [
        {"step": "-4"},
        {"step": "0"},
        {"epoch": "-1"},
        {"batch": "-1"},
        {"batch": "5"},
        {"step": "four"},
        {"optimizer.": ""},
        {"optimizer.3.": ""},
        {"exp_avg_sq": ""},
        {"average.": ""},
    ],
)
def test_a_checkpoint_of_no_training_is_reported(
    tiny_model: Path, checkpoint: Path, tmp_path: Path, harm: Mapping[str, str]
) -> None:
    [(what, value)] = harm.items()
    with safe_open(checkpoint, framework="pt") as file:
        position = {**file.metadata(), **({what: value} if value else {})}
        tensors = {name: file.get_tensor(name) for name in file.keys() if value or what not in name}
    save_file(tensors, tmp_path / "checkpoint.safetensors", position)

    with pytest.raises(FootnoteError, match=r"cannot be read\. Delete it to train from the start\."):
        train(RECORDS, tiny_model, tmp_path, SCHEDULE, nothing, quiet)


def test_a_training_without_records_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match="There is no question to learn from"):
        train([], tiny_model, tmp_path, SCHEDULE, nothing, quiet)


def test_a_checkpoint_that_cannot_be_written_is_reported(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match=r"none/checkpoint\.safetensors cannot be written"):
        train(RECORDS, tiny_model, tmp_path / "none", replace(SCHEDULE, steps=1), nothing, quiet)


def test_a_diverging_training_is_stopped(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match="Lower the learning rate"):
        train(RECORDS, tiny_model, tmp_path, replace(SCHEDULE, rate=float("inf")), nothing, quiet)


def test_the_chances_of_sentences_and_of_no_answer_make_one(tiny_model: Path) -> None:
    tokenizer = pair_tokenizer(Tokenizer.from_file(str(tiny_model / "tokenizer.json")), MAX_TOKENS)

    sentences, chances = sentence_chances(ReaderModel(tiny_model).eval(), tokenizer, "When?", RECORDS[0].positives[0])

    assert len(sentences) == len(chances) == 3
    assert 0 < chances.sum() < 1
    assert (chances > 0).all()


def test_a_model_is_averaged_with_another_training(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one = train(RECORDS, tiny_model, tmp_path / "one", replace(SCHEDULE, steps=2), nothing, quiet).model
    other = train(RECORDS, tiny_model, tmp_path / "other", replace(SCHEDULE, steps=4), nothing, quiet).model
    expected = (one.token.weight + other.token.weight) / 2

    average_with(one, tmp_path / "other" / "checkpoint.safetensors")

    assert not torch.equal(expected, other.token.weight)
    assert torch.equal(one.token.weight, expected)


def test_what_is_no_checkpoint_is_not_averaged_with(tiny_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    save_file({"average.other": torch.zeros(1)}, path)

    with pytest.raises(FootnoteError, match="is no checkpoint of a reader of this kind"):
        average_with(ReaderModel(tiny_model), path)
