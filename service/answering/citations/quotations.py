"""Quotations of a passage: its answer, who says it, and the question that it replies to."""

from corpus.text import sentence_spans
from service.answering.answer import AnswerText, Citation, Quotation, Span
from service.answering.citations.citation import cite, page_at
from service.answering.ranking.rows import PassageRows
from service.answering.sentences import SpokenTurn, turn_at

LONGEST_QUESTION = 400
"""Characters of the longest question that is quoted whole; of a longer one, its last sentences are."""

MARKUP = "#>*_ \t\n"
"""Markup around a question, which is not quoted."""


def cited_passage(rows: PassageRows, key: int, highlight: Span | None = None) -> Citation:
    """Return the citation of a passage, with the page, the place and the speaker of its highlight."""
    document, passage = rows.document(key), rows.passage(key)
    words = passage.start + (0 if highlight is None else highlight.start)
    turn = None if highlight is None else turn_at(rows.turns(key), words)
    return cite(
        document,
        passage.start,
        passage.end,
        page=page_at(document, words),
        section=passage.section,
        source=rows.source_text(key),
        speaker=None if turn is None else turn.speaker,
        words=words,
    )


def answer_text(rows: PassageRows, key: int, answer: Span) -> AnswerText:
    """Return the answer of a passage, with the question that it replies to.

    The question is added to each answer from the first paragraph of a reply. Its sentences are phrased for the question
    ("Yes.", "In May.", "They did."); a reader needs both. Those further down mostly stand for themselves.
    """
    at = rows.passage(key).start
    turns = rows.turns(key)
    turn = turn_at(turns, at + answer.start)
    quoted = _quotation(rows, key, Span(at + answer.start, at + answer.end), turn)
    question = None
    if turn is not None and turn.question is not None and at + answer.start < turn.first:
        question = turn_at(turns, turn.question)
    reply_to = None if question is None else _quotation(rows, key, _question_span(rows, key, question), question)
    return AnswerText(quoted.text, quoted.citation, reply_to)


def _quotation(rows: PassageRows, key: int, span: Span, turn: SpokenTurn | None) -> Quotation:
    """Return a span of a passage's document as a quotation."""
    document = rows.document(key)
    cited = cite(
        document,
        span.start,
        span.end,
        page=page_at(document, span.start),
        section=rows.passage(key).section,
        source=rows.source_text(key),
        speaker=None if turn is None else turn.speaker,
    )
    return Quotation(rows.text(key, span.start, span.end), cited)


def _question_span(rows: PassageRows, key: int, turn: SpokenTurn) -> Span:
    """Return the span of a question without its label and markup: the whole turn, or its last sentences."""
    text = rows.text(key, turn.words, turn.end)
    end = len(text.rstrip(MARKUP))
    starts = [start for start, _ in sentence_spans(text[:end])]
    start = next((at for at in starts if end - at <= LONGEST_QUESTION), starts[-1] if starts else 0)
    start += len(text[start:end]) - len(text[start:end].lstrip(MARKUP))
    return Span(turn.words + start, turn.words + end)
