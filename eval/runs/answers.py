"""Measures of one answer: its words, its highlight, and the completeness of its passages."""

from dataclasses import replace

from eval.measures import COMPLETE, COMPLETE_AT, completeness, holds_any
from eval.runs.run import RunPassage
from eval.sets import Gold, answering_documents
from service.answering import Answer, AnswerText


def shown_sentence(answer: Answer | None) -> AnswerText | None:
    """Return the answer, or where none is claimed, the sentence marked in the first passage; None without a passage."""
    if answer is None or answer.answer is not None:
        return None if answer is None else answer.answer
    if not answer.passages or not answer.passages[0].highlights:
        return None
    first, span = answer.passages[0], answer.passages[0].highlights[-1]
    whole = first.citation
    cited = replace(whole, start=whole.start + span.start, end=whole.start + span.end)
    return AnswerText(first.text[span.start : span.end], cited)


def is_right(sentence: AnswerText | None, gold: Gold, overlap: float) -> bool:
    """Return whether a sentence has the gold's words.

    Args:
        sentence: The sentence; None if there is none, which is wrong.
        gold: Gold with words.
        overlap: Share of the shorter of gold span and sentence that they have in common.
    """
    if sentence is None:
        return False
    if not gold.spans:
        return holds_any(sentence.text, gold.strings)
    length = sentence.citation.end - sentence.citation.start
    return any(s.overlap(sentence.citation) >= overlap * min(s.end - s.start, length) for s in gold.spans)


def answer_values(answer: Answer | None, first: RunPassage | None, gold: Gold, overlap: float) -> dict[str, float]:
    """Return the measures of an answerable question other than those of the ranking, as its gold allows."""
    values: dict[str, float] = {}
    found = answering_documents([] if answer is None else answer.passages[:COMPLETE_AT], gold, overlap)
    complete = completeness(gold.answering, found)
    if complete is not None:
        values[COMPLETE] = complete
    if gold.has_words:
        refused = answer is None or answer.status == "not_found"
        values["answer_accuracy"] = float(not refused and is_right(shown_sentence(answer), gold, overlap))
    if gold.spans:
        values["highlight_F1"] = _highlight_f1(first, gold)
    elif gold.strings:
        values["answer_in_highlight"] = float(holds_any(_highlighted(first), gold.strings))
    return values


def _highlighted(passage: RunPassage | None) -> str:
    if passage is None or passage.highlight is None:
        return ""
    return passage.text[slice(*passage.highlight)]


def _highlight_f1(passage: RunPassage | None, gold: Gold) -> float:
    """Return the harmonic mean of precision and recall, in characters, of the first relevant passage's highlight."""
    if passage is None or passage.highlight is None:
        return 0.0
    start, end = (passage.start + offset for offset in passage.highlight)
    best = 0.0
    for span in gold.spans:
        if span.document == passage.document:
            shared = max(0, min(end, span.end) - max(start, span.start))
            best = max(best, 2 * shared / ((end - start) + (span.end - span.start)))
    return best
