"""Interviews: the paragraphs that are questions, and those that depend on the paragraph before them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

QUESTION_WORDS = 150
"""Most words of a question. A longer paragraph that ends with a question mark is probably prose."""

MIN_QUESTIONS = 3
"""Fewest questions of an interview."""

QUESTION_SHARE = 1 / 8
"""Least share of questions among the paragraphs of an interview."""

MIN_TURNS = 2
"""Fewest turns that a speaker's label opens."""

FOLLOW_UP_WORDS = 8
"""Most words of a question that always depends on the answer before it. One of up to twice as many depends on it if it
refers back."""

REMARK_WORDS = 40
"""Most words of an interviewer's remark."""

_NAME = r"[A-ZÁÉÍÓÚÑ][\w.’'-]{0,24}"
_LABEL = re.compile(
    rf"^[*_]{{0,3}}(?P<name>{_NAME}(?: {_NAME}){{0,3}})(?::[*_]{{0,3}}|[*_]{{1,3}}:)(?=\s)", re.MULTILINE
)
_BOLD = re.compile(r"(\*\*|__)(?!\s).+?(?<!\s)\1", re.DOTALL)
_MARKUP = "*_#>\"'“”‘’«»()[] \t\n\u00a0"
_INTERVIEWERS = {"q", "p", "question", "pregunta", "interviewer", "entrevistador", "entrevistadora"}
_REFERS_BACK = re.compile(
    r"^(?:and|but|or|so|then|how so|such as|like what|for example|since when|by whom"
    r"|y|e|pero|o|entonces|cómo así|por ejemplo|desde cuándo)\b"
    r"|\b(?:he|she|it|they|him|them|this|those|these|él|ella|ello|ellos|ellas|eso|esto)\b",
    re.IGNORECASE,
)


def labelled_lines(paragraph: str) -> list[tuple[str, int]]:
    """Return the labels that open lines of a paragraph, such as `Q` or `Ana Ruiz`, with the start of each line."""
    return [(match["name"], match.start()) for match in _LABEL.finditer(paragraph)]


@dataclass(frozen=True, slots=True)
class Conversation:
    """The marks by which a text distinguishes questions from answers.

    Args:
        speakers: Labels that open turns.
        interviewers: Labels of speakers who ask.
        bold: Whether paragraphs in bold are questions.
        interview: Whether the text consists of questions and answers.
    """

    speakers: frozenset[str] = frozenset()
    interviewers: frozenset[str] = frozenset()
    bold: bool = False
    interview: bool = False

    @classmethod
    def of(cls, turns: Sequence[str]) -> "Conversation":
        """Detect the marks of a text.

        Args:
            turns: Paragraphs of the text, split at lines that open with a label.
        """
        labels = [labelled_lines(turn) for turn in turns]
        counts = Counter(lines[0][0] for lines in labels if lines and not lines[0][1])
        speakers = frozenset(name for name, count in counts.items() if count >= MIN_TURNS)
        asking = Counter(
            lines[0][0] for turn, lines in zip(turns, labels, strict=True) if lines and _ends_as_question(turn)
        )
        interviewers = frozenset(n for n in speakers if n.casefold() in _INTERVIEWERS or 2 * asking[n] > counts[n])
        if len(speakers) < 2 or interviewers == speakers:
            speakers = interviewers = frozenset()
        in_bold = [turn for turn in turns if _BOLD.fullmatch(turn.strip())]
        bold = len(in_bold) >= MIN_QUESTIONS and 2 * sum(map(_ends_as_question, in_bold)) > len(in_bold)
        marks = cls(speakers, interviewers, bold)
        questions = sum(map(marks.is_question, turns))
        return cls(speakers, interviewers, bold, questions >= max(MIN_QUESTIONS, QUESTION_SHARE * len(turns)))

    def is_question(self, turn: str) -> bool:
        """Return whether a turn is a question that the next turn answers."""
        if len(turn.split(maxsplit=QUESTION_WORDS)) > QUESTION_WORDS:
            return False
        return (
            _ends_as_question(turn)
            or self._label(turn) in self.interviewers
            or (self.bold and _BOLD.fullmatch(turn.strip()) is not None)
        )

    def depends_on_answer(self, question: str) -> bool:
        """Return whether a question depends on the answer before it: it is very short, or short and refers back."""
        label = self._label(question)
        plain = question.strip(_MARKUP).removeprefix(label).lstrip(": *_¿¡").strip(_MARKUP)
        words = len(plain.split())
        return words <= FOLLOW_UP_WORDS or (words <= 2 * FOLLOW_UP_WORDS and _REFERS_BACK.search(plain) is not None)

    def is_remark(self, turn: str) -> bool:
        """Return whether a turn may be an interviewer's remark: it is short, and the text has no labels."""
        return (
            self.interview
            and not self.speakers
            and not self.is_question(turn)
            and len(turn.split(maxsplit=REMARK_WORDS)) <= REMARK_WORDS
        )

    def _label(self, turn: str) -> str:
        match = _LABEL.match(turn.lstrip())
        return match["name"] if match is not None and match["name"] in self.speakers else ""


def _ends_as_question(turn: str) -> bool:
    return turn.rstrip(_MARKUP + "!…").endswith(("?", "？", "؟"))
