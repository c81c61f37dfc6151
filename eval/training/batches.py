"""Batches of question-passage pairs for the training of the reader."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from eval.training.alterations import altered_question, without_answer
from eval.training.mining import MinedPassage, Record

__all__ = ["Batch", "Pair", "batches", "encoded", "pairs_of"]

MAX_TOKENS = 320
"""Tokens of a pair. Longer passages are cut at the end."""

HARD = 4
"""Number of the best retrieved passages that a negative is drawn from."""

ALTERED, CUT = 0.4, 0.25
"""Probability that an answered question is also asked altered, or of its passage without the answer."""

CHUNK = 40
"""Batches whose groups are sorted by length, so that a batch needs little padding."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Question and passage. `contrast` numbers the pairs of one question that compete for being the answer."""

    question: str
    passage: MinedPassage
    contrast: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded pairs; all tensors are `(pairs, tokens)`, but `contrast` is `(pairs,)`, with -1 for none."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    inside: Tensor
    answers: Tensor
    contrast: Tensor


def pairs_of(record: Record, rng: random.Random) -> list[tuple[str, MinedPassage, bool]]:
    """Draw pairs `(question, passage, competes)` of a record: the answer, a hard negative, and near misses."""
    negatives = list(record.negatives[:HARD])
    if not record.positives:
        return [(record.question, negatives[0], False)] + [
            (record.question, passage, False) for passage in rng.sample(negatives[1:], min(1, len(negatives) - 1))
        ]
    positive = record.positives[0]
    pairs = [(record.question, positive, True), (record.question, rng.choice(negatives), True)]
    draw = rng.random()
    if draw < ALTERED:
        altered = altered_question(record.question, positive.text, rng)
        if altered is not None:
            pairs.append((altered, MinedPassage(positive.title, positive.text), False))
    elif draw < ALTERED + CUT:
        cut = without_answer(positive)
        if cut is not None:
            pairs.append((record.question, cut, False))
    return pairs


@dataclass(frozen=True, slots=True)
class _Encoded:
    ids: list[int]
    types: list[int]
    inside: list[bool]
    answers: list[bool]


def encoded(tokenizer: Tokenizer, question: str, passage: MinedPassage) -> _Encoded:
    """Return the token ids of a pair, and which tokens are inside the passage's text and its answers.

    The tokenizer must truncate the second sequence alone, at `MAX_TOKENS`.
    """
    prefix = f"{passage.title}\n" if passage.title else ""
    one = tokenizer.encode(question, prefix + passage.text)
    begin = len(prefix)
    inside, answers = [], []
    for sequence, (start, end) in zip(one.sequence_ids, one.offsets, strict=True):
        held = sequence == 1 and start >= begin and end > start
        inside.append(held)
        answers.append(held and any(a < end - begin and start - begin < b for a, b in passage.spans))
    if not any(answers):
        answers[0] = True
    return _Encoded(list(one.ids), list(one.type_ids), inside, answers)


def batches(records: Sequence[Record], tokenizer: Tokenizer, tokens: int, seed: int) -> Iterator[Batch]:
    """Yield the batches of one epoch, in an order that depends on the seed alone.

    Args:
        records: Records to learn from.
        tokenizer: See `encoded`.
        tokens: Maximum number of tokens of a batch, with padding.
        seed: Seed of the draws and of the order.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    order = list(records)
    rng.shuffle(order)
    groups = []
    for record in order:
        pairs = pairs_of(record, rng)
        groups.append([(encoded(tokenizer, q, p), competes) for q, p, competes in pairs])
        if len(groups) == CHUNK * 12:
            yield from _batched(groups, tokens, rng)
            groups = []
    yield from _batched(groups, tokens, rng)


def _batched(groups: list[list[tuple[_Encoded, bool]]], tokens: int, rng: random.Random) -> Iterator[Batch]:
    groups.sort(key=lambda group: max(len(pair.ids) for pair, _ in group))
    made, current, longest, size = [], [], 0, 0
    for group in groups:
        length = max(len(pair.ids) for pair, _ in group)
        if current and max(longest, length) * (size + len(group)) > tokens:
            made.append(current)
            current, longest, size = [], 0, 0
        current.append(group)
        longest, size = max(longest, length), size + len(group)
    if current:
        made.append(current)
    rng.shuffle(made)
    for batch in made:
        yield _padded(batch)


def _padded(groups: Sequence[Sequence[tuple[_Encoded, bool]]]) -> Batch:
    pairs = [(pair, number if competes else -1) for number, group in enumerate(groups) for pair, competes in group]
    width = max(len(pair.ids) for pair, _ in pairs)

    def padded(name: str, dtype: type) -> Tensor:
        out = np.zeros((len(pairs), width), dtype)
        for row, (pair, _) in enumerate(pairs):
            values = getattr(pair, name)
            out[row, : len(values)] = values
        return torch.from_numpy(out)

    mask = np.zeros((len(pairs), width), np.int64)
    for row, (pair, _) in enumerate(pairs):
        mask[row, : len(pair.ids)] = 1
    return Batch(
        padded("ids", np.int64),
        padded("types", np.int64),
        torch.from_numpy(mask),
        padded("inside", np.bool_),
        padded("answers", np.bool_),
        torch.tensor([contrast for _, contrast in pairs]),
    )
