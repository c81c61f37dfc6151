"""Measures of one answer: its text, its highlight, and the completeness of its passages."""

from eval.measures import COMPLETE, COMPLETE_AT, completeness, holds_any
from eval.runs.run import RunPassage
from eval.sets import Gold, answering_documents
from service.answering import Answer


def answer_values(answer: Answer | None, first: RunPassage | None, gold: Gold, overlap: float) -> dict[str, float]:
    """Return the measures of an answerable question other than those of the ranking, as its gold allows."""
    values: dict[str, float] = {}
    found = answering_documents([] if answer is None else answer.passages[:COMPLETE_AT], gold, overlap)
    complete = completeness(gold.answering, found)
    if complete is not None:
        values[COMPLETE] = complete
    if gold.spans:
        values["answer_accuracy"] = float(_answers(answer, gold, overlap))
        values["highlight_F1"] = _highlight_f1(first, gold)
    elif gold.strings:
        text = "" if answer is None or answer.answer is None else answer.answer.text
        values["answer_accuracy"] = float(holds_any(text, gold.strings))
        values["answer_in_highlight"] = float(holds_any(_highlighted(first), gold.strings))
    return values


def _highlighted(passage: RunPassage | None) -> str:
    if passage is None or passage.highlight is None:
        return ""
    return passage.text[slice(*passage.highlight)]


def _answers(answer: Answer | None, gold: Gold, overlap: float) -> bool:
    """Return whether the answer and a gold span overlap by enough of the shorter one."""
    if answer is None or answer.answer is None:
        return False
    citation = answer.answer.citation
    length = citation.end - citation.start
    return any(span.overlap(citation) >= overlap * min(span.end - span.start, length) for span in gold.spans)


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
