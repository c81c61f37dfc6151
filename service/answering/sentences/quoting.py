"""The span to quote for a sentence that answers: the sentence, with those before it that it leans on."""

from collections.abc import Sequence

from service.answering.answer import Span
from service.answering.sentences.kinds import Kind
from service.answering.sentences.leaning import continues, leans, replies, says_little
from service.answering.sentences.sentences import Passage, Sentence
from service.answering.sentences.turns import SpokenTurn

MOST_SENTENCES = 3
"""Most sentences of a quotation."""

MOST_CHARACTERS = 400
"""Most characters of a quotation of several sentences."""

JOINED = (Kind.STATEMENT, Kind.ITEM, Kind.QUESTION)
"""Kinds of sentences that running text consists of."""


def quoted(passage: Passage, sentences: Sequence[Sentence], answer: int) -> Span:
    """Return the span to quote for the sentence that answers.

    A sentence that cannot be quoted alone is quoted with those before it, up to the first that can, if they belong to
    one stretch of text and to one speaker. If there is none within the limits, it is quoted alone. The label of a
    speaker is left out. A clause after the sentence that was set off from it is quoted too, and the sentence after
    "Yes."

    Args:
        passage: The passage.
        sentences: Its sentences, in order.
        answer: Index of the one that answers.
    """
    chosen = sentences[answer]
    end = _end(passage, sentences, answer)
    turn = passage.turn_at(chosen.span.start)
    for first in range(answer, max(-1, answer - MOST_SENTENCES), -1):
        one = sentences[first]
        if first < answer and not _continues(passage, one, sentences[first + 1], chosen):
            break
        start = _start(one, turn)
        if first < answer and end - start > MOST_CHARACTERS:
            break
        if not leans(passage.text[start : one.span.end]):
            return Span(start, end)
    return Span(_start(chosen, turn), end)


def _end(passage: Passage, sentences: Sequence[Sentence], answer: int) -> int:
    """Return the end of a sentence, with the clause after it that was set off, or the sentence after "Yes."."""
    chosen, after = sentences[answer], sentences[answer + 1 : answer + 2]
    only_replies = replies(passage.text[_start(chosen, passage.turn_at(chosen.span.start)) : chosen.span.end])
    for clause in after:
        is_short = clause.span.end - chosen.span.start <= MOST_CHARACTERS
        text = passage.text[clause.span.start : clause.span.end]
        if (
            is_short
            and clause.kind is Kind.STATEMENT
            and (only_replies or continues(text))
            and _continues(passage, chosen, clause, chosen)
        ):
            return clause.span.end
    return chosen.span.end


def is_empty(passage: Passage, sentences: Sequence[Sentence], answer: int) -> bool:
    """Return whether the words quoted for a statement say nothing, with the question that they reply to, if any."""
    chosen = sentences[answer]
    if chosen.kind is not Kind.STATEMENT or not says_little(passage.text[chosen.span.start : chosen.span.end]):
        return False
    span = quoted(passage, sentences, answer)
    turn = passage.turn_at(span.start)
    has_question = turn is not None and turn.question is not None and span.start < turn.first
    return not has_question and says_little(passage.text[span.start : span.end])


def _start(sentence: Sentence, turn: SpokenTurn | None) -> int:
    """Return the start of a sentence, after the label of its speaker."""
    has_label = turn is not None and sentence.span.start < turn.words < sentence.span.end
    return turn.words if turn is not None and has_label else sentence.span.start


def _continues(passage: Passage, one: Sentence, after: Sentence, answer: Sentence) -> bool:
    """Return whether a sentence and the one after it are running text of one speaker."""
    return (
        one.segment == after.segment == answer.segment
        and one.kind in JOINED
        and answer.kind in JOINED
        and passage.turn_at(one.span.start) == passage.turn_at(answer.span.start)
    )
