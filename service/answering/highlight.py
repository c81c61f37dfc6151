"""Highlight: selects the sentence of a passage that answers."""

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
"""Score penalty per e-fold of characters: a long sentence matches more of the question's words by chance."""

NON_ANSWER_PENALTY = 2.0
"""Score penalty of a question or heading: the width of the scale, so that any statement scores higher."""

CACHED_PASSAGES = 1000
"""Passages whose sentences are cached, about 5 KB each. Tokenizing a passage again takes 0.25 ms."""

NOWHERE = 2**62
"""Start and end of a sentinel sentence, for tokens after all sentences."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences of a passage that have tokens, and their tokens.

    Args:
        spans: Spans in the passage's text, without outer white space; the whole text if no sentence has tokens.
        tokens: Indices of the passage's tokens, grouped by sentence, `(tokens in sentences,)` int64.
        first: Position in `tokens` of each sentence's first token, `(sentences,)` int64.
        penalties: Length penalties, `(sentences,)` float64.
        non_answers: Penalties of questions and headings, `(sentences,)` float64.
    """

    spans: Sequence[Span]
    tokens: NDArray[np.int64]
    first: NDArray[np.int64]
    penalties: NDArray[np.float64]
    non_answers: NDArray[np.float64]


class Highlighter:
    """Selects highlights, with a cache of the sentences of recent passages.

    Args:
        encoder: Encoder that made the passages' token vectors.
        title_tokens: Maximum tokens of the title that are encoded before each passage.
    """

    def __init__(self, encoder: Encoder, title_tokens: int) -> None:
        self.encoder = encoder
        # A bound method would keep the highlighter and its encoder alive in a reference cycle.
        find = functools.partial(_passage_sentences, encoder, title_tokens)
        self._sentences = functools.lru_cache(maxsize=CACHED_PASSAGES)(find)

    def highlight(self, text: str, title: str, language: str | None, similarities: NDArray[np.float32]) -> Span:
        """Return the span of the sentence that answers.

        Args:
            text: Text of the passage.
            title: Title of its document.
            language: BCP 47 tag of its document; English if None.
            similarities: Cosines of token vectors, `(passage tokens, question tokens)` float32.
        """
        return best_sentence(self._sentences(text, title, language), similarities)


def sentences_of(text: str, language: str | None, token_spans: NDArray[np.int64]) -> Sentences:
    """Return the sentences of a passage and their tokens.

    Args:
        text: Text of the passage.
        language: BCP 47 tag; English if None.
        token_spans: Spans of the passage's tokens in `text`, in code points, `(tokens, 2)` int64. Tokens outside the
            text (special tokens, the title prefix) have an end of 0 or less.
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
    sentences = [text[span.start : span.end] for span in trimmed]
    return Sentences(
        trimmed or [Span(0, len(text))],
        tokens,
        first,
        np.array([LENGTH_PENALTY * math.log(len(sentence)) for sentence in sentences]),
        np.array([NON_ANSWER_PENALTY * _is_non_answer(sentence) for sentence in sentences]),
    )


def best_sentence(sentences: Sentences, similarities: NDArray[np.float32]) -> Span:
    """Return the span of the sentence that best matches the question's tokens.

    The score is the mean, over the question's tokens, of the square root of the greatest similarity to any token of the
    sentence, less a length penalty. The square root favours a moderate match of all tokens over a strong match of some.
    A question (as in an interview) or a Markdown heading may repeat the words of the question without an answer, so it
    is selected only if the passage has no other sentence.

    Args:
        sentences: Sentences of a passage.
        similarities: Cosines of token vectors, `(passage tokens, question tokens)` float32.

    Returns:
        Span in the passage, the first of equal scores; the whole text if no sentence has tokens.
    """
    if not len(sentences.first):
        return sentences.spans[0]
    greatest = np.maximum.reduceat(similarities[sentences.tokens], sentences.first, axis=0)
    means = np.sqrt(np.clip(greatest, 0, 1)).mean(axis=1).astype(np.float64)
    return sentences.spans[int(np.argmax(means - sentences.penalties - sentences.non_answers))]


def _passage_sentences(encoder: Encoder, title_tokens: int, text: str, title: str, language: str | None) -> Sentences:
    prefix = title_prefix(title, encoder, title_tokens)
    spans = np.array(encoder.token_spans(prefix + text)).reshape(-1, 2) - len(prefix)
    return sentences_of(text, language, spans)


def _trimmed(text: str, start: int, end: int) -> Span:
    sentence = text[start:end]
    return Span(start + len(sentence) - len(sentence.lstrip()), start + len(sentence.rstrip()))


def _is_non_answer(sentence: str) -> bool:
    """Return whether a sentence is a question or a Markdown heading."""
    return sentence.endswith(QUESTION_MARKS) or sentence.startswith(HEADING)
