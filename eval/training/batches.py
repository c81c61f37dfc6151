"""Batches of question-passage pairs for the training of the reader."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from embeddings.reader import PairTokens, pair_tokenizer, pair_tokens
from eval.training.alterations import altered_question, without_answer
from eval.training.mining import MinedPassage, Record

MAX_TOKENS = 320
"""Maximum tokens of a pair; a longer passage is cut at its end."""

HARD = 4
"""Number of the best retrieved passages that a negative is drawn from."""

ALTERED, CUT = 0.4, 0.25
"""Probability that an answered question is also asked altered, or about its passage without the answer."""

UNMARKED = 0.2
"""Probability that a question loses its question mark."""

POOL = 500
"""Records whose pairs are sorted by length, so that a batch needs little padding."""


def reader_tokenizer(start: Path) -> Tokenizer:
    """Return the tokenizer of pairs of the BERT model in a folder."""
    return pair_tokenizer(Tokenizer.from_file(str(start / "tokenizer.json")), MAX_TOKENS)


@dataclass(frozen=True, slots=True)
class Pair:
    """Question and passage.

    Args:
        question: The question.
        passage: The passage; without spans if it does not answer.
        competes: Whether the pair is compared with the other competing pairs of its record. The first one answers.
    """

    question: str
    passage: MinedPassage
    competes: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPair:
    """Tokens of a pair.

    Args:
        tokens: The tokens.
        answers: Whether a token is in an answer; the first token alone if there is none, `(tokens,)` bool.
    """

    tokens: PairTokens
    answers: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.answers)


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded pairs. The tensors are `(pairs, tokens)`: ids, types and mask int64, the others bool.

    Args:
        ids, types, inside, answers: See `PairTokens` and `EncodedPair`.
        mask: 1 for tokens, 0 for padding.
        contests: Rows of the competing pairs of each record, the answering one first.
    """

    ids: Tensor
    types: Tensor
    inside: Tensor
    answers: Tensor
    mask: Tensor
    contests: Sequence[Sequence[int]]


def pairs_of(record: Record, rng: random.Random) -> list[Pair]:
    """Draw the pairs of a record: the answer against a hard negative, and perhaps a near miss.

    An unanswerable question is paired with its two best passages.
    """
    hard = record.negatives[:HARD]
    question = record.question.rstrip("? ") if rng.random() < UNMARKED else record.question
    if not record.positives:
        return [Pair(question, passage) for passage in hard[:2]]
    positive = record.positives[0]
    pairs = [Pair(question, positive, competes=True), Pair(question, rng.choice(hard), competes=True)]
    draw = rng.random()
    if draw < ALTERED and "\n" not in positive.text:  # another row or turn may answer the altered question
        altered = altered_question(question, positive.text, rng)
        pairs += [] if altered is None else [Pair(altered, replace(positive, spans=()))]
    elif draw < ALTERED + CUT:
        cut = without_answer(positive)
        pairs += [] if cut is None else [Pair(question, cut)]
    return pairs


def encoded(tokenizer: Tokenizer, question: str, passage: MinedPassage) -> EncodedPair:
    """Return the tokens of a pair, by a tokenizer of `pair_tokenizer`."""
    tokens = pair_tokens(tokenizer, question, passage.title, passage.text)
    answers = np.zeros_like(tokens.inside)
    for first, last in passage.spans:
        answers |= tokens.inside & (first < tokens.spans[:, 1]) & (tokens.spans[:, 0] < last)
    answers[0] = not answers.any()
    return EncodedPair(tokens, answers)


def batches(records: Sequence[Record], tokenizer: Tokenizer, tokens: int, seed: int) -> Iterator[Batch]:
    """Yield the batches of one epoch, in an order that depends on the seed alone.

    Args:
        records: Records to learn from.
        tokenizer: Tokenizer of `pair_tokenizer`.
        tokens: Maximum tokens of a batch, padding included; a record with more is a batch of its own.
        seed: Seed of the draws and of the order.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    order = list(records)
    rng.shuffle(order)
    for start in range(0, len(order), POOL):
        groups = []
        for record in order[start : start + POOL]:
            pairs = pairs_of(record, rng)
            groups.append([(encoded(tokenizer, p.question, p.passage), p.competes) for p in pairs])
        made = list(_batched(groups, tokens))
        rng.shuffle(made)
        yield from map(_padded, made)


_Group = Sequence[tuple[EncodedPair, bool]]


def _batched(groups: Sequence[_Group], tokens: int) -> Iterator[list[_Group]]:
    """Yield groups of like length, together at most `tokens` long with padding."""
    batch: list[_Group] = []
    for group in sorted(groups, key=_length):
        pairs = sum(map(len, batch)) + len(group)
        if batch and _length(group) * pairs > tokens:
            yield batch
            batch = []
        batch.append(group)
    if batch:
        yield batch


def _length(group: _Group) -> int:
    return max(len(pair) for pair, _ in group)


def _padded(groups: Sequence[_Group]) -> Batch:
    pairs = [pair for group in groups for pair, _ in group]
    shape = len(pairs), max(map(len, pairs))
    ids, types, mask = (np.zeros(shape, np.int64) for _ in range(3))
    inside, answers = (np.zeros(shape, np.bool_) for _ in range(2))
    for row, pair in enumerate(pairs):
        held, tokens = slice(0, len(pair)), pair.tokens
        ids[row, held], types[row, held], mask[row, held] = tokens.ids, tokens.types, 1
        inside[row, held], answers[row, held] = tokens.inside, pair.answers
    contests, row = [], 0
    for group in groups:
        rows = [row + at for at, (_, competes) in enumerate(group) if competes]
        contests += [rows] if rows else []
        row += len(group)
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy(types),
        torch.from_numpy(inside),
        torch.from_numpy(answers),
        torch.from_numpy(mask),
        contests,
    )
