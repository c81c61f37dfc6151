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
    "all cross double eight eighty fifty first five forty four full half hard high ill left long low nine ninety one "
    "open quasi quick right second self seven seventy short single six sixty so ten third thirty three twenty two "
    "ultra vice well wide".split()
)
"""First parts of English compounds that are written with a hyphen."""

_PREFIXES = frozenset("anti co ex mid non post semi".split())
"""Prefixes that may have a hyphen before a word. They also begin other words: `expected`."""

_ENDINGS = re.compile(
    r"(?:ly|ty|teen\w*|ish\w*|ness\w*|ing\w*|ed|er\w*|est|en\w*|age\w*|ment\w*|hood|ward\w*|ful\w*|less\w*|s|ie\w*|y)"
)
"""Endings of words that begin like a compound: `highly`, `sixteen`."""

_LAST_PARTS = frozenset("là ci même mêmes nous vous".split())
"""Words that French joins with a hyphen."""

_SOLID_PARTS = frozenset(
    "after back contra down else entre ever every fore here inter more over other some sobre than them there under "
    "unter upon water what when where which with your yourself".split()
)
"""Words that begin a word of two words without a hyphen: `understand`, `entrevista`."""

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

    def between(self, text: str, after: str) -> str:
        """Return what stands between two parts of a parted word: a hyphen or nothing.

        Args:
            text: Ends in `PARTED`.
            after: Goes on with the word.
        """
        first = re.search(r"[^\W_][\w'’-]{,59}$", text[-1 - _LONGEST : -1])
        second = re.match(r"\w[\w'’-]{,59}", after)
        return "-" if self._is_kept(first[0] if first else "", second[0] if second else "") else ""

    def resolved(self, text: str) -> str:
        """Return a text with hyphens that belong to words, and without the others."""
        if PARTED not in text:
            return text
        return _PARTED_WORD.sub(lambda parted: self._whole(parted[1] or "", parted[2] or ""), text)

    def _whole(self, first: str, second: str) -> str:
        return f"{first}-{second}" if self._is_kept(first, second) else first + second

    def _is_kept(self, first: str, second: str) -> bool:
        if not first or not second or first[-1].isdigit() or second[0].isdigit():
            return True
        if len(first) == 1 or (first.isupper() and second.islower()):
            return True
        if second[0].isupper() and not (len(first) > 1 and first.isupper() and second.isupper()):
            return True
        with_hyphen, without = self._count(f"{first}-{second}"), self._count(first + second)
        if with_hyphen != without:
            return with_hyphen > without
        if "-" in first or "-" in second:
            return True
        start = first.lower()
        if start in _FIRST_PARTS:
            return len(second) >= _SHORT - 1 and not _ENDINGS.fullmatch(second.lower())
        if second in _LAST_PARTS:
            return True
        return (
            len(second) >= _SHORT
            and self._words[second] > 0
            and (start in _PREFIXES or (len(first) >= _SHORT and start not in _SOLID_PARTS and self._count(first) > 0))
        )

    def _count(self, word: str) -> int:
        return sum(self._words[form] for form in {word, word.lower(), word.capitalize(), word.upper()})
