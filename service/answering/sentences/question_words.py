"""What a question insists on: its figures, and the words that it shares with some members of a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.lexical import stop_terms, terms
from service.answering.sentences.figures import Figures, contradicts, figures_in, holds, shares, words_in
from service.answering.sentences.kinds import is_question

SERIES = 3
"""Sentences with other figures from which on they are a series."""

REPEATED_WORDS = 8
"""Words, beside two for each term of the question, of the longest sentence that only repeats it."""

PART_WORDS = 4
"""Words of the shortest part of an answer that is recognised as one. Shorter ones may recur by chance."""

_YES_OR_NO = frozenset(
    "is are was were am do does did has have had can could will would shall should may might must".split()
)
_ASKING = frozenset("who whom whose what which when where why how quién quiénes qué cuál cuándo dónde cómo".split())


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """Words and figures of a question.

    Args:
        terms: Its terms, without stop words.
        words: Its content words.
        figures: Its dates and numbers, without those that only bound a time.
        is_open: Whether it is a question, and none that yes or no answers. A claim may be asked for word for word.
        given: Answers that are not given again.
    """

    terms: frozenset[str]
    words: frozenset[str]
    figures: Figures
    is_open: bool
    given: frozenset[str] = frozenset()

    @classmethod
    def of(cls, question: str, given: frozenset[str] = frozenset()) -> "QuestionWords":
        """Analyse a question, and note the answers that are not given again."""
        first = question.split(maxsplit=1)[0].casefold().lstrip("¿") if question.strip() else ""
        is_open = first not in _YES_OR_NO and (first in _ASKING or is_question(question))
        content = frozenset(terms(question)) - stop_terms()
        return cls(content, words_in(question), figures_in(question, exact=True), is_open, given)

    def is_given(self, sentence: str) -> bool:
        """Return whether a sentence is an earlier answer, or part of one."""
        text = sentence.strip()
        return text in self.given or (len(text.split()) >= PART_WORDS and any(text in answer for answer in self.given))

    def is_repeated_by(self, sentence: str) -> bool:
        """Return whether a sentence has no content word but those of the open question."""
        if not self.is_open or len(sentence.split()) > REPEATED_WORDS + 2 * len(self.terms):
            return False
        content = set(terms(sentence)) - stop_terms()
        return bool(content) and content <= self.terms


def without_figures(
    asked: Figures, sentences: Sequence[str], figures: Sequence[Figures], answers: Sequence[bool]
) -> list[bool]:
    """Return which sentences give way to one with the question's figures; none if no answering sentence has them.

    A sentence with other figures in their place does. In a series of such sentences, one without figures does too.

    Args:
        asked: Figures of the question.
        sentences: Text of each sentence.
        figures: Figures of each sentence.
        answers: Whether each sentence can be an answer.
    """
    have = [able and holds(one, asked) for one, able in zip(figures, answers, strict=True)]
    if not any(have):
        return [False] * len(figures)
    others = [contradicts(one, asked) for one in figures]
    if not _is_series(sentences, have, others):
        return others
    return [not one for one in have]


def _is_series(sentences: Sequence[str], have: Sequence[bool], others: Sequence[bool]) -> bool:
    """Return whether several sentences have other figures: three, or two that begin like one with the figures."""
    if sum(others) >= SERIES:
        return True
    first = [text.split(maxsplit=1)[0] for text in sentences]
    beginnings = {word for word, one in zip(first, have, strict=True) if one}
    return sum(other and word in beginnings for word, other in zip(first, others, strict=True)) >= SERIES - 1


def other_members(
    asked: frozenset[str], words: Sequence[frozenset[str]], lists: Sequence[Sequence[int]]
) -> Iterator[tuple[int, float]]:
    """Yield the members of tables and lists that lack words of the question which others have, and the share they lack.

    Args:
        asked: Words of the question.
        words: Words of each sentence.
        lists: Indices of the sentences of each table or list.
    """
    for members in lists:
        for at, share in zip(members, shares(asked, [words[at] for at in members]), strict=True):
            if share < 1:
                yield at, 1 - share
