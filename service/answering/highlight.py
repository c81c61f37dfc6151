"""Highlight: the sentence of a passage that answers."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.sentences import sentence_spans
from service.answer import Span

__all__ = ["best_sentence"]

QUESTION_MARKS = ("?", "?”", '?"', "？", "؟")
HEADING = "#"
LENGTH_PENALTY = 0.01
"""Taken off the score per e-fold of characters: a long sentence meets more of the question's words by chance."""

BESIDE_THE_POINT = 2.0
"""Taken off the score of a question or heading: the width of the scale, so that any statement beats any of them."""


def best_sentence(
    text: str,
    language: str | None,
    similarities: NDArray[np.float32],
    token_spans: Sequence[tuple[int, int]],
) -> Span:
    """The sentence that meets most of the question's tokens.

    Its score is the mean of the square roots of its MaxSims, so that to meet every token somewhat is better than to
    meet some very well, less a little for its length.

    Args:
        text: The passage.
        language: Its BCP 47 tag; English if None.
        similarities: `(question tokens, passage tokens)` float32.
        token_spans: The code points of `text` that each passage token stands for; tokens that stand for none of
            them (special tokens, the prefix) have an end of 0 or less.

    Returns:
        Its span in `text`, without outer white space; the first of equal ones, the whole text if it has none.
        A question (in an interview, say) or a Markdown heading is taken only where the passage says nothing else:
        it may repeat the asker's words but answers nothing.
    """
    ends = np.array([end for _, end in token_spans])
    starts = np.array([start for start, _ in token_spans])
    best, best_score = Span(0, len(text)), -np.inf
    for start, end in sentence_spans(text, language or "en"):
        inside = (starts >= start) & (ends <= end) & (ends > starts) & (ends > 0)
        sentence = text[start:end]
        if not inside.any() or not sentence.strip():
            continue
        met = np.sqrt(np.clip(similarities[:, inside].max(axis=1), 0, 1))
        score = float(met.mean()) - LENGTH_PENALTY * math.log(len(sentence.strip()))
        score -= BESIDE_THE_POINT * _says_nothing(sentence.strip())
        if score > best_score:
            lead = len(sentence) - len(sentence.lstrip())
            best, best_score = Span(start + lead, start + len(sentence.rstrip())), score
    return best


def _says_nothing(sentence: str) -> bool:
    return sentence.endswith(QUESTION_MARKS) or sentence.startswith(HEADING)
