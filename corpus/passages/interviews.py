"""Who asks and who answers: which paragraphs of a conversation are questions, and which lean on what came before."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Conversation", "labelled_lines"]

QUESTION_WORDS = 150
"""A paragraph of more words that ends with a question mark is rather an essay's."""

MIN_QUESTIONS = 3
QUESTION_SHARE = 1 / 8
"""So many of a text's paragraphs are questions if it is a conversation."""

MIN_TURNS = 2
"""A label that opens fewer turns than this may be anything."""

FOLLOW_UP_WORDS = 8
"""A question so short means little without the answer before it; one of twice as many words may."""

REMARK_WORDS = 40

_NAME = r"[A-ZÁÉÍÓÚÑ][\w.’'-]{0,24}"
_LABEL = re.compile(
    rf"^[*_]{{0,3}}(?P<name>{_NAME}(?: {_NAME}){{0,3}})(?::[*_]{{0,3}}|[*_]{{1,3}}:)(?=\s)", re.MULTILINE
)
_BOLD = re.compile(r"(\*\*|__)(?!\s).+?(?<!\s)\1", re.DOTALL)
_MARKUP = "*_#>\"'“”‘’«»()[] \t\n\u00a0"
_ASKERS = {"q", "p", "question", "pregunta", "interviewer", "entrevistador", "entrevistadora"}
_LEANING = re.compile(
    r"^(?:and|but|or|so|then|how so|such as|like what|for example|since when|by whom"
    r"|y|e|pero|o|entonces|cómo así|por ejemplo|desde cuándo)\b"
    r"|\b(?:he|she|it|they|him|them|this|those|these|él|ella|ello|ellos|ellas|eso|esto)\b",
    re.IGNORECASE,
)


def labelled_lines(paragraph: str) -> list[tuple[str, int]]:
    """The labels that open lines of a paragraph, `Q` or `Ana Ruiz`, with where each line begins."""
    return [(match["name"], match.start()) for match in _LABEL.finditer(paragraph)]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What tells the questions of a text from its answers.

    Args:
        speakers: The labels that open turns.
        askers: Those of them that ask.
        bold: Whether what is all in bold asks.
        interview: Whether the text is made of questions and answers, rather than asking now and then.
    """

    speakers: frozenset[str] = frozenset()
    askers: frozenset[str] = frozenset()
    bold: bool = False
    interview: bool = False

    @classmethod
    def of(cls, turns: Sequence[str]) -> "Conversation":
        """Find out who asks.

        Args:
            turns: The paragraphs of a text, and where lines open with labels, those lines.
        """
        labels = [labelled_lines(turn) for turn in turns]
        counts = Counter(lines[0][0] for lines in labels if lines and not lines[0][1])
        speakers = frozenset(name for name, count in counts.items() if count >= MIN_TURNS)
        asking = Counter(
            lines[0][0] for turn, lines in zip(turns, labels, strict=True) if lines and _ends_as_question(turn)
        )
        askers = frozenset(n for n in speakers if n.casefold() in _ASKERS or 2 * asking[n] > counts[n])
        if len(speakers) < 2 or askers == speakers:
            speakers = askers = frozenset()
        in_bold = [turn for turn in turns if _BOLD.fullmatch(turn.strip())]
        bold = len(in_bold) >= MIN_QUESTIONS and 2 * sum(map(_ends_as_question, in_bold)) > len(in_bold)
        who = cls(speakers, askers, bold)
        questions = sum(map(who.asks, turns))
        return cls(speakers, askers, bold, questions >= max(MIN_QUESTIONS, QUESTION_SHARE * len(turns)))

    def asks(self, turn: str) -> bool:
        """Whether a turn asks for what comes after it."""
        if len(turn.split(maxsplit=QUESTION_WORDS)) > QUESTION_WORDS:
            return False
        return (
            _ends_as_question(turn)
            or self._label(turn) in self.askers
            or (self.bold and _BOLD.fullmatch(turn.strip()) is not None)
        )

    def leans(self, question: str) -> bool:
        """Whether a question leans on the answer before it: it is short, or few words long and refers back."""
        label = self._label(question)
        plain = question.strip(_MARKUP).removeprefix(label).lstrip(": *_¿¡").strip(_MARKUP)
        words = len(plain.split())
        return words <= FOLLOW_UP_WORDS or (words <= 2 * FOLLOW_UP_WORDS and _LEANING.search(plain) is not None)

    def remarks(self, turn: str) -> bool:
        """Whether a turn may be an asker's remark: it is short, and nothing else says who speaks."""
        return (
            self.interview
            and not self.speakers
            and not self.asks(turn)
            and len(turn.split(maxsplit=REMARK_WORDS)) <= REMARK_WORDS
        )

    def _label(self, turn: str) -> str:
        match = _LABEL.match(turn.lstrip())
        return match["name"] if match is not None and match["name"] in self.speakers else ""


def _ends_as_question(turn: str) -> bool:
    return turn.rstrip(_MARKUP + "!…").endswith(("?", "？", "؟"))
