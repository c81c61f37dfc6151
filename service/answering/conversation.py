"""Follow-ups: encodes a question that needs context together with earlier turns.

No language model rewrites the question. The question and the last turns are encoded as one text. A passage's cosine to
that contextual vector is added to its score, weighted by the need of context that the question's own words indicate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from service.answering.answer import Turn
from service.answering.completeness import need_of_context

MOST_WEIGHT = 2.5
"""Weight of the contextual cosine at a need of 1. The question's own similarities have a total weight of 1.95."""

MOST_QUESTIONS = 2
"""Maximum earlier questions. The second is used only if the first is not complete."""

QUESTION_TOKENS, ANSWER_TOKENS = 64, 150
"""Maximum tokens of an earlier question and of an earlier answer, counted from the start."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Question encoded together with earlier turns.

    Args:
        turns: Indices in the history of the turns used, ascending.
        vector: Contextual vector: that of the turns and the question as one text, `(dimension,)` float32,
            L2-normalised.
        weight: Weight of the contextual cosine in the score; above 0.
        asked: The earlier questions among the turns, as one text.
        evidence_weight: Weight of the contextual cosine in the evidence. It is lower because any follow-up resembles
            the passages that the conversation came from.
        answer: The last answer of the conversation; empty if there is none.
        given: Answers that are not given again: all earlier ones, or none if the same question was asked before.
    """

    turns: Sequence[int]
    vector: NDArray[np.float32]
    weight: float
    evidence_weight: float
    asked: str
    answer: str
    given: frozenset[str]


def read_together(question: str, history: Sequence[Turn], encoder: Encoder) -> Reading | None:
    """Encode a question together with the turns that it depends on.

    Args:
        question: The question.
        history: Earlier turns of the conversation, oldest first. Turns without text are skipped.
        encoder: Encoder for the combined text.

    Returns:
        The encoded text and its weights; None if the question needs no context or has none.
    """
    need = need_of_context(question)
    if not need:
        return None
    turns = sorted(_turns(history))
    if not turns:
        return None
    before = " ".join(
        encoder.first_tokens(history[at].content.strip(), QUESTION_TOKENS if _asks(history[at]) else ANSWER_TOKENS)
        for at in turns
    )
    room = encoder.question_tokens - encoder.count_tokens(question) - 1
    together = f"{encoder.first_tokens(before, max(0, room))} {question}"
    weight = MOST_WEIGHT * need
    vector = encoder.encode_question(together).vector
    answers = [text for turn in history if not _asks(turn) and (text := turn.content.strip())]
    is_repeated = any(_asks(turn) and turn.content.split() == question.split() for turn in history)
    given = frozenset[str]() if is_repeated else frozenset(answers)
    asked = " ".join(
        encoder.first_tokens(history[at].content.strip(), QUESTION_TOKENS) for at in turns if _asks(history[at])
    )
    return Reading(turns, vector, weight, weight * need, asked, answers[-1] if answers else "", given)


def _turns(history: Sequence[Turn]) -> Iterator[int]:
    """Yield the last answer, the question before it, and one more question if that one is not complete."""
    with_text = [at for at, turn in enumerate(history) if turn.content.strip()]
    questions = [at for at in with_text if _asks(history[at])]
    answers = [at for at in with_text if not _asks(history[at]) and (not questions or at > questions[-1])]
    yield from answers[-1:]
    for at in reversed(questions[-MOST_QUESTIONS:]):
        yield at
        if not need_of_context(history[at].content):
            break


def _asks(turn: Turn) -> bool:
    return turn.role == "user"
