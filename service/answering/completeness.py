"""Completeness: whether a question can be understood alone, and how much it needs the conversation otherwise."""

import math
import re
from dataclasses import dataclass

from corpus.lexical import stop_terms, terms

PERSONS = frozenset("he she him her his hers él ella".split())
"""Pronouns that refer to an earlier turn, unless a name precedes them."""

SEVERAL = frozenset("they them their theirs those ellos ellas".split())
"""Pronouns that refer to an earlier turn, unless a plural precedes them."""

THINGS = frozenset("it its that".split())
"""Pronouns that refer to an earlier turn, unless the question has a referent ahead of them."""

PLURALS = frozenset("people police men women children".split())
"""Plurals without an ending."""

POINTING = frozenset("this these ese esa eso esos esas este esto estos estas aquel aquella aquello".split())
"""Determiners that refer to an earlier turn wherever they are."""

CONTINUING = frozenset(
    "too also else another other others again instead también tampoco otro otra otros otras además entonces".split()
)
"""Words that continue a topic."""

CONTINUING_AT_FIRST = frozenset(
    "there here one ones so then more same such both mismo misma mismos mismas más allí ahí aquí".split()
)
"""Words that continue a topic, unless the question has a referent ahead of them."""

BE = frozenset("is are was were be been".split())
"""Beside them, "there" refers to nothing."""

SPEAKERS = frozenset("i me my mine we us our you your yours".split())
"""Pronouns of the speakers. They name no subject."""

LIGHT = SPEAKERS | frozenset(
    "am about any some anything something someone anyone do doing done get got getting just only really need want know"
    " think tell say said mean meant yo me mi mis tu te nos usted ustedes sobre".split()
)
"""Words that name no subject, beside the stop words of the index."""

ASKING = frozenset(
    "who whom whose what which when where why how is are was were am do does did has have had can could will would"
    " shall should may might must in on at by for from to with of during after before under according since between"
    " among until if quién quiénes qué cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas por en de a con"
    " según es son fue eran está hay".split()
)
"""First words of questions. Other texts are statements or keywords."""

_LEAD = re.compile(
    r"\W*(?:and|but|or|so|then|also|what about|how about|really|yes|no|ok|okay|oops|sorry|i meant?|thanks?"
    r"|y|e|pero|o|entonces|también|qué tal|sí|gracias)\b",
    re.IGNORECASE,
)
"""Openings of follow-ups."""

_EXPLETIVE = re.compile(
    r"\b(?:is|was|be) it \w+ (?:that|to|if)\b|\bit (?:takes?|took|costs?) (?:\w+ )?to\b", re.IGNORECASE
)
"""Phrases in which "it" and "that" refer to nothing."""

_WORD = re.compile(r"[^\W\d_]+|\d+")

JUDGED_CHARACTERS = 2000
"""Characters that are examined: the maximum length of a question."""

REFERENT_WORDS = 2
"""Number of content words after which a pronoun is assumed to refer to the question itself."""

YEAR_DIGITS = 4
"""Digits of a year, which counts as a name."""

COMPLETE_WORDS, COMPLETE_WORDS_WITH_NAME = 3, 2
"""Content words from which on a question without other signs is complete."""

COMPLETE_KEYWORDS, COMPLETE_KEYWORDS_WITH_NAME = 6, 4
"""The same for keywords and statements."""

USUALLY, REFERS, POINTS, CONTINUES, LEADS, NAMED, NOT_ASKING = -1.5, 1.4, 1.0, 0.8, 0.8, -0.7, 0.8
PER_WORD, USUAL_WORDS = -1.5, 3.5
"""Parameters of the logistic function in `need_of_context`. docs/lab/retrieval.md has the measurements behind them."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs in a question's own words of whether it is complete.

    Args:
        content_words: Number of words that may name a subject.
        has_name: Whether there is a capitalised word after the first, or a year.
        refers: Whether a pronoun has no referent in the question.
        points: Whether a determiner such as "this" refers to something.
        continues: Whether a word such as "also" or "another" continues a topic.
        leads: Whether it opens like a follow-up: "and", "what about".
        asks: Whether it begins like a question, and not like a statement or keywords.
        speaks: Whether the speakers are in it.
    """

    content_words: int
    has_name: bool
    refers: bool
    points: bool
    continues: bool
    leads: bool
    asks: bool
    speaks: bool

    @classmethod
    def of(cls, question: str) -> "Signs":
        """Find the signs in a question."""
        judged = question[:JUDGED_CHARACTERS]
        words = _WORD.findall(judged)
        lower = [word.lower() for word in words]
        is_expletive = _EXPLETIVE.search(judged) is not None
        content = 0
        has_name = has_plural = refers = points = continues = False
        for at, word in enumerate(lower):
            is_early = content < REFERENT_WORDS
            if word in PERSONS:
                refers = refers or not has_name
            elif word in SEVERAL:
                refers = refers or not has_plural
            elif word in THINGS:
                refers = refers or (is_early and not (word != "its" and is_expletive))
            elif word in POINTING:
                points = True
            elif word in CONTINUING:
                continues = True
            elif word in CONTINUING_AT_FIRST:
                continues = continues or (
                    is_early and not (word == "there" and BE.intersection(lower[max(0, at - 1) : at + 2]))
                )
            elif word not in LIGHT and not stop_terms().issuperset(terms(word)):
                content += 1
                has_plural = has_plural or (word.endswith("s") and not word.endswith("ss")) or word in PLURALS
                has_name = (
                    has_name or (at > 0 and words[at][0].isupper()) or (word.isdigit() and len(word) == YEAR_DIGITS)
                )
        leads = _LEAD.match(judged) is not None
        asks = bool(lower) and lower[0] in ASKING
        return cls(content, has_name, refers, points, continues, leads, asks, not SPEAKERS.isdisjoint(lower))

    @property
    def is_complete(self) -> bool:
        """Whether the question names its subject, and refers to nothing else."""
        if self.refers or self.points or self.continues or self.leads:
            return False
        if self.asks:
            return self.content_words >= (COMPLETE_WORDS_WITH_NAME if self.has_name else COMPLETE_WORDS)
        least = COMPLETE_KEYWORDS_WITH_NAME if self.has_name else COMPLETE_KEYWORDS
        return not self.speaks and self.content_words >= least


def need_of_context(question: str) -> float:
    """Return the estimated dependence of a question on earlier turns, from its own words, in [0, 1); 0 if complete.

    The word lists are English and Spanish; in other languages length and names alone decide.
    """
    signs = Signs.of(question)
    if signs.is_complete:
        return 0.0
    need = USUALLY + PER_WORD * (math.log1p(signs.content_words) - math.log1p(USUAL_WORDS))
    need += REFERS * signs.refers + POINTS * signs.points + CONTINUES * signs.continues
    need += LEADS * signs.leads + NAMED * signs.has_name + NOT_ASKING * (not signs.asks)
    return 1 / (1 + math.exp(-need))
