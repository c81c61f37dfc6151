"""The reader's model and its training."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer

from corpus.errors import FootnoteError
from embeddings.reader import pair_tokenizer
from eval.training.batches import MAX_TOKENS
from eval.training.loop import Schedule, train
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

    whole = train(RECORDS, tiny_model, tmp_path / "one", schedule, nothing, quiet)
    with pytest.raises(KeyboardInterrupt):
        train(RECORDS, tiny_model, tmp_path / "two", schedule, stop, quiet)
    resumed = train(RECORDS, tiny_model, tmp_path / "two", schedule, nothing, quiet)

    for name, weights in whole.state_dict().items():
        assert torch.equal(weights, resumed.state_dict()[name]), name


def test_a_damaged_checkpoint_is_reported(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.safetensors").write_bytes(b"not a checkpoint")

    with pytest.raises(FootnoteError, match=r"cannot be read\. Delete it to train from the start\."):
        train(RECORDS, tiny_model, tmp_path, SCHEDULE, nothing, quiet)


def test_a_diverging_training_is_stopped(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(FootnoteError, match="Lower the learning rate"):
        train(RECORDS, tiny_model, tmp_path, replace(SCHEDULE, rate=float("inf")), nothing, quiet)


def test_the_chances_of_sentences_and_of_no_answer_make_one(tiny_model: Path) -> None:
    tokenizer = pair_tokenizer(Tokenizer.from_file(str(tiny_model / "tokenizer.json")), MAX_TOKENS)

    sentences, chances = sentence_chances(ReaderModel(tiny_model).eval(), tokenizer, "When?", RECORDS[0].positives[0])

    assert len(sentences) == len(chances) == 3
    assert 0 < chances.sum() < 1
    assert (chances > 0).all()
