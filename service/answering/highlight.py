"""Highlight: selects the sentence of a passage that answers."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpus.text import title_prefix
from embeddings.encoder import Encoder
from service.answering.answer import Span
from service.answering.sentences import (
    Figures,
    Kind,
    Passage,
    QuestionWords,
    Sentence,
    figures_in,
    is_empty,
    other_members,
    quoted,
    split_sentences,
    without_figures,
    words_in,
)

LENGTH_PENALTY = 0.01
"""Score penalty per e-fold of characters: a long sentence matches more of the question's words by chance."""

NON_ANSWER_PENALTY = 2.0
"""Score penalty of a question, a heading and the like: the width of the scale, so that any statement scores higher."""

REPEAT_PENALTY = 1.0
"""Score penalty of a sentence that only repeats the question."""

EMPTY_PENALTY = 0.2
"""Score penalty of a sentence that says nothing by itself, such as "They did so.", and that nothing is quoted with. On
SQuAD and SQuADShifts, none is chosen with or without it."""

OTHER_FIGURE_PENALTY = 1.0
"""Score penalty of a sentence with another year, date or number than the question's. Measured from 0.1 to 1 on SQuAD
and SQuADShifts, the result is the same."""

OTHER_MEMBER_PENALTY = 0.5
"""Score penalty of a row or item without the words of the question that others of its table or list have."""

CREDITS = {Kind.HEADING: 0.9, Kind.TABLE_HEADER: 0.9, Kind.LEAD_IN: 0.9, Kind.QUESTION: 0.7}
"""Share of its match that what heads a sentence gives to it. A question is often rhetorical: at 0.8 and above, more
answers are lost than won."""

SHOWN_WITH_ANSWER = (Kind.TABLE_HEADER, Kind.LEAD_IN)
"""Kinds of sentences that are highlighted with the row or item below them."""

CACHED_PASSAGES = 1000
"""Passages whose sentences are cached: about 5 KB each, 22 KB once their words and figures were compared. Tokenizing
a passage again takes 0.25 ms."""

CHANCE_WEIGHT = 0.1
"""Weight of the logarithm of the probability that a reader gives a sentence."""

LEAST_CHANCE = 1e-4
"""Least probability of a sentence that is told apart from others."""

NOWHERE = 2**62
"""Start and end of a sentinel sentence, for tokens after all sentences."""


@dataclass(frozen=True)
class Sentences:
    """Sentences of a passage that have tokens, and their tokens.

    Args:
        passage: The passage.
        sentences: Sentences that have tokens. Their heads are indices in this list.
        tokens: Indices of the passage's tokens, grouped by sentence, `(tokens in sentences,)` int64.
        first: Position in `tokens` of each sentence's first token, `(sentences,)` int64.
        penalties: Penalties of length, kind and emptiness, `(sentences,)` float64.
        heads: Index of what heads each sentence, `(sentences,)` int64.
        credit: Share of the head's match that counts for each sentence, `(sentences, 1)` float32.
        generations: Length of the longest chain of heads: 2 for a row below a table's header below a heading.
    """

    passage: Passage
    sentences: Sequence[Sentence]
    tokens: NDArray[np.int64]
    first: NDArray[np.int64]
    penalties: NDArray[np.float64]
    heads: NDArray[np.int64]
    credit: NDArray[np.float32]
    generations: int

    @functools.cached_property
    def texts(self) -> list[str]:
        """Text of each sentence."""
        return [self.passage.text[one.span.start : one.span.end] for one in self.sentences]

    def quotation(self, answer: int) -> str:
        """Return the words to quote for a sentence."""
        span = quoted(self.passage, self.sentences, answer)
        return self.passage.text[span.start : span.end]

    @functools.cached_property
    def answers(self) -> list[bool]:
        """Whether each sentence is of a kind that answers."""
        return [sentence.kind.answers for sentence in self.sentences]

    @functools.cached_property
    def figures(self) -> list[Figures]:
        """Figures of each sentence. One without a date has that of its head."""
        found: list[Figures] = []
        for sentence, text in zip(self.sentences, self.texts, strict=True):
            figures = figures_in(text)
            if not figures.is_dated and sentence.head < len(found):
                head = found[sentence.head]
                figures = Figures(head.dates, head.spans, figures.numbers)
            found.append(figures)
        return found

    @functools.cached_property
    def lists(self) -> list[list[int]]:
        """Indices of the sentences of each table or list that can answer."""
        members: dict[int, list[int]] = {}
        for index, sentence in enumerate(self.sentences):
            if sentence.group is not None and sentence.kind.answers:
                members.setdefault(sentence.group, []).append(index)
        return [found for found in members.values() if len(found) > 1]

    @functools.cached_property
    def words(self) -> list[frozenset[str]]:
        """Content words of each sentence."""
        return [words_in(text) for text in self.texts]


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

    def sentences(self, passage: Passage) -> Sequence[Span]:
        """Return the spans of a passage's sentences, ascending."""
        return [one.span for one in self._sentences(passage).sentences]

    def chance(self, passage: Passage, answer: Span, chances: Sequence[float]) -> float:
        """Return the probability that the shown words of a passage answer: the sum over their sentences.

        Args:
            passage: The passage.
            answer: Span of the shown words.
            chances: Probability of each sentence to answer, by a reader.
        """
        pairs = zip(self.sentences(passage), chances, strict=True)
        return min(1.0, sum(chance for span, chance in pairs if span.start < answer.end and answer.start < span.end))

    def answers(self, passage: Passage, shown: Span) -> bool:
        """Return whether the shown words of a passage have a sentence of a kind that answers."""
        sentences = self._sentences(passage)
        pairs = zip(sentences.sentences, sentences.answers, strict=True)
        return any(answers and one.span.start < shown.end and shown.start < one.span.end for one, answers in pairs)

    def highlight(
        self,
        passage: Passage,
        similarities: NDArray[np.float32],
        asked: QuestionWords,
        chances: Sequence[float] | None = None,
    ) -> list[Span]:
        """Return the spans to highlight, in order: the answer is the last one.

        Args:
            passage: The passage.
            similarities: Cosines of token vectors, `(passage tokens, question tokens)` float32.
            asked: Words and figures of the question.
            chances: Probability of each sentence to answer, by a reader; None if none read the passage.
        """
        return highlighted(self._sentences(passage), similarities, asked, chances)


def sentences_of(passage: Passage, token_spans: NDArray[np.int64]) -> Sentences:
    """Return the sentences of a passage and their tokens.

    Args:
        passage: The passage.
        token_spans: Spans of the passage's tokens in its text, in code points, `(tokens, 2)` int64. Tokens outside the
            text (special tokens, the title prefix) have an end of 0 or less.
    """
    split = split_sentences(passage)
    borders = np.array([*((one.span.start, one.span.end) for one in split), (NOWHERE, NOWHERE)])
    starts, ends = token_spans[:, 0], token_spans[:, 1]
    sentence = np.searchsorted(borders[:, 1], starts, side="right")
    inside = (borders[sentence, 0] <= starts) & (starts < ends) & (ends <= borders[sentence, 1]) & (ends > 0)
    tokens = np.flatnonzero(inside)
    tokens = tokens[np.argsort(sentence[tokens], kind="stable")]
    with_tokens, first = np.unique(sentence[tokens], return_index=True)
    sentences = _renumbered(split, with_tokens.tolist())
    heads = [one.head for one in sentences]
    headed = [head for at, head in enumerate(heads) if head != at]
    shares = [CREDITS.get(sentences[head].kind, 0.0) * (head != at) for at, head in enumerate(heads)]
    return Sentences(
        passage=passage,
        sentences=sentences,
        tokens=tokens,
        first=first,
        penalties=np.array([_penalty(passage, sentences, at) for at in range(len(sentences))]),
        heads=np.array(heads, dtype=np.int64),
        credit=np.array(shares, dtype=np.float32)[:, np.newaxis],
        generations=bool(headed) + any(heads[head] != head for head in headed),
    )


def highlighted(
    sentences: Sentences,
    similarities: NDArray[np.float32],
    asked: QuestionWords,
    chances: Sequence[float] | None = None,
) -> list[Span]:
    """Return the spans to highlight for the sentence that best matches: the answer is the last one."""
    best = best_sentence(sentences, similarities, asked, chances)
    if best is None:
        return [Span(0, len(sentences.passage.text))]
    return shown(sentences, best)


def shown(sentences: Sentences, answer: int) -> list[Span]:
    """Return the spans to highlight for a sentence, in order.

    Args:
        sentences: Sentences of a passage.
        answer: Index of the sentence that answers.

    Returns:
        The table's header or lead-in above it, if any; last the sentence, with those before it that it leans on.
    """
    chosen = sentences.sentences[answer]
    head = sentences.sentences[chosen.head]
    above = [head.span] if head.kind in SHOWN_WITH_ANSWER and head is not chosen else []
    return [*above, quoted(sentences.passage, sentences.sentences, answer)]


def best_sentence(
    sentences: Sentences,
    similarities: NDArray[np.float32],
    asked: QuestionWords,
    chances: Sequence[float] | None = None,
) -> int | None:
    """Return the index of the sentence that best matches the question's tokens.

    The score is the mean, over the question's tokens, of the square root of the greatest similarity to any token of the
    sentence or, discounted, of what heads it, less penalties. The square root favours a moderate match of all tokens
    over a strong match of some. A heading or a question (as in an interview) may repeat the words of the question
    without an answer, so one is selected only if the passage has no statement. What a reader says of the sentences is
    added to the score.

    Args:
        sentences: Sentences of a passage.
        similarities: Cosines of token vectors, `(passage tokens, question tokens)` float32.
        asked: Words and figures of the question.
        chances: Probability of each sentence to answer, by a reader; None if none read the passage.

    Returns:
        The first of equal scores; None if no sentence has tokens.
    """
    if not len(sentences.first):
        return None
    greatest = np.maximum.reduceat(similarities[sentences.tokens], sentences.first, axis=0)
    matches = np.sqrt(np.clip(greatest, 0, 1))
    own = matches
    for _ in range(sentences.generations):
        matches = np.maximum(own, sentences.credit * matches[sentences.heads])
    scores = matches.mean(axis=1).astype(np.float64) - sentences.penalties
    if chances is not None:
        scores += CHANCE_WEIGHT * np.log(np.maximum(chances, LEAST_CHANCE))
    scores -= penalties_of_others(sentences, asked)
    return _first_that_says_more(scores, sentences, asked)


def penalties_of_others(sentences: Sentences, asked: QuestionWords) -> NDArray[np.float64]:
    """Return the penalties of sentences with other figures or names in the place of the question's, `(sentences,)`."""
    penalties = np.zeros(len(sentences.sentences))
    if asked.figures:
        others = without_figures(asked.figures, sentences.texts, sentences.figures, sentences.answers)
        penalties += OTHER_FIGURE_PENALTY * np.array(others)
    if asked.words and sentences.lists:
        for index, lack in other_members(asked.words, sentences.words, sentences.lists):
            penalties[index] += OTHER_MEMBER_PENALTY * lack
    return penalties


def _first_that_says_more(scores: NDArray[np.float64], sentences: Sentences, asked: QuestionWords) -> int:
    """Return the best sentence, other than repetitions of the question or of an answer, if it says more."""
    repeats: set[int] = set()
    while True:
        best = int(np.argmax(scores))
        text = sentences.quotation(best)
        is_new = not asked.is_repeated_by(text) and not asked.is_given(text)
        if best in repeats or not sentences.answers[best] or is_new:
            return best
        repeats.add(best)
        scores[best] -= REPEAT_PENALTY


def _passage_sentences(encoder: Encoder, title_tokens: int, passage: Passage) -> Sentences:
    prefix = title_prefix(passage.title, encoder, title_tokens)
    spans = np.array(encoder.token_spans(prefix + passage.text)).reshape(-1, 2) - len(prefix)
    return sentences_of(passage, spans)


def _renumbered(split: Sequence[Sentence], kept: Sequence[int]) -> list[Sentence]:
    """Return the sentences that are kept. One whose head is not kept has none."""
    if len(kept) == len(split):
        return list(split)
    at = {old: new for new, old in enumerate(kept)}
    return [replace(split[old], head=at.get(split[old].head, new)) for new, old in enumerate(kept)]


def _penalty(passage: Passage, sentences: Sequence[Sentence], at: int) -> float:
    sentence = sentences[at]
    length = LENGTH_PENALTY * math.log(sentence.span.end - sentence.span.start)
    empty = EMPTY_PENALTY * is_empty(passage, sentences, at)
    return length + empty + NON_ANSWER_PENALTY * (not sentence.kind.answers)
