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

__all__ = ["read", "reader_measures"]


@torch.no_grad()
def read(
    model: ReaderModel, tokenizer: Tokenizer, question: str, passage: MinedPassage
) -> tuple[list[tuple[int, int]], NDArray[np.float64]]:
    """Return the sentences of a passage, and the probability of each to answer, `(sentences,)` float64."""
    pair = encoded(tokenizer, question, passage)
    ids = torch.tensor([pair.ids])
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(ids, torch.tensor([pair.types]), torch.ones_like(ids))[0].numpy().astype(np.float64)
    prefix = len(passage.title) + 1 if passage.title else 0
    offsets = [(a - prefix, b - prefix) for a, b in tokenizer.encode(question, _text(passage)).offsets]
    inside = np.array(pair.inside)
    candidates = inside.copy()
    candidates[0] = True
    weights = np.where(candidates, np.exp(logits - logits[candidates].max()), 0)
    weights /= weights.sum()
    spans = [(a, b) for a, b in sentence_spans(passage.text, "en") if passage.text[a:b].strip()]
    starts = np.array([a for a, _ in offsets])
    chances = [float(weights[inside & (a <= starts) & (starts < b)].sum()) for a, b in spans]
    return spans, np.array(chances)


def _text(passage: MinedPassage) -> str:
    return f"{passage.title}\n{passage.text}" if passage.title else passage.text


def reader_measures(model: ReaderModel, tokenizer: Tokenizer, held_out: Sequence[Record]) -> dict[str, float]:
    """Return measures on records.

    Returns:
        For each set, `sentence` (share of questions whose most probable sentence holds an answer, given the passage)
        and `auroc` (probability that an answered question's passage scores above the best one of an unanswerable
        question of its set).
    """
    model.eval()
    measures = {}
    for name in sorted({record.set for record in held_out}):
        right, answered, unanswered = [], [], []
        for record in (r for r in held_out if r.set == name):
            passage = (record.positives or record.negatives)[0]
            spans, chances = read(model, tokenizer, record.question, passage)
            score = float(np.log(chances.sum() + 1e-9) - np.log(1 - chances.sum() + 1e-9))
            if not record.positives:
                unanswered.append(score)
                continue
            answered.append(score)
            start, end = spans[int(chances.argmax())]
            right.append(any(a < end and start < b for a, b in passage.spans))
        measures[f"{name} sentence"] = float(np.mean(right))
        if unanswered:
            labels = [True] * len(answered) + [False] * len(unanswered)
            measures[f"{name} auroc"] = float(roc_auc_score(labels, answered + unanswered))
    return measures
