"""Sentences that cannot be quoted alone, because they lean on the sentence before them."""

import re
from collections.abc import Sequence

from corpus.lexical import stop_terms, terms

LOOKED_AT = 200
"""Characters of a sentence that are looked at."""

FEW_WORDS = 1
"""Most content words of a sentence that says nothing by itself."""

LONGEST_WORD = 20
"""Characters of the longest word that is counted as one. Scripts without spaces have longer ones."""

CONNECTIVES = frozenset(
    "and but or nor so then yet thus hence therefore however instead otherwise moreover also still later afterwards"
    " y e pero o u sino entonces luego además también así después".split()
)
"""Words that may precede the subject of a sentence and continue the one before."""

REFERRING = frozenset(
    "he she it they his her hers its their theirs this that these those which whose whom"
    " él ella ello ellos ellas su sus esto eso este esta estos estas ese esa esos esas aquel aquella aquellos"
    " aquellas".split()
)
"""Pronouns and determiners that begin a sentence and refer to the one before."""

RELATIVE = frozenset("which whose whom".split())
"""Pronouns that begin a part of the sentence before."""

REPLYING = frozenset("yes no yeah never not same too neither exactly indeed sí nunca tampoco claro mismo misma".split())
"""Words that say nothing without what they reply to."""

EMPTY = CONNECTIVES | REFERRING | REPLYING

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_FORMAL_SUBJECT = re.compile(
    r"it(?:['’]s| is| was| has been| had been| will be| would be)(?: \S{1,30}){1,6}? (?:that|to|who|when|where|which)\b"
    r"|it (?:seems|appears|follows) that\b",
    re.IGNORECASE,
)
"""`It` that stands for a clause of the same sentence."""


def leans(sentence: str) -> bool:
    """Return whether a sentence cannot be quoted without the one before.

    It cannot if it begins in lower case, if its subject is a pronoun or refers back, and if it has next to no content
    words. The word lists are English and Spanish; in other languages only the first test and the last apply.
    """
    words = [word.group() for word in _WORD.finditer(sentence[:LOOKED_AT])]
    if not words:
        return False
    if words[0][0].islower() and not any(c.isupper() for c in words[0]):
        return True
    lower = [word.casefold() for word in words]
    subject = next((word for word in lower if word not in CONNECTIVES), "")
    if subject.partition("'")[0].partition("’")[0] in REFERRING:
        return _FORMAL_SUBJECT.match(sentence) is None
    return _says_little(lower)


def continues(sentence: str) -> bool:
    """Return whether a sentence is a clause of the one before that was set off, such as "Which he paid."."""
    first = _WORD.match(sentence)
    return first is not None and first.group().casefold() in RELATIVE


def replies(sentence: str) -> bool:
    """Return whether a sentence is only a reply, such as "Yes." or "No, never."."""
    words = [word.group().casefold() for word in _WORD.finditer(sentence[:LOOKED_AT])]
    return bool(words) and EMPTY.issuperset(words) and words[0] in REPLYING


def says_little(sentence: str) -> bool:
    """Return whether a sentence has next to no content words and no number, such as "Yes." or "They did so."."""
    return _says_little([word.group().casefold() for word in _WORD.finditer(sentence[:LOOKED_AT])])


def _says_little(words: Sequence[str]) -> bool:
    if any(word[0].isdigit() or len(word) > LONGEST_WORD or word.lower() == word.upper() for word in words):
        return False
    return sum(word not in EMPTY and _has_content(word) for word in words) <= FEW_WORDS


def _has_content(word: str) -> bool:
    return not stop_terms().issuperset(terms(word))
