"""Hyphens at line ends: part of the word, or only of the line."""

import re
from collections import Counter
from collections.abc import Iterable

from corpus.readers.pdf.runs import PARTED

_SHORT = 4
"""Letters from which the parts of a compound are looked for among the words of the document."""

_LONGEST = 60
"""Characters before a hyphen that are looked at."""

_FIRST_PARTS = frozenset(
    "all better cross double eight eighteenth eighth eighty fastest fifth fifty first five forty four fourth "
    "full half hard high higher highest ill large largest left long longest low medium most nine nineteenth ninety "
    "ninth non one open quasi quick right second self seven seventh seventy short single six sixteenth sixth sixty "
    "small smaller tenth third thirty three twelfth twentieth twenty two ultra vice well wide".split()
)
"""First parts of English compounds that are written with a hyphen."""

_PREFIXES = frozenset("anti co ex mid post semi".split())
"""Prefixes that may have a hyphen before a word. They also begin other words: `expected`."""

_ENDINGS = re.compile(
    r"(?:ly|ty|teen\w*|ish\w*|ness\w*|ing\w*|ed|er\w*|est|en\w*|eous\w*|ton\w*|age\w*|ment\w*|hood|ward\w*|ful\w*"
    r"|less\w*|sense|s|ie\w*|y)"
)
"""Endings of words that begin like a compound: `highly`, `sixteen`."""

_LAST_PARTS = frozenset(
    "affected associated backed based bearing born bound called carrying centered centred century changing class "
    "colored coloured conscious consuming containing controlled coordinated covered deficit dependent derived "
    "designed developed dimensional directed dominated drawn dressed driven earning educated effective efficient "
    "eligible equipped exempt expanding eyed facing fashioned feeding filled footed founded friendly funded generated "
    "growing haired handed headed hearted induced infected influenced inspired intensive known lasting leaning legged "
    "level linked listed living looking loving mediated minded mounted numbered operated oriented owned owning paying "
    "planned populated powered priced producing profile purpose quality range ranking related renowned resistant "
    "riding running saturated saving scale scoring seeking selling sensitive serving shaped sided solving speaking "
    "specific sponsored supported tailed term tested threatened threatening trading trained traveling travelling "
    "trimmed using watching wearing weighted winning working year".split()
)
"""Last parts of English compounds that are written with a hyphen: `fee-paying`, `large-scale`."""

_FRENCH_PARTS = frozenset("là ci même mêmes nous vous".split())
"""Words that French joins with a hyphen."""

_SOLID_PARTS = frozenset(
    "after back con contra cor cur dis down else entre ever every fore here hyper inter mis more other out over sobre "
    "some sub super sur than them there trans under unter upon water what when where which with your yourself".split()
)
"""Words that begin a word of two words without a hyphen: `understand`, `entrevista`."""

_SOLID_ENDS = frozenset(
    "able body child coming fold force fully ground house houses land lands less light lights like line lines man "
    "mate mates men ship ships shop shops side sides style styles time times town ward way ways wide wife wise wives "
    "wood work works".split()
)
"""Words that end a word of two words without a hyphen: `highlight`, `lifetime`."""

_ANDS = frozenset("and et o oder or ou und y".split())
"""Words before which a hyphen stands for the rest of a word: `two- and three-masted`."""

_MERGED = frozenset(("Mac", "Mc"))
"""Beginnings of names with a capital letter inside: `McCoy`."""

_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")

_ABBREVIATION = 4
"""Letters up to which two words in capitals are abbreviations with a hyphen between them: `MS-DOS`."""

_RARE = 800
"""Words for each hyphen at a line end from which a document divides no words."""

_FEW = 3
"""Hyphens that are at least expected when they are rare: a page may have none by chance."""

_STRAY = 0.25
"""Share of them at most that stand in words which the document has without a hyphen, if it divides no words."""

_PARTED_WORD = re.compile(f"([^\\W_][\\w'’-]{{,59}})?{PARTED}(\\w[\\w'’-]{{,59}})?")

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Hyphens:
    """Decides about the hyphens at the line ends of a document, from its other words.

    Args:
        texts: Its paragraphs. A hyphen at a line end is `PARTED`.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        whole = list(texts)
        if any(PARTED in text for text in whole):
            for text in whole:
                self._words.update(_WORD.findall(_PARTED_WORD.sub(" ", text) if PARTED in text else text))
        parted = [found.groups("") for text in whole if PARTED in text for found in _PARTED_WORD.finditer(text)]
        joined = sum(self._count(first + second) > self._count(f"{first}-{second}") for first, second in parted)
        is_rare = self._words.total() >= max(_FEW, len(parted)) * _RARE
        self._divides_no_words = is_rare and joined <= _STRAY * len(parted)

    def between(self, text: str, after: str) -> str:
        """Return what stands between two parts of a parted word: a hyphen, a hyphen and a space, or nothing.

        Args:
            text: Ends in `PARTED`.
            after: Goes on with the word.
        """
        first = re.search(r"[^\W_][\w'’-]{,59}$", text[-1 - _LONGEST : -1])
        second = re.match(r"\w[\w'’-]{,59}", after)
        return self._mark(first[0] if first else "", second[0] if second else "")

    def resolved(self, text: str) -> str:
        """Return a text with hyphens that belong to words, and without the others."""
        if PARTED not in text:
            return text
        return _PARTED_WORD.sub(lambda parted: self._whole(parted[1] or "", parted[2] or ""), text)

    def _whole(self, first: str, second: str) -> str:
        return f"{first}{self._mark(first, second)}{second}"

    def _mark(self, first: str, second: str) -> str:
        if first and second in _ANDS and not self._count(first + second):
            return "- "
        return "-" if self._is_kept(first, second) else ""

    def _is_kept(self, first: str, second: str) -> bool:
        if not first or not second or first[-1].isdigit() or second[0].isdigit():
            return True
        if len(first) == 1 or (first.isupper() and second.islower()) or _ORDINAL.fullmatch(first):
            return True
        are_capitals = first.isupper() and second.isupper()
        with_hyphen, without = self._count(f"{first}-{second}"), self._count(first + second)
        if with_hyphen != without:
            return with_hyphen > without
        if second[0].isupper() and not are_capitals:
            return first not in _MERGED
        if "-" in first or "-" in second or (are_capitals and max(len(first), len(second)) <= _ABBREVIATION):
            return True
        return self._is_compound(first, second)

    def _is_compound(self, first: str, second: str) -> bool:
        """Return whether two words that the document has nowhere else together are written with a hyphen."""
        if self._divides_no_words:
            return True
        start, end = first.lower(), second.lower()
        if start in _SOLID_PARTS or end in _SOLID_ENDS:
            return False
        if start in _FIRST_PARTS:
            return len(second) >= _SHORT - 1 and not _ENDINGS.fullmatch(end)
        if second in _FRENCH_PARTS or (start == "so" and end == "called"):
            return True
        if len(first) >= _SHORT - 1 and end in _LAST_PARTS:
            return True
        return (
            len(second) >= _SHORT
            and self._words[second] > 0
            and (start in _PREFIXES or (len(first) >= _SHORT and self._count(first) > 0))
        )

    def _count(self, word: str) -> int:
        return sum(self._words[form] for form in {word, word.lower(), word.capitalize(), word.upper()})
