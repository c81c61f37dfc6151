"""Measures of a reader on held-out records."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from corpus.text import sentence_spans
from eval.training.batches import encoded
from eval.training.mining import MinedPassage, Record
from eval.training.model import ReaderModel

LEAST = 1e-9
"""Least probability in log-odds."""


@torch.no_grad()
def sentence_chances(
    model: ReaderModel, tokenizer: Tokenizer, question: str, passage: MinedPassage
) -> tuple[list[tuple[int, int]], NDArray[np.float64]]:
    """Return the sentences of a passage, and the probability of each to answer, `(sentences,)` float64."""
    pair = encoded(tokenizer, question, passage).tokens
    with torch.autocast("cpu", torch.bfloat16):
        ids, types = torch.from_numpy(pair.ids[np.newaxis]), torch.from_numpy(pair.types[np.newaxis])
        logits = model(ids, types, torch.ones_like(ids))[0]
    candidates = pair.inside.copy()
    candidates[0] = True
    weights = np.exp(np.where(candidates, logits.numpy().astype(np.float64), -np.inf) - float(logits.max()))
    weights /= weights.sum()
    weights[0] = 0
    sentences = [(start, end) for start, end in sentence_spans(passage.text) if passage.text[start:end].strip()]
    starts = pair.spans[:, 0]
    return sentences, np.array([weights[(start <= starts) & (starts < end)].sum() for start, end in sentences])


def reader_measures(model: ReaderModel, tokenizer: Tokenizer, held_out: Sequence[Record]) -> dict[str, float]:
    """Return measures on records, of each set.

    Returns:
        `SET sentence`: share of the answered questions whose most probable sentence, given the passage, holds an
        answer. `SET auroc`: probability that the passage of an answered question scores above the best passage of an
        unanswerable one.
    """
    model.eval()
    measures = {}
    for name in sorted({record.set for record in held_out}):
        right: list[bool] = []
        scores: dict[bool, list[float]] = {True: [], False: []}
        for record in (record for record in held_out if record.set == name):
            passage = (record.positives or record.negatives)[0]
            sentences, chances = sentence_chances(model, tokenizer, record.question, passage)
            odds = np.log(chances.sum() + LEAST) - np.log(max(0.0, 1 - chances.sum()) + LEAST)
            scores[bool(record.positives)].append(float(odds))
            if record.positives:
                start, end = sentences[int(chances.argmax())]
                right.append(any(first < end and start < last for first, last in passage.spans))
        if right:
            measures[f"{name} sentence"] = float(np.mean(right))
        if right and scores[False]:
            labels = [answered for answered in scores for _ in scores[answered]]
            measures[f"{name} auroc"] = float(roc_auc_score(labels, scores[True] + scores[False]))
    return measures
