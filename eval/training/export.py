"""Export of a trained reader to int8 ONNX."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from corpus.errors import FootnoteError
from embeddings.encoder.export import OPSET, smooth_layers, to_int8
from embeddings.reader import MODEL, Card, write_card
from eval.files import unwritable_reported
from eval.training.batches import MAX_TOKENS, encoded, reader_tokenizer
from eval.training.mining import Record
from eval.training.model import ReaderModel

SMOOTHED = 40
"""Pairs that the activations are measured on."""


class _OnePair(nn.Module):
    """The model over one pair, whose word embeddings are looked up outside."""

    def __init__(self, model: ReaderModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, words: Tensor, types: Tensor) -> Tensor:
        return self.model.logits(words, types, torch.ones_like(types))


def export_reader(
    model: ReaderModel, start: Path, records: Sequence[Record], out: Path, trained: Mapping[str, Any]
) -> Card:
    """Write a reader's files: the model in int8, without the word embeddings, which are the encoder's, and its card.

    Args:
        model: The trained model.
        start: Folder of the BERT model that the training began with, for its tokenizer.
        records: Records whose pairs show the range of the activations.
        out: Folder to write to.
        trained: Facts of the training, for the card.

    Raises:
        FootnoteError: The model cannot be exported or written.
    """
    model = model.eval()
    tokenizer = reader_tokenizer(start)
    one = _OnePair(model)
    embeddings = model.bert.embeddings.word_embeddings

    def inputs(record: Record) -> tuple[Tensor, Tensor]:
        pair = encoded(tokenizer, record.question, (record.positives or record.negatives)[0]).tokens
        return embeddings(torch.from_numpy(pair.ids[np.newaxis])), torch.from_numpy(pair.types[np.newaxis])

    def run() -> None:
        for record in records[:SMOOTHED]:
            one(*inputs(record))

    with torch.no_grad():
        smooth_layers(model, run)
        tokens = torch.export.Dim("tokens", min=4, max=MAX_TOKENS)
        program = torch.onnx.export(
            one.eval(),
            inputs(records[0]),
            dynamo=True,
            input_names=["words", "types"],
            output_names=["logits"],
            dynamic_shapes=[{1: tokens}, {1: tokens}],
            opset_version=OPSET,
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise FootnoteError("The reader cannot be exported: torch.onnx.export gave nothing.")
    with unwritable_reported(out):
        out.mkdir(parents=True, exist_ok=True)
        floats = out / f"float32-{MODEL}"
        program.save(str(floats))
        to_int8(floats, out / MODEL)
        floats.unlink()
        return write_card(out, MAX_TOKENS, trained)
