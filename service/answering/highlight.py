"""Highlight: the sentence of a passage that answers."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.text import sentence_spans, title_prefix
from embeddings.encoder import Encoder
from service.answering.answer import Span

__all__ = ["Highlighter", "Sentences", "best_sentence", "sentences_of"]

QUESTION_MARKS = ("?", "?”", '?"', "？", "؟")
HEADING = "#"
LENGTH_PENALTY = 0.01
"""Taken off the score per e-fold of characters: a long sentence meets more of the question's words by chance."""

BESIDE_THE_POINT = 2.0
"""Taken off the score of a question or heading: the width of the scale, so that any statement beats any of them."""

REMEMBERED = 1000
"""Passages whose sentences are kept for the next question, some 5 KB each: to find a passage's tokens anew takes a
quarter of a millisecond."""

NOWHERE = 2**62
"""Where the sentence of tokens that stand after all others begins."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of a passage that have tokens, and which tokens these are.

    Args:
        spans: Theirs in the passage's text, without outer white space; the whole text if there is none.
        tokens: Indices of the passage's tokens, `(tokens in sentences,)` int64, sentence by sentence.
        first: Where those of each sentence begin in `tokens`, `(sentences,)` int64.
        penalties: What is taken off the score of each for its length, `(sentences,)` float64.
        beside: The same for a question or heading.
    """

    spans: Sequence[Span]
    tokens: NDArray[np.int64]
    first: NDArray[np.int64]
    penalties: NDArray[np.float64]
    beside: NDArray[np.float64]


class Highlighter:
    """Finds highlights, and remembers the sentences of the passages that it has seen last.

    Args:
        encoder: The one that made the passages' token vectors.
        title_tokens: Tokens of the title that were encoded before each passage.
    """

    def __init__(self, encoder: Encoder, title_tokens: int) -> None:
        self.encoder = encoder
        find = functools.partial(_found, encoder, title_tokens)  # not a method, which would keep itself and the encoder
        self._sentences = functools.lru_cache(maxsize=REMEMBERED)(find)

    def highlight(self, text: str, title: str, language: str | None, similarities: NDArray[np.float32]) -> Span:
        """The sentence of a passage that answers.

        Args:
            text: The passage.
            title: Its document's.
            language: Its document's BCP 47 tag; English if None.
            similarities: `(passage tokens, question tokens)` float32.
        """
        return best_sentence(self._sentences(text, title, language), similarities)


def sentences_of(text: str, language: str | None, token_spans: NDArray[np.int64]) -> Sentences:
    """Find the sentences of a passage, and their tokens.

    Args:
        text: The passage.
        language: Its BCP 47 tag; English if None.
        token_spans: `(tokens, 2)` int64, the code points of `text` that each passage token stands for; tokens that
            stand for none of them (special tokens, the prefix) have an end of 0 or less.
    """
    spans = [span for span in sentence_spans(text, language or "en") if text[slice(*span)].strip()]
    borders = np.array([*spans, (NOWHERE, NOWHERE)])
    starts, ends = token_spans[:, 0], token_spans[:, 1]
    sentence = np.searchsorted(borders[:, 1], starts, side="right")
    inside = (borders[sentence, 0] <= starts) & (starts < ends) & (ends <= borders[sentence, 1]) & (ends > 0)
    tokens = np.flatnonzero(inside)
    tokens = tokens[np.argsort(sentence[tokens], kind="stable")]
    with_tokens, first = np.unique(sentence[tokens], return_index=True)
    trimmed = [_trimmed(text, *spans[at]) for at in with_tokens]
    said = [text[span.start : span.end] for span in trimmed]
    return Sentences(
        trimmed or [Span(0, len(text))],
        tokens,
        first,
        np.array([LENGTH_PENALTY * math.log(len(one)) for one in said]),
        np.array([BESIDE_THE_POINT * _says_nothing(one) for one in said]),
    )


def best_sentence(sentences: Sentences, similarities: NDArray[np.float32]) -> Span:
    """The sentence that meets most of the question's tokens.

    Its score is the mean of the square roots of its MaxSims, so that to meet every token somewhat is better than to
    meet some very well, less a little for its length.

    Args:
        sentences: Of a passage.
        similarities: `(passage tokens, question tokens)` float32.

    Returns:
        Its span in the passage; the first of equal ones, the whole text if it has none. A question (in an interview,
        say) or a Markdown heading is taken only where the passage says nothing else: it may repeat the asker's words
        but answers nothing.
    """
    if not len(sentences.first):
        return sentences.spans[0]
    met = np.maximum.reduceat(similarities[sentences.tokens], sentences.first, axis=0)
    means = np.sqrt(np.clip(met, 0, 1)).mean(axis=1).astype(np.float64)
    return sentences.spans[int(np.argmax(means - sentences.penalties - sentences.beside))]


def _found(encoder: Encoder, title_tokens: int, text: str, title: str, language: str | None) -> Sentences:
    prefix = title_prefix(title, encoder, title_tokens)
    spans = np.array(encoder.token_spans(prefix + text)).reshape(-1, 2) - len(prefix)
    return sentences_of(text, language, spans)


def _trimmed(text: str, start: int, end: int) -> Span:
    sentence = text[start:end]
    return Span(start + len(sentence) - len(sentence.lstrip()), start + len(sentence.rstrip()))


def _says_nothing(sentence: str) -> bool:
    return sentence.endswith(QUESTION_MARKS) or sentence.startswith(HEADING)
