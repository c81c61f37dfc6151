"""Follow-ups: how much of the conversation a question needs, and the question read together with it.

No language model rewrites anything. The question and the last turns are encoded as one text, and a passage's cosine
to that reading is added to its score, by as much as the question's own words say that it cannot stand alone.
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

__all__ = ["Reading", "need_of_context", "read_together"]

REFERRING = frozenset(
    "he she they it him her them his hers their theirs its this that these those"
    " él ella ellos ellas ese esa eso esos esas este esto estos estas aquel aquella aquello aquellos aquellas".split()
)
"""Words that stand for something said before, unless it is said in the question itself ahead of them."""

CONTINUING = frozenset(
    "there here one ones so too also else more another other same such both again then"
    " también tampoco otro otra otros otras mismo misma mismos mismas más además allí ahí aquí entonces".split()
)
"""Words that go on from something."""

_LEAD = re.compile(
    r"\W*(?:and|but|or|so|then|also|what about|how about|why|really|yes|no|ok|okay|i meant?|thanks?"
    r"|y|e|pero|o|entonces|también|qué tal|por qué|sí|gracias)\b",
    re.IGNORECASE,
)
"""How replies begin."""

_WORD = re.compile(r"[^\W\d_]+|\d+")

ALONE, REFERS, CONTINUES, LEADS, PER_WORD, USUAL_WORDS = -1.0, 1.0, 0.6, 0.5, -2.0, 3.5
"""Of the logistic function of `need_of_context`; how they were found is told in docs/retrieval.md."""

MOST_WEIGHT = 2.5
"""Weight of the reading's cosine for a question that surely needs it; the similarities of the question itself have
1.95 together."""

LEAST_NEED = 0.05
"""A question that needs less is taken alone."""

NEED_OF_ONE_MORE = 0.3
"""If the question before needs this much itself, the one before that is read too."""

QUESTION_TOKENS, ANSWER_TOKENS = 64, 150
"""Of each earlier question and of the answer at most so many are read: the first ones."""

JUDGED_CHARACTERS = 2000
"""As long as a question may be; of a longer turn the rest says nothing about what it needs."""

SETTLED = 2
"""Words with a meaning of their own after which a referring word may well refer to the question itself."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question read together with the turns before it.

    Args:
        turns: Indices in the history of the turns that weigh in, rising.
        vector: `(dimension,)` float32, L2-normalised, of the turns and the question as one text.
        weight: Of a passage's cosine to that vector in its score; above 0.
        evidence_weight: The same in what confidence is drawn from; lower, since whatever is asked after a conversation
            resembles the passages that the conversation came from.
    """

    turns: Sequence[int]
    vector: NDArray[np.float32]
    weight: float
    evidence_weight: float


def need_of_context(question: str) -> float:
    """How much a question depends on what was said before, from its own words, in (0, 1).

    Few words with a meaning of their own, words that refer to something or go on from it, and a beginning such as
    "and" or "what about" speak for it. English and Spanish words are known; in other languages length alone decides.
    """
    meant = 0
    refers = continues = False
    for word in _WORD.findall(question[:JUDGED_CHARACTERS].lower()):
        if word in REFERRING:
            refers = refers or meant < SETTLED
        elif word in CONTINUING:
            continues = True
        elif not stop_terms().issuperset(terms(word)):
            meant += 1
    leads = bool(_LEAD.match(question))
    fewer = math.log1p(meant) - math.log1p(USUAL_WORDS)
    return 1 / (1 + math.exp(-(ALONE + REFERS * refers + CONTINUES * continues + LEADS * leads + PER_WORD * fewer)))


def read_together(question: str, history: Sequence[Turn], encoder: Encoder) -> Reading | None:
    """Read a question together with the turns that it depends on.

    Args:
        question: The question.
        history: The conversation before it, oldest turn first; turns without text are passed over.
        encoder: Encodes the reading.

    Returns:
        None if the question can be taken alone, or there is nothing to read it with.
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
    return Reading(turns, encoder.encode_question(together).vector, weight, weight * need)


def _turns(history: Sequence[Turn]) -> Iterator[int]:
    """The last answer, the question before it, and one more question if that one does not stand alone either."""
    spoken = [at for at, turn in enumerate(history) if turn.content.strip()]
    questions = [at for at in spoken if _asks(history[at])]
    answers = [at for at in spoken if not _asks(history[at]) and (not questions or at > questions[-1])]
    yield from answers[-1:]
    yield from questions[-1:]
    if len(questions) > 1 and need_of_context(history[questions[-1]].content) >= NEED_OF_ONE_MORE:
        yield questions[-2]


def _asks(turn: Turn) -> bool:
    return turn.role == "user"
