"""The word of the documents that a misspelt one stands for."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from corpus.lexical import normalised, terms
from corpus.store import Allowed
from corpus.text import normalise, text_with_title
from service.retrieval import Searcher

SHORTEST = 5
"""Least letters of a word that may be misspelt: short words have too many neighbours."""

TWO_EDITS_FROM = 9
"""Least letters of a word that may have two mistakes."""

LONGEST = 40
"""Most letters of a word that may be misspelt."""

MOST_SIMILAR = 8
"""Similar terms that are looked at. A word with more of them is too ambiguous to be corrected."""

MOST_READ = 4
"""Similar terms whose passages are read."""

COUNTED = 100
"""Passages up to which the frequencies of similar words are compared."""

PASSAGES_READ = 10
"""Passages whose spelling of the word is looked at."""

OPPOSED = (("hyper", "hypo"), ("inter", "intra"), ("macro", "micro"), ("pre", "pro"), ("mono", "poly"))
"""Beginnings of words that mean different things, whichever of them the documents have."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"

_WORD = re.compile(r"[^\W\d_]+")


def corrected(word: str, searcher: Searcher, allowed: Allowed | None, *, name: bool = False) -> str | None:
    """Return the word of the allowed passages that is most like a word that none of them has.

    It has another letter, one more, one less, or two swapped; a long word may have two such mistakes. The first letter
    is the same. Of several words, the one with fewer mistakes is taken, then the most frequent one.

    Args:
        word: A word without digits.
        searcher: Searcher of the snapshot.
        allowed: Passages whose words may be returned; None allows all. A word that only others have is never returned.
        name: Whether it is a name, which stands only for a word that a passage writes with a capital.

    Returns:
        The word as the passages write it, in lower case if the given one is; None if no word is similar.
    """
    if not SHORTEST <= len(word) <= LONGEST or len(terms(word)) != 1:  # a word of a script without spaces has several
        return None
    asked = normalised(word).lower()
    found = None
    if asked.isascii():
        found = _nearest(_one_edit_away(asked, searcher, allowed), asked, 1, searcher, allowed, name)
    for distance in range(2 if asked.isascii() else 1, 3 if len(word) >= TWO_EDITS_FROM else 2):
        found = found or _nearest(
            _similar(asked, distance, searcher, allowed), asked, distance, searcher, allowed, name
        )
    return found.lower() if found and word.islower() else found


def _nearest(
    similar: Mapping[str, str], asked: str, distance: int, searcher: Searcher, allowed: Allowed | None, name: bool
) -> str | None:
    """Return the word within a distance whose term is most frequent, as passages write it.

    Args:
        similar: Terms, and a word of each.
        asked: The misspelt word, in lower case without accents.
        distance: Most edits between the two words. Those between their terms may be fewer.
        searcher: Searcher of the snapshot.
        allowed: Passages whose words may be returned.
        name: Whether only a word with a capital may be returned.
    """
    frequent = {term: len(searcher.matching(one, COUNTED, allowed)) for term, one in similar.items()}
    for term in sorted(similar, key=lambda one: (-frequent[one], one))[:MOST_READ]:
        keys = searcher.matching(similar[term], PASSAGES_READ, allowed)
        counts = Counter(word for word, other in _words(searcher, keys) if other == term)
        edited = {word: edits(asked, normalised(word).lower(), distance) for word in counts}
        near = [
            word
            for word in counts
            if edited[word] <= distance and not (name and word[0].islower()) and not _opposed(asked, word.lower())
        ]
        if near:
            return min(near, key=lambda one: (edited[one], -counts[one], one))
    return None


def _opposed(one: str, other: str) -> bool:
    """Return whether two words begin in ways that mean different things."""
    return any(
        (one.startswith(a) and other.startswith(b)) or (one.startswith(b) and other.startswith(a)) for a, b in OPPOSED
    )


def _one_edit_away(word: str, searcher: Searcher, allowed: Allowed | None) -> dict[str, str]:
    """Return the terms of words one edit away from a word of the letters a to z, and a word of each."""
    cuts = range(1, len(word) + 1)
    edited = [word[:at] + letter + word[at:] for at in cuts for letter in LETTERS]
    edited += [word[:at] + letter + word[at + 1 :] for at in cuts[:-1] for letter in ("", *LETTERS)]
    edited += [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in cuts[:-2]]
    found = dict(zip(terms(" ".join(edited)), edited, strict=True))
    return {term: found[term] for term in sorted(searcher.occurring(found, allowed))[:MOST_SIMILAR]}


def _similar(word: str, distance: int, searcher: Searcher, allowed: Allowed | None) -> dict[str, str]:
    """Return the terms of words within a distance of a word, and a word of each; none if there are too many."""
    [term] = terms(word)
    near: set[str] = set()
    similar: dict[str, str] = {}
    while (key := searcher.near(term, distance, near, allowed)) is not None:
        found = {one: other for one, other in _words(searcher, [key]) if edits(term, other, distance) <= distance}
        if near.issuperset(found.values()) or len(near.union(found.values())) > MOST_SIMILAR:
            return {}
        near.update(found.values())
        for one, other in found.items():
            written = normalised(one).lower()
            if written[0] == word[0] and edits(written, word, distance) <= distance:
                similar.setdefault(other, one)
    return similar


def _words(searcher: Searcher, keys: Iterable[int]) -> Iterator[tuple[str, str]]:
    """Yield each different word of each passage and its title, with its term."""
    passages = searcher.passages(list(keys))
    documents = searcher.documents({passage.document_key for passage in passages})
    for passage in passages:
        text = text_with_title(documents[passage.document_key].metadata.title, passage.text)
        for word in sorted(set(_WORD.findall(normalise("NFC", text)))):
            for term in terms(word):
                yield word, term


def edits(one: str, other: str, most: int) -> int:
    """Return the number of edits between two words: insertions, deletions, substitutions, swaps of neighbours.

    This is the optimal string alignment distance, a Damerau-Levenshtein distance that edits no part twice.

    Args:
        one: A word.
        other: Another word.
        most: Distance above which the exact one does not matter: `most + 1` is returned for any greater one.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)
