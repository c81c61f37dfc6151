"""Results: one place for each text however often it stands in the documents, and room for more than one document."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corpus.text import normalise
from service.answering.reranking import RerankedCandidate

__all__ = ["Folding", "Result", "crowded", "needed", "spread"]

SIMILAR_VECTORS = 0.75
"""Cosine below which two passages are not compared word by word. Of 40 texts copied under another title and cut 250
characters later, 5 % lie below; at .85 it was 37.5 %."""

ALWAYS_FOLDED = 20
"""Results that are compared with all candidates even if fewer are asked for, since spreading may choose from them."""

SAME_TEXT = 0.5
"""Share of all their word trigrams that two passages must have in common (resemblance: Broder, 1997). Copies that
are cut at other places have less than all."""

WORD = re.compile(r"""[^\W_]+|(?<!\w)[-+](?=\d)|[^\w\s.,;:!?¡¿…'"‘’“”«»()\[\]{}<>*#|/\\&@`~^=+–—-]""")
"""A word, a number's sign, or any other sign but punctuation: `$5` and `€5` differ, `"5"` and `“5”` do not."""

PUNCTUATION, TYPOGRAPHY = b".,;:!?'\"()[]{}<>*#|/\\&@`~^=+-", "¡¿…‘’“”«»–—"
"""What parts words where only resemblance is asked for: quicker than the pattern above, and near enough."""

SPACES = bytes.maketrans(PUNCTUATION, b" " * len(PUNCTUATION))

TELLING_WORDS = 4
"""Of a highlight so many words, the longest ones, are looked for in a text first: few texts have them all by chance."""

CLOSE_SCORES = 0.03
"""A passage makes room for another document's only if that one's score is no further below."""


@dataclass(slots=True)
class Result:
    """A candidate, and those that say the same.

    Args:
        candidate: The best of them.
        duplicates: The others.
        model: The key of the first result of which this one is a near-copy: half of their text or more is the same,
            though other words answer. None if there is none.
    """

    candidate: RerankedCandidate
    duplicates: list[RerankedCandidate] = field(default_factory=list)
    model: int | None = None

    @property
    def family(self) -> int:
        """The same for all near-copies of one text, and for that one."""
        return self.candidate.key if self.model is None else self.model


def needed(vectors: NDArray[np.float32], k: int) -> list[int]:
    """The ranks whose texts it takes to find `k` results, but for a few, so that they can be read together.

    Args:
        vectors: Of the candidates, best first, `(candidates, dimension)` float32, L2-normalised.
        k: How many results are wanted.
    """
    alike = np.flatnonzero((vectors[:k] @ vectors.T >= SIMILAR_VECTORS).any(axis=0))
    return sorted({*range(min(k, len(vectors))), *alike.tolist()})


class Folding:
    """Puts every candidate that repeats a better one under it, as far as results are asked for.

    It repeats it if the better one's highlight stands in it word for word and half of their text or more is the same,
    so that it can be cited for the same words. Case, white space and punctuation do not matter.

    Iterating gives the results, best first, and compares no more texts than it takes to find them; so more duplicates
    of a result may come later, until all have been found or `complete` is called.

    Args:
        ranked: Best first.
        vectors: Theirs, `(len(ranked), dimension)` float32, L2-normalised.
        text_of: Gives a candidate's text.
        highlight_of: Gives the words of a candidate that answer.
        k: How many results are wanted; further ones are not compared with each other.
    """

    def __init__(
        self,
        ranked: Sequence[RerankedCandidate],
        vectors: NDArray[np.float32],
        text_of: Callable[[RerankedCandidate], str],
        highlight_of: Callable[[RerankedCandidate], str],
        k: int,
    ) -> None:
        self._ranked = ranked
        self._similar = vectors @ vectors.T >= SIMILAR_VECTORS
        self._texts = _Texts(text_of, highlight_of)
        self._most = max(k, ALWAYS_FOLDED)
        self._at_rank: dict[int, Result] = {}
        self._models: list[RerankedCandidate] = []
        self._done = 0

    def __iter__(self) -> Iterator[Result]:
        while self._done < len(self._ranked):
            rank = self._done
            self._done += 1
            if self._is_folded(rank, list(self._at_rank)):
                continue
            result = Result(self._ranked[rank], model=self._model(rank))
            if result.model is None and len(self._models) < self._most:
                self._models.append(self._ranked[rank])
                self._texts.remember(self._ranked[rank])
            if len(self._at_rank) < self._most:
                self._at_rank[rank] = result
            yield result

    def complete(self, results: Sequence[Result]) -> None:
        """Find all duplicates of these results."""
        wanted = {result.candidate.key for result in results}
        ranks = [rank for rank, result in self._at_rank.items() if result.candidate.key in wanted]
        if not ranks:
            return
        before = [rank for rank in self._at_rank if rank <= max(ranks)]  # a duplicate is the first one's it repeats
        for rank in (self._done + np.flatnonzero(self._similar[self._done :, ranks].any(axis=1))).tolist():
            self._is_folded(rank, before)

    def _model(self, rank: int) -> int | None:
        """The key of the first result that a candidate is a near-copy of, whatever a few words do to its vector."""
        candidate = self._ranked[rank]
        if not self._texts.may_resemble_one(candidate):
            return None
        return next((model.key for model in self._models if self._texts.resemble(candidate, model)), None)

    def _is_folded(self, rank: int, better: Sequence[int]) -> bool:
        """Put a candidate under the first result of these ranks that it repeats, if there is one."""
        candidate = self._ranked[rank]
        for at in better:
            if self._similar[rank, at] and self._texts.repeats(candidate, self._at_rank[at].candidate):
                self._at_rank[at].duplicates.append(candidate)
                return True
        return False


class _Texts:
    """The texts of candidates as they are compared, each made once."""

    def __init__(
        self, text_of: Callable[[RerankedCandidate], str], highlight_of: Callable[[RerankedCandidate], str]
    ) -> None:
        self._text_of = text_of
        self._highlight_of = highlight_of
        self._quoted: dict[int, str] = {}
        self._telling: dict[int, Sequence[str]] = {}
        self._folded: dict[int, str] = {}
        self._shingles: dict[int, set[tuple[str, ...]]] = {}
        self._remembered: set[tuple[str, ...]] = set()

    def repeats(self, candidate: RerankedCandidate, better: RerankedCandidate) -> bool:
        """Whether a candidate has the highlight of a better one, and half of their text or more in common."""
        return (
            self._may_quote(candidate, better)
            and self.resemble(better, candidate)
            and self._quoted[better.key] in _parted(_words(self._text_of(candidate)))
        )

    def _may_quote(self, candidate: RerankedCandidate, better: RerankedCandidate) -> bool:
        """Whether the most telling words of the highlight stand somewhere in a candidate's text."""
        if better.key not in self._quoted:
            words = _words(self._highlight_of(better))
            self._quoted[better.key] = _parted(words)
            several = len(words) > 1  # one alone may be nothing but punctuation, which is not folded
            self._telling[better.key] = sorted(words, key=len)[-TELLING_WORDS:] if several else ()
        if candidate.key not in self._folded:
            self._folded[candidate.key] = _folded(self._text_of(candidate))
        text = self._folded[candidate.key]
        return all(word in text for word in self._telling[better.key])

    def resemble(self, a: RerankedCandidate, b: RerankedCandidate) -> bool:
        """Whether two candidates have half of all their shingles or more in common."""
        mine, theirs = self._shingled(a), self._shingled(b)
        if min(len(mine), len(theirs)) < SAME_TEXT * max(len(mine), len(theirs)):
            return False
        common = len(mine & theirs)
        return common >= SAME_TEXT * (len(mine) + len(theirs) - common)

    def remember(self, candidate: RerankedCandidate) -> None:
        """Have `may_resemble_one` think of one more."""
        self._remembered |= self._shingled(candidate)

    def may_resemble_one(self, candidate: RerankedCandidate) -> bool:
        """Whether a candidate can resemble any of those remembered: together they have half of its shingles or more."""
        mine = self._shingled(candidate)
        return len(mine & self._remembered) >= SAME_TEXT * len(mine)

    def _shingled(self, candidate: RerankedCandidate) -> set[tuple[str, ...]]:
        if candidate.key not in self._shingles:
            words = _without_punctuation(self._text_of(candidate).casefold()).split()
            self._shingles[candidate.key] = set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}
        return self._shingles[candidate.key]


def _words(text: str) -> list[str]:
    """The words of a text; the text itself if it is nothing but punctuation."""
    return WORD.findall(_folded(text)) or [text.strip()]


def _folded(text: str) -> str:
    return normalise("NFC", text).casefold()


def _without_punctuation(text: str) -> str:
    """A text with a space for each mark; as bytes it is translated ten times as quickly as by `str.translate`."""
    for mark in TYPOGRAPHY:
        text = text.replace(mark, " ")
    return text.encode().translate(SPACES).decode()


def _parted(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def crowded(results: Sequence[Result], per_document: int) -> bool:
    """Whether near-copies of one text have more places than are theirs, because there was nothing else."""
    return any(count > per_document for count in Counter(result.family for result in results).values())


def spread(
    results: Iterable[Result], document_of: Callable[[RerankedCandidate], int], per_document: int
) -> Iterator[Result]:
    """Let a document that has had its share make room for others that score close, and near-copies for all others.

    Whoever may add documents could otherwise take every place with one text, changed a little each time.

    Args:
        results: Best first; no more are taken than it needs to know which comes next.
        document_of: Gives the key of a candidate's document.
        per_document: Passages of one document after which others come first if they score close, and near-copies of
            one text after which all others come first.

    Returns:
        All results in their new order; whatever the length asked for, the first ones are the same.
    """
    taken: Counter[int] = Counter()
    families: Counter[int] = Counter()
    passed_over: deque[Result] = deque()
    last: list[Result] = []
    for result in results:
        families[result.family] += 1
        if families[result.family] > per_document:
            last.append(result)
            continue
        while passed_over and result.candidate.score < passed_over[0].candidate.score - CLOSE_SCORES:
            yield passed_over.popleft()
        document = document_of(result.candidate)
        if taken[document] < per_document:
            taken[document] += 1
            yield result
        else:
            passed_over.append(result)
    yield from passed_over
    yield from last
