"""Sentences of a passage: rows, items and lines too, with their kinds, what heads them, and their figures.

`segments` divides a passage into paragraphs and lines, `kinds` recognises lines by their form, and `sentences` combines
both with the ends of sentences. `turns` finds who speaks. `quoting` gives the words to quote for a sentence, with those
that it leans on (`leaning`). `numerals` reads numbers in words. `figures` and `question_words` compare sentences with
what a question insists on.
"""

from service.answering.sentences.figures import (
    MONTHS,
    Figures,
    contradicts,
    days_in,
    figures_in,
    holds,
    numbers_in,
    words_in,
)
from service.answering.sentences.kinds import Kind
from service.answering.sentences.numerals import in_words
from service.answering.sentences.question_words import QuestionWords, other_members, without_figures
from service.answering.sentences.quoting import is_empty, quoted
from service.answering.sentences.sentences import Passage, Sentence, split_sentences
from service.answering.sentences.turns import SpokenTurn, spoken_turns, turn_at

__all__ = [
    "MONTHS",
    "Figures",
    "Kind",
    "Passage",
    "QuestionWords",
    "Sentence",
    "SpokenTurn",
    "contradicts",
    "days_in",
    "figures_in",
    "holds",
    "in_words",
    "is_empty",
    "numbers_in",
    "other_members",
    "quoted",
    "split_sentences",
    "spoken_turns",
    "turn_at",
    "without_figures",
    "words_in",
]
