"""Follow-ups: estimates how much context a question needs, and encodes it together with earlier turns.

No language model rewrites the question. The question and the last turns are encoded as one text. A passage's cosine to
that contextual vector is added to its score, weighted by the need of context that the question's own words indicate.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.lexical import stop_terms, terms
from embeddings.encoder import Encoder
from service.answering.answer import Turn

REFERRING = frozenset(
    "he she they it him her them his hers their theirs its this that these those"
    " él ella ellos ellas ese esa eso esos esas este esto estos estas aquel aquella aquello aquellos aquellas".split()
)
"""Pronouns and determiners that refer to an earlier turn, unless the question has a referent ahead of them."""

CONTINUING = frozenset(
    "there here one ones so too also else more another other same such both again then"
    " también tampoco otro otra otros otras mismo misma mismos mismas más además allí ahí aquí entonces".split()
)
"""Words that continue a topic."""

_LEAD = re.compile(
    r"\W*(?:and|but|or|so|then|also|what about|how about|why|really|yes|no|ok|okay|i meant?|thanks?"
    r"|y|e|pero|o|entonces|también|qué tal|por qué|sí|gracias)\b",
    re.IGNORECASE,
)
"""Openings of follow-ups."""

_WORD = re.compile(r"[^\W\d_]+|\d+")

ALONE, REFERS, CONTINUES, LEADS, PER_WORD, USUAL_WORDS = -1.0, 1.0, 0.6, 0.5, -2.0, 3.5
"""Parameters of the logistic function in `need_of_context`. docs/lab/retrieval.md has the measurements behind them."""

MOST_WEIGHT = 2.5
"""Weight of the contextual cosine at a need of 1. The question's own similarities have a total weight of 1.95."""

LEAST_NEED = 0.05
"""Minimum need of context. Below it, a question is answered without context."""

NEED_OF_ONE_MORE = 0.3
"""Need of context from which the previous question brings in the question before it."""

QUESTION_TOKENS, ANSWER_TOKENS = 64, 150
"""Maximum tokens of an earlier question and of an earlier answer, counted from the start."""

JUDGED_CHARACTERS = 2000
"""Characters that `need_of_context` examines: the maximum length of a question."""

REFERENT_WORDS = 2
"""Number of content words after which a pronoun is assumed to refer to the question itself."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Question encoded together with earlier turns.

    Args:
        turns: Indices in the history of the turns used, ascending.
        vector: Contextual vector: that of the turns and the question as one text, `(dimension,)` float32,
            L2-normalised.
        weight: Weight of the contextual cosine in the score; above 0.
        text: The question after the earlier questions among the turns, for a reader.
        evidence_weight: Weight of the contextual cosine in the evidence. It is lower because any follow-up resembles
            the passages that the conversation came from.
    """

    turns: Sequence[int]
    vector: NDArray[np.float32]
    weight: float
    evidence_weight: float
    text: str


def need_of_context(question: str) -> float:
    """Return the estimated dependence of a question on earlier turns, from its own words, in (0, 1).

    Few content words, referring or continuing words, and an opening such as "and" or "what about" raise it. The word
    lists are English and Spanish; in other languages length alone decides.
    """
    content_words = 0
    refers = continues = False
    for word in _WORD.findall(question[:JUDGED_CHARACTERS].lower()):
        if word in REFERRING:
            refers = refers or content_words < REFERENT_WORDS
        elif word in CONTINUING:
            continues = True
        elif not stop_terms().issuperset(terms(word)):
            content_words += 1
    leads = bool(_LEAD.match(question))
    fewer = math.log1p(content_words) - math.log1p(USUAL_WORDS)
    return 1 / (1 + math.exp(-(ALONE + REFERS * refers + CONTINUES * continues + LEADS * leads + PER_WORD * fewer)))


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
    if need < LEAST_NEED:
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
    asked = [history[at].content.strip() for at in turns if _asks(history[at])]
    text = " ".join([*(encoder.first_tokens(one, QUESTION_TOKENS) for one in asked), question])
    return Reading(turns, encoder.encode_question(together).vector, weight, weight * need, text)


def _turns(history: Sequence[Turn]) -> Iterator[int]:
    """Yield the last answer, the question before it, and one more question if that one needs context too."""
    with_text = [at for at, turn in enumerate(history) if turn.content.strip()]
    questions = [at for at in with_text if _asks(history[at])]
    answers = [at for at in with_text if not _asks(history[at]) and (not questions or at > questions[-1])]
    yield from answers[-1:]
    yield from questions[-1:]
    if len(questions) > 1 and need_of_context(history[questions[-1]].content) >= NEED_OF_ONE_MORE:
        yield questions[-2]


def _asks(turn: Turn) -> bool:
    return turn.role == "user"
