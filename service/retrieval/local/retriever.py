"""Snapshots of a data folder, with indexes kept beside its SQLite file."""

from pathlib import Path
from typing import overload

import numpy as np

from corpus.lexical import LexicalProjection
from corpus.lexical.rebuild import index_apart
from corpus.store import View
from embeddings.index import EXACT_UP_TO, ExactIndex, VectorIndex, VectorProjection, updated
from service.retrieval.local.searcher import LocalSearcher

__all__ = ["LocalRetriever"]

APART_FROM = 500
"""Fewer passages are indexed for words in less time than it takes to start a process."""


class LocalRetriever:
    """The `Retriever` of the local engine.

    Args:
        folder: The data folder.
        exact_up_to: Stores of more passages get a quantized vector index.
    """

    def __init__(self, folder: Path, exact_up_to: int = EXACT_UP_TO) -> None:
        self._folder = folder
        self._vectors = VectorProjection(folder, exact_up_to)
        self._lexical = LexicalProjection(folder)

    @overload
    def snapshot(self) -> View: ...

    @overload
    def snapshot(self, earlier: LocalSearcher) -> View | None: ...

    def snapshot(self, earlier: LocalSearcher | None = None) -> View | None:
        """As `Retriever.snapshot`.

        Raises:
            StoreError: The store cannot be opened.
            StoreCorruptError: Documents or passages are missing.
        """
        view = View(self._folder)
        try:
            if earlier is not None:
                if (view.store_id, view.generation) == (earlier.view.store_id, earlier.view.generation):
                    view.close()
                    return None
                view = self._indexed_apart(view, earlier)
            view.check_totals()
        except BaseException:
            view.close()
            raise
        return view

    def searcher(self, view: View, dimension: int, earlier: LocalSearcher | None = None) -> LocalSearcher:
        """As `Retriever.searcher`."""
        if earlier is None:
            return LocalSearcher(view, self._vectors.open(view, dimension), self._lexical.open(view))
        before: VectorIndex = ExactIndex.empty(dimension)
        if view.store_id == earlier.view.store_id:
            view.reuse_catalogue(earlier.view)
            before = earlier.index
        index = updated(before, view, self._vectors.exact_up_to)
        return LocalSearcher(view, index, self._lexical.open(view))

    def save(self, searcher: LocalSearcher) -> None:
        """As `Retriever.save`; the lexical index is on disk already."""
        self._vectors.save(searcher.index, searcher.view)

    def _indexed_apart(self, view: View, earlier: LocalSearcher) -> View:
        """Return the view; where passages are gone, a newer one after another process has indexed all words again."""
        if view.totals.passages < APART_FROM:
            return view
        have = np.array(earlier.lexical.keys)
        digest = len(have), int((have & 0xFFFFFFFF).sum())
        if view.key_digest(int(have.max(initial=-1))) == digest:  # no passage is gone
            return view
        view.close()
        index_apart(self._folder)
        return View(self._folder)
