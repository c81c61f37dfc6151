"""Deduplication and diversity: one result per text, with its duplicates, and a limit per document."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corpus.text import normalise
from service.answering.ranking.reranking import RerankedCandidate

SIMILAR_VECTORS = 0.75
"""Minimum cosine of two passages for a comparison of their words. Of 40 texts copied under another title and chunked
250 characters later, 5 % are below .75, and 37.5 % below .85."""

ALWAYS_FOLDED = 20
"""Minimum number of results to compare with all candidates: `spread` may select from more than `k` results."""

SAME_TEXT = 0.5
"""Minimum resemblance of near-duplicates: the share of all their word trigrams that two passages have in common
(Broder, 1997). Copies with other chunk boundaries have less than 1."""

WORD = re.compile(r"""[^\W_]+|(?<!\w)[-+](?=\d)|[^\w\s.,;:!?¡¿…'"‘’“”«»()\[\]{}<>*#|/\\&@`~^=+–—-]""")
"""A word, the sign of a number, or a symbol other than punctuation: `$5` and `€5` differ, `"5"` and `“5”` do not."""

PUNCTUATION, TYPOGRAPHY = b".,;:!?'\"()[]{}<>*#|/\\&@`~^=+-", "¡¿…‘’“”«»–—"
"""Word separators for resemblance: faster than `WORD`, and accurate enough for it."""

SPACES = bytes.maketrans(PUNCTUATION, b" " * len(PUNCTUATION))

PROBE_WORDS = 4
"""Number of the longest words of a highlight to search for first: few texts contain all of them by chance."""

CLOSE_SCORES = 0.03
"""Maximum score difference at which a passage of another document is preferred."""


@dataclass(slots=True)
class Result:
    """Candidate with its duplicates.

    Args:
        candidate: The best of the duplicates.
        duplicates: The other candidates with the same answer.
        copy_of: Key of the first result that this one is a near-copy of: half of their text or more is the same, but
            the highlights differ. None if there is none.
    """

    candidate: RerankedCandidate
    duplicates: list[RerankedCandidate] = field(default_factory=list)
    copy_of: int | None = None

    @property
    def family(self) -> int:
        """Return a key shared by a text and all its near-copies."""
        return self.candidate.key if self.copy_of is None else self.copy_of


def needed(vectors: NDArray[np.float32], k: int) -> list[int]:
    """Return the ranks of nearly all texts that `Folding` reads for `k` results, so that one batch can read them.

    Args:
        vectors: Vectors of the candidates, best first, `(candidates, dimension)` float32, L2-normalised.
        k: Number of results.
    """
    alike = np.flatnonzero((vectors[:k] @ vectors.T >= SIMILAR_VECTORS).any(axis=0))
    return sorted({*range(min(k, len(vectors))), *alike.tolist()})


class Folding:
    """Lazy iterator over results, which folds each duplicate into the better candidate that it repeats.

    A candidate is a duplicate if it contains the better candidate's highlight verbatim and half of their text or more
    is the same, so that it can be cited for the same answer. Case, white space and punctuation are ignored.

    Iteration yields results, best first, and compares only the texts that this needs. A result may get further
    duplicates until the iteration ends or `complete` is called.

    Args:
        ranked: Candidates, best first.
        vectors: Vectors of the candidates, `(len(ranked), dimension)` float32, L2-normalised.
        text_of: Returns the text of a candidate.
        highlight_of: Returns the highlighted text of a candidate.
        k: Number of results. Results after `max(k, ALWAYS_FOLDED)` are not compared with each other.
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
        self._originals: list[RerankedCandidate] = []
        self._done = 0

    def __iter__(self) -> Iterator[Result]:
        while self._done < len(self._ranked):
            rank = self._done
            self._done += 1
            if self._is_folded(rank, list(self._at_rank)):
                continue
            result = Result(self._ranked[rank], copy_of=self._original(rank))
            if result.copy_of is None and len(self._originals) < self._most:
                self._originals.append(self._ranked[rank])
                self._texts.remember(self._ranked[rank])
            if len(self._at_rank) < self._most:
                self._at_rank[rank] = result
            yield result

    def complete(self, results: Sequence[Result]) -> None:
        """Add all remaining duplicates to these results."""
        wanted = {result.candidate.key for result in results}
        ranks = [rank for rank, result in self._at_rank.items() if result.candidate.key in wanted]
        if not ranks:
            return
        # A duplicate belongs to the first result that it repeats, so better results are compared too.
        before = [rank for rank in self._at_rank if rank <= max(ranks)]
        for rank in (self._done + np.flatnonzero(self._similar[self._done :, ranks].any(axis=1))).tolist():
            self._is_folded(rank, before)

    def _original(self, rank: int) -> int | None:
        """Return the key of the first result that a candidate is a near-copy of, regardless of their cosine."""
        candidate = self._ranked[rank]
        if not self._texts.may_resemble_one(candidate):
            return None
        return next((one.key for one in self._originals if self._texts.resemble(candidate, one)), None)

    def _is_folded(self, rank: int, better: Sequence[int]) -> bool:
        """Fold a candidate into the first result of these ranks that it repeats; return whether there is one."""
        candidate = self._ranked[rank]
        for at in better:
            if self._similar[rank, at] and self._texts.repeats(candidate, self._at_rank[at].candidate):
                self._at_rank[at].duplicates.append(candidate)
                return True
        return False


class _Texts:
    """Cache of the candidates' texts in the forms needed for comparison."""

    def __init__(
        self, text_of: Callable[[RerankedCandidate], str], highlight_of: Callable[[RerankedCandidate], str]
    ) -> None:
        self._text_of = text_of
        self._highlight_of = highlight_of
        self._quoted: dict[int, str] = {}
        self._probes: dict[int, Sequence[str]] = {}
        self._folded: dict[int, str] = {}
        self._shingles: dict[int, set[tuple[str, ...]]] = {}
        self._remembered: set[tuple[str, ...]] = set()

    def repeats(self, candidate: RerankedCandidate, better: RerankedCandidate) -> bool:
        """Return whether a candidate contains a better one's highlight and half of their text or more is the same."""
        return (
            self._may_quote(candidate, better)
            and self.resemble(better, candidate)
            and self._quoted[better.key] in _spaced(_words(self._text_of(candidate)))
        )

    def _may_quote(self, candidate: RerankedCandidate, better: RerankedCandidate) -> bool:
        """Return whether a candidate's text contains the longest words of the highlight: a cheap first check."""
        if better.key not in self._quoted:
            words = _words(self._highlight_of(better))
            self._quoted[better.key] = _spaced(words)
            several = len(words) > 1  # a single one may be punctuation, which is not normalised
            self._probes[better.key] = sorted(words, key=len)[-PROBE_WORDS:] if several else ()
        if candidate.key not in self._folded:
            self._folded[candidate.key] = _folded(self._text_of(candidate))
        text = self._folded[candidate.key]
        return all(word in text for word in self._probes[better.key])

    def resemble(self, a: RerankedCandidate, b: RerankedCandidate) -> bool:
        """Return whether two candidates have half of all their shingles or more in common."""
        mine, theirs = self._shingled(a), self._shingled(b)
        if min(len(mine), len(theirs)) < SAME_TEXT * max(len(mine), len(theirs)):
            return False
        common = len(mine & theirs)
        return common >= SAME_TEXT * (len(mine) + len(theirs) - common)

    def remember(self, candidate: RerankedCandidate) -> None:
        """Add a candidate to those that `may_resemble_one` checks."""
        self._remembered |= self._shingled(candidate)

    def may_resemble_one(self, candidate: RerankedCandidate) -> bool:
        """Return whether the remembered candidates together have half of a candidate's shingles or more.

        Without that, it resembles none of them.
        """
        mine = self._shingled(candidate)
        return len(mine & self._remembered) >= SAME_TEXT * len(mine)

    def _shingled(self, candidate: RerankedCandidate) -> set[tuple[str, ...]]:
        if candidate.key not in self._shingles:
            words = _without_punctuation(self._text_of(candidate).casefold()).split()
            self._shingles[candidate.key] = set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}
        return self._shingles[candidate.key]


def _words(text: str) -> list[str]:
    """Return the words of a text; the text itself if it has only punctuation."""
    return WORD.findall(_folded(text)) or [text.strip()]


def _folded(text: str) -> str:
    return normalise("NFC", text).casefold()


def _without_punctuation(text: str) -> str:
    """Return a text with punctuation replaced by spaces. `bytes.translate` is ten times as fast as `str.translate`."""
    for mark in TYPOGRAPHY:
        text = text.replace(mark, " ")
    return text.encode().translate(SPACES).decode()


def _spaced(words: Sequence[str]) -> str:
    """Return words joined and enclosed by spaces, so that a substring search matches whole words only."""
    return f" {' '.join(words)} "


def crowded(results: Sequence[Result], per_document: int) -> bool:
    """Return whether near-copies of one text fill more than `per_document` results, for lack of others."""
    return any(count > per_document for count in Counter(result.family for result in results).values())


def spread(
    results: Iterable[Result], document_of: Callable[[RerankedCandidate], int], per_document: int
) -> Iterator[Result]:
    """Reorder results so that one document, or near-copies of one text, cannot fill the first places.

    Passages of a document beyond `per_document` come after other documents' passages with a score at most
    `CLOSE_SCORES` lower. Near-copies of one text beyond `per_document` come last: otherwise slightly changed copies of
    one text could take every place.

    Args:
        results: Results, best first. They are consumed lazily, no further than the next result needs.
        document_of: Returns the key of a candidate's document.
        per_document: Number of passages of one document, or near-copies of one text, that keep their place.

    Returns:
        All results in their new order. The first results do not depend on how many are consumed.
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
