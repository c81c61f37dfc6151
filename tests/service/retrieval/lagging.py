"""An engine whose proposals are those of the first generation that it saw, as one has that cannot keep up."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreError
from corpus.lexical.bm25 import LexicalQuery
from corpus.lexical.index import LexicalIndex
from corpus.store.filtering.filters import Allowed
from corpus.store.view import View
from service.retrieval.local.retriever import LocalRetriever
from service.retrieval.local.searcher import LocalSearcher
from service.retrieval.proposals import known_proposals

__all__ = ["LaggingRetriever", "LaggingSearcher"]


class LaggingSearcher(LocalSearcher):
    """Rows and scores are those of the snapshot; proposals those of another one."""

    def __init__(self, now: LocalSearcher, then: LocalSearcher, retriever: "LaggingRetriever") -> None:
        super().__init__(now.view, now.index, now.lexical)
        self._then = then
        self._words = LexicalIndex(now.view, then.lexical.parts, foreign=True)
        self._retriever = retriever

    def nearest(self, vector: NDArray[np.float32], depth: int, allowed: Allowed | None) -> list[int]:
        return self._known([key for key, _ in self._then.index.search(vector, depth)], allowed)

    def matching(self, query: LexicalQuery, depth: int, allowed: Allowed | None) -> list[int]:
        return self._known(self._words.matching(query, depth), allowed)

    def occurring(self, candidates: Iterable[str], allowed: Allowed | None) -> set[str]:
        self._check()
        return self._words.occurring(candidates)

    def near(self, term: str, distance: int, without: Collection[str], allowed: Allowed | None) -> int | None:
        key = self._words.near(term, distance, without)
        return next(iter(self._known([] if key is None else [key], allowed)), None)

    def _known(self, proposed: Sequence[int], allowed: Allowed | None) -> list[int]:
        self._check()
        return known_proposals(proposed, set(self.view.passage_keys()).intersection, allowed)

    def _check(self) -> None:
        if self._retriever.is_dead:
            raise StoreError("The engine cannot be reached.")


class LaggingRetriever(LocalRetriever):
    """Opens `LaggingSearcher`s. While `is_dead`, they propose nothing and fail."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._first: LocalSearcher | None = None
        self.is_dead = False

    def searcher(self, view: View, dimension: int, earlier: LocalSearcher | None = None) -> LaggingSearcher:
        now = super().searcher(view, dimension, earlier)
        self._first = self._first or LocalSearcher(view, now.index, now.lexical)
        return LaggingSearcher(now, self._first, self)
