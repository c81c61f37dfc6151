"""Sentences of a passage: rows, items and lines too, with their kinds, what heads them, and their figures.

`segments` divides a passage into paragraphs and lines, `kinds` recognises lines by their form, and `sentences` combines
both with the ends of sentences. `numerals` reads numbers in words. `figures` and `question_words` compare sentences
with what a question insists on.
"""

from service.answering.sentences.figures import (
    MONTHS,
    Figures,
    days_in,
    figures_in,
    holds,
    numbers_in,
    words_in,
)
from service.answering.sentences.kinds import Kind
from service.answering.sentences.numerals import in_words
from service.answering.sentences.question_words import QuestionWords, other_members, without_figures
from service.answering.sentences.sentences import Passage, Sentence, split_sentences

__all__ = [
    "MONTHS",
    "Figures",
    "Kind",
    "Passage",
    "QuestionWords",
    "Sentence",
    "days_in",
    "figures_in",
    "holds",
    "in_words",
    "numbers_in",
    "other_members",
    "split_sentences",
    "without_figures",
    "words_in",
]
