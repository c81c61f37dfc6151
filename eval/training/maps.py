"""Training of the question maps, on token vectors that stay as they are."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from corpus.lexical import LexicalIndex
from corpus.text import sentence_spans, text_with_title, title_prefix
from embeddings.encoder import Encoder
from embeddings.tokens import QuestionMaps
from eval.training.mining import MinedPassage, Record

HALF_WINDOW, WINDOW, LEXICAL = 16, 0.5, 0.4
"""Half a window in tokens, and weights of the best window and of the words, beside a weight of 1 of mean MaxSim: as in
the reranking of the service, so that a map learns what the words do not show."""

LENGTH_PENALTY = 0.01
"""Penalty of a sentence per e-fold of characters, as in the highlights of the service."""

CONTESTS = 6
"""Passages without an answer that the answering one is compared with at a step; a question with fewer takes all."""

LEAST_NEGATIVES = 3
"""Passages without an answer that a question needs to be learnt from."""

BATCH = 16
"""Questions of a step."""

WARMUP, LEAST_RATE = 30, 0.02
"""First steps, in which the rate rises, and the share of the rate that is left at the end."""

RATE, SCALE_RATE = 1e-3, 1e-2
"""Learning rates of the maps, and of the scales of the scores; the weights of tokens learn five times as fast."""

RANKING_EPOCHS, SENTENCE_EPOCHS = 0.5, 1.0
"""Epochs of the two maps. With more, the first learns the words of the articles by heart."""

STRENGTH = 0.5
"""Share of the change that the map for ranking keeps (Wortsman et al., 2022, arXiv:2109.01903). On articles that the
training has not seen, half of it gains about as much as the whole, and loses half as many questions."""

RANKING_SCALE, SENTENCE_SCALE = 40.0, 25.0
"""Factors of the scores at the start, which the training changes."""

LEAST_MATCH = 1e-4
"""Least similarity under the square root, whose slope at 0 is infinite."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """Encoded question with its passages.

    Args:
        question: Token vectors, `(question tokens, dimension)` float32, rows L2-normalised.
        passages: Token signs, `(tokens, dimension / 8)` uint8 each. The first passage answers.
        lexical: Share of the question's words in each passage, `(passages,)` float32.
        sentence_of: Index of the sentence that each token of the first passage is in, -1 for none, `(tokens,)` int64.
        penalties: Penalty of each sentence, `(sentences,)` float32.
        answers: Whether each sentence answers, `(sentences,)` bool.
    """

    question: NDArray[np.float32]
    passages: Sequence[NDArray[np.uint8]]
    lexical: NDArray[np.float32]
    sentence_of: NDArray[np.int64]
    penalties: NDArray[np.float32]
    answers: NDArray[np.bool_]


def encoded_examples(records: Sequence[Record], encoder: Encoder, title_tokens: int) -> list[Example]:
    """Encode the questions and passages of the records that have an answer and passages without one.

    Args:
        records: Records of mined passages.
        encoder: Encoder of the questions and passages.
        title_tokens: Maximum tokens of the title that are encoded before each passage.
    """
    kept = [record for record in records if record.positives and len(record.negatives) >= LEAST_NEGATIVES]
    keys: dict[tuple[str, str], int] = {}
    for record in kept:
        for passage in (record.positives[0], *record.negatives):
            keys.setdefault((passage.title, passage.text), len(keys))
    prefixes = [title_prefix(title, encoder, title_tokens) for title, _ in keys]
    texts = [prefix + text for prefix, (_, text) in zip(prefixes, keys, strict=True)]
    signs = [encoding.token_signs for encoding in encoder.encode_passages(texts)]
    index = LexicalIndex.in_memory((at, text_with_title(*passage)) for passage, at in keys.items())
    examples = []
    for record in kept:
        at = [keys[passage.title, passage.text] for passage in (record.positives[0], *record.negatives)]
        spans = np.array(encoder.token_spans(texts[at[0]])).reshape(-1, 2) - len(prefixes[at[0]])
        examples.append(
            Example(
                encoder.encode_question(record.question).token_vectors,
                [signs[key] for key in at],
                _shares(index, record.question, at),
                *_sentences(record.positives[0], spans),
            )
        )
    return examples


def _shares(index: LexicalIndex, question: str, keys: Sequence[int]) -> NDArray[np.float32]:
    bound, scores = index.bound(question), index.scores(question, keys)
    return np.array([min(1.0, scores.get(key, 0.0) / bound) if bound else 0.0 for key in keys], dtype=np.float32)


def _sentences(
    passage: MinedPassage, spans: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]:
    """Return the sentence of each token, the penalty of each sentence, and whether it answers."""
    sentence_of = np.full(len(spans), -1)
    penalties, answers = list[float](), list[bool]()
    for start, end in sentence_spans(passage.text, "en"):
        inside = (start <= spans[:, 0]) & (spans[:, 0] < spans[:, 1]) & (spans[:, 1] <= end) & (spans[:, 1] > 0)
        if inside.any():
            sentence_of[inside] = len(answers)
            penalties.append(LENGTH_PENALTY * np.log(end - start))
            answers.append(any(start < last and first < end for first, last in passage.spans))
    return sentence_of, np.array(penalties, dtype=np.float32), np.array(answers, dtype=bool)


def train_maps(examples: Sequence[Example], seed: int, say: Callable[[str], None] = lambda _: None) -> QuestionMaps:
    """Return maps trained on examples. The same examples and seed give the same maps on the same machine.

    The map for ranking and the weights of tokens learn to score the answering passage above the others (softmax over
    the scores). The map for sentences learns to score an answering sentence above the others, half by its own match
    and half by that of the question's own token vectors.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more threads add in another order
    try:
        return _trained(examples, random.Random(seed), say)  # noqa: S311 - reproducible, not secret
    finally:
        torch.set_num_threads(threads)


def _trained(examples: Sequence[Example], rng: random.Random, say: Callable[[str], None]) -> QuestionMaps:
    dimension = examples[0].question.shape[1]
    ranking, weight, sentences = _zeros(dimension, dimension), _zeros(dimension), _zeros(dimension, dimension)
    say("Training the map for ranking.")
    _fit(
        examples,
        [(ranking, RATE), (weight, 5 * RATE)],
        RANKING_SCALE,
        lambda example, scale: _ranking_loss(example, ranking, weight, scale, rng),
        RANKING_EPOCHS,
        rng,
    )
    say("Training the map for sentences.")
    divided = [example for example in examples if example.answers.any() and not example.answers.all()]
    _fit(
        divided,
        [(sentences, RATE)],
        SENTENCE_SCALE,
        lambda example, scale: _sentence_loss(example, sentences, scale),
        SENTENCE_EPOCHS,
        rng,
    )
    identity = np.eye(dimension, dtype=np.float32)
    return QuestionMaps(
        "trained",
        identity + (STRENGTH * ranking).detach().numpy(),
        weight.detach().numpy(),
        identity + sentences.detach().numpy(),
    )


def _zeros(*shape: int) -> Tensor:
    return torch.zeros(*shape, requires_grad=True)


def _fit(
    examples: Sequence[Example],
    parameters: Sequence[tuple[Tensor, float]],
    scale: float,
    loss_of: Callable[[Example, Tensor], Tensor],
    epochs: float,
    rng: random.Random,
) -> None:
    """Minimise a loss over examples, in an order that depends on the seed alone.

    Args:
        examples: The examples.
        parameters: What is learnt, each with its learning rate.
        scale: Factor of the scores at the start.
        loss_of: Loss of an example, by the factor of the scores.
        epochs: Times that each example is seen.
        rng: Source of the order.
    """
    log_scale = torch.tensor(float(np.log(scale)), requires_grad=True)
    groups = [*parameters, (log_scale, SCALE_RATE)]
    optimizer = torch.optim.AdamW([{"params": [p], "lr": rate} for p, rate in groups], weight_decay=0.0)
    steps, order = max(1, int(epochs * len(examples) / BATCH)), list[int]()
    for step in range(steps):
        for group, (_, rate) in zip(optimizer.param_groups, groups, strict=True):
            group["lr"] = rate * min(1.0, (step + 1) / WARMUP) * max(LEAST_RATE, 1 - step / steps)
        losses = []
        for _ in range(BATCH):
            if not order:
                order = list(range(len(examples)))
                rng.shuffle(order)
            losses.append(loss_of(examples[order.pop()], log_scale.exp()))
        optimizer.zero_grad()
        torch.autograd.backward(torch.stack(losses).mean())
        optimizer.step()


def _ranking_loss(example: Example, ranking: Tensor, weight: Tensor, scale: Tensor, rng: random.Random) -> Tensor:
    others = range(1, len(example.passages))
    compared = [0, *rng.sample(others, min(CONTESTS, len(others)))]
    tokens = torch.from_numpy(example.question)
    lengths = torch.exp(torch.tanh(tokens @ weight))
    mapped = _mapped(tokens, ranking) * (lengths / lengths.mean())[:, None]
    passages = [_signs(example.passages[at]) for at in compared]
    similarities = torch.split(torch.cat(passages) @ mapped.T, [len(passage) for passage in passages])
    scores = torch.stack([_max_sim(one) for one in similarities])
    scores = (scores + LEXICAL * torch.from_numpy(example.lexical[compared])) / (1 + WINDOW + LEXICAL)
    return -torch.log_softmax(scores * scale, 0)[0]


def _max_sim(similarities: Tensor) -> Tensor:
    """Return mean MaxSim and that of the best window, weighted, of similarities `(tokens, question tokens)`."""
    missing = -len(similarities) % HALF_WINDOW
    padded = torch.cat([similarities, similarities[-1:].expand(missing, -1)])
    halves = padded.view(-1, HALF_WINDOW, similarities.shape[1]).amax(1)
    windows = torch.maximum(halves[:-1], halves[1:]) if len(halves) > 1 else halves
    return halves.amax(0).mean() + WINDOW * windows.mean(1).amax()


def _sentence_loss(example: Example, sentences: Tensor, scale: Tensor) -> Tensor:
    tokens = torch.from_numpy(example.question)
    inside = example.sentence_of >= 0
    passage = _signs(example.passages[0][inside])
    at = torch.from_numpy(example.sentence_of[inside])[:, None].expand(-1, 2 * len(tokens))
    similarities = passage @ torch.cat([tokens, _mapped(tokens, sentences)]).T
    least = torch.full((len(example.answers), 2 * len(tokens)), -1.0)
    greatest = least.scatter_reduce(0, at, similarities, "amax")
    scores = torch.sqrt(greatest.clamp(LEAST_MATCH, 1)).mean(1) - torch.from_numpy(example.penalties)
    return -torch.logsumexp(torch.log_softmax(scores * scale, 0)[torch.from_numpy(example.answers)], 0)


def _mapped(tokens: Tensor, change: Tensor) -> Tensor:
    return torch.nn.functional.normalize(tokens + tokens @ change.T, dim=1)


def _signs(packed: NDArray[np.uint8]) -> Tensor:
    """Return token signs as unit vectors, `(tokens, dimension)` float32."""
    signs = torch.from_numpy(np.unpackbits(packed, axis=1).astype(np.float32)) * 2 - 1
    return signs / float(np.sqrt(signs.shape[1]))
