"""Sentences of a passage: rows, items and lines too, with their kinds, what heads them, and their figures.

`segments` divides a passage into paragraphs and lines, `kinds` recognises lines by their form, and `sentences` combines
both with the ends of sentences. `figures` and `question_words` compare sentences with what a question insists on.
"""

from service.answering.sentences.figures import Figures, figures_in, words_in
from service.answering.sentences.kinds import Kind
from service.answering.sentences.question_words import QuestionWords, other_members, without_figures
from service.answering.sentences.sentences import Passage, Sentence, split_sentences

__all__ = [
    "Figures",
    "Kind",
    "Passage",
    "QuestionWords",
    "Sentence",
    "figures_in",
    "other_members",
    "split_sentences",
    "without_figures",
    "words_in",
]
