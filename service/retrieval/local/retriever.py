"""Snapshots of a data folder, with indexes stored in it."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import overload

from corpus.lexical import LexicalProjection
from corpus.lexical.rebuild import index_apart
from corpus.store import View
from embeddings.index import EXACT_UP_TO, ExactIndex, VectorIndex, VectorProjection, updated
from service.retrieval.local.searcher import LocalSearcher

APART_FROM = 500
"""Number of passages from which a separate process rebuilds the lexical index. Fewer take less time than its start."""


class LocalRetriever:
    """`Retriever` of the local engine.

    Args:
        folder: The data folder.
        exact_up_to: Maximum number of passages for exact vector search. A larger store gets a quantized index.
        open_view: Opens the store; the one in the data folder if None.
    """

    def __init__(
        self, folder: Path, exact_up_to: int = EXACT_UP_TO, open_view: Callable[[], View] | None = None
    ) -> None:
        self._folder = folder
        self._open_view = open_view or functools.partial(View, folder)
        self._is_local = open_view is None
        self._vectors = VectorProjection(folder, exact_up_to)
        self._lexical = LexicalProjection(folder)
        self._loaded: tuple[str, VectorIndex] | None = None

    def load(self, dimension: int) -> None:
        """Load the indexes for a later `searcher` of this process or of its forks, which then share their memory.

        Args:
            dimension: Dimension of the vectors.

        Raises:
            StoreError: The store cannot be opened.
            StoreCorruptError: Rows are missing or damaged.
        """
        with self._open_view() as view:
            view.check_totals()
            self._loaded = view.store_id, self._vectors.open(view, dimension)
            self._lexical.open(view)

    def leave_files_to_others(self) -> None:
        """Write no index from now on: another process of the service does."""
        self._vectors.saves = self._lexical.saves = False

    @overload
    def snapshot(self) -> View: ...

    @overload
    def snapshot(self, earlier: LocalSearcher) -> View | None: ...

    def snapshot(self, earlier: LocalSearcher | None = None) -> View | None:
        """See `Retriever.snapshot`.

        Raises:
            StoreError: The store cannot be opened.
            StoreCorruptError: Documents or passages are missing.
        """
        view = self._open_view()
        try:
            if earlier is None or not earlier.view.is_usable:
                view.check_totals()
            elif (view.store_id, view.generation) == (earlier.view.store_id, earlier.view.generation):
                view.close()
                return None
            else:
                view.changes_since(earlier.view)
                view = self._indexed_apart(view, earlier)
        except BaseException:
            view.close()
            raise
        return view

    def searcher(self, view: View, dimension: int, earlier: LocalSearcher | None = None) -> LocalSearcher:
        """See `Retriever.searcher`."""
        if earlier is None:
            return LocalSearcher(view, self._opened(view, dimension), self._lexical.open(view))
        before: VectorIndex = ExactIndex.empty(dimension)
        changes = view.changes
        if view.store_id == earlier.view.store_id:
            view.reuse_catalogue(earlier.view)
            before = earlier.index
        index = updated(before, view, self._vectors.exact_up_to, changes)
        return LocalSearcher(view, index, self._lexical.open(view, changes))

    def _opened(self, view: View, dimension: int) -> VectorIndex:
        loaded, self._loaded = self._loaded, None
        if loaded is not None and loaded[0] == view.store_id and loaded[1].dimension == dimension:
            return updated(loaded[1], view, self._vectors.exact_up_to)
        return self._vectors.open(view, dimension)

    def save(self, searcher: LocalSearcher) -> None:
        """See `Retriever.save`. The lexical index is already on disk."""
        self._vectors.save(searcher.index, searcher.view)

    def close(self) -> None:
        """See `Retriever.close`."""
        self._lexical.close()

    def _indexed_apart(self, view: View, earlier: LocalSearcher) -> View:
        """Return the view; if many passages were removed, a new one after another process has indexed the others."""
        if not self._is_local or view.totals.passages < APART_FROM or not self._lexical.is_worn(view, view.changes):
            return view
        view.close()
        index_apart(self._folder)
        later = self._open_view()
        later.changes_since(earlier.view)
        return later
