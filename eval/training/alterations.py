"""Alterations: near misses made from answered questions, by changing the question or the passage."""

import random
import re
from collections.abc import Sequence

from corpus.text import sentence_spans
from eval.training.mining import MinedPassage

OPPOSITES = (
    ("first", "last"),
    ("highest", "lowest"),
    ("largest", "smallest"),
    ("most", "least"),
    ("more", "less"),
    ("before", "after"),
    ("earliest", "latest"),
    ("oldest", "youngest"),
    ("north", "south"),
    ("northern", "southern"),
    ("east", "west"),
    ("eastern", "western"),
    ("increase", "decrease"),
    ("increased", "decreased"),
    ("won", "lost"),
    ("win", "lose"),
    ("begin", "end"),
    ("began", "ended"),
    ("start", "stop"),
    ("opened", "closed"),
    ("founded", "abolished"),
    ("born", "buried"),
    ("allowed", "forbidden"),
    ("supported", "opposed"),
    ("buy", "sell"),
    ("best", "worst"),
    ("always", "never"),
    ("high", "low"),
    ("major", "minor"),
    ("public", "private"),
    ("men", "women"),
    ("king", "queen"),
    ("father", "mother"),
    ("son", "daughter"),
    ("left", "right"),
    ("inside", "outside"),
    ("with", "without"),
)
"""Pairs of words that turn a question about one thing into a question about another."""

_OPPOSITE = {word: other for pair in OPPOSITES for word, other in (pair, pair[::-1])}

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:st|nd|rd|th)?(?![\w])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]*(?: (?:(?:of|the|de) )?[A-Z][\w'’-]*)*")
_WORD = re.compile(r"[A-Za-z]+")

FURTHEST = 30
"""Greatest difference between a number and its replacement."""

PRESENT = 0.5
"""Probability that a number is replaced by another one of the passage, if it has one of the same length."""


def altered_question(question: str, passage: str, rng: random.Random) -> str | None:
    """Return the question with one number, name or word exchanged; None if it has none to exchange.

    A name is exchanged for another one of the passage, so that all words of the altered question still occur in it, as
    in the near misses that people write (Rajpurkar et al., 2018).

    Args:
        question: A question that `passage` answers.
        passage: Text of the passage.
        rng: Source of random choices.
    """
    ways = [
        *((match, "number") for match in _NUMBER.finditer(question)),
        *((match, "name") for match in _NAME.finditer(question)),
        *((match, "word") for match in _WORD.finditer(question) if match.group().lower() in _OPPOSITE),
    ]
    rng.shuffle(ways)
    for match, kind in ways:
        replacement = _replacement(match.group(), kind, question, passage, rng)
        if replacement is not None:
            return question[: match.start()] + replacement + question[match.end() :]
    return None


def _replacement(old: str, kind: str, question: str, passage: str, rng: random.Random) -> str | None:
    if kind == "word":
        return _OPPOSITE[old.lower()]
    if kind == "number":
        digits = re.match(r"\d+", old)
        value = int(digits.group()) if digits and len(digits.group()) < 12 else None
        if value is None:
            return None
        numbers: set[str] = set(_NUMBER.findall(passage))
        present = sorted(n for n in numbers if len(n) == len(old) and n != old and n not in question)
        if present and rng.random() < PRESENT:
            return rng.choice(present)
        others = [str(n) for n in range(max(1, value - FURTHEST), value + FURTHEST) if n != value]
        return rng.choice([n for n in others if n not in passage] or others)
    held = question.lower()
    names = sorted({name for name in _NAME.findall(passage) if name.lower() not in held and old not in name})
    return rng.choice(names) if names else None


def without_answer(passage: MinedPassage, language: str = "en") -> MinedPassage | None:
    """Return the passage without the sentences that hold an answer; None if no other sentence is left."""
    kept = [span for span in sentence_spans(passage.text, language) if not _overlaps(span, passage.spans)]
    text = "".join(passage.text[start:end] for start, end in kept).strip()
    return MinedPassage(passage.title, text) if len(text.split()) > 5 else None


def _overlaps(span: tuple[int, int], others: Sequence[Sequence[int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)
