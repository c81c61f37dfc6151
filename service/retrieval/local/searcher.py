"""Searcher of the local engine: a view of the SQLite store, with indexes over exactly its passages."""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.lexical import LexicalIndex, LexicalQuery
from corpus.store import Allowed, Filters, StoredDocument, StoredPassage, View
from embeddings.index import VectorIndex
from embeddings.tokens import signs_from_bytes
from service.retrieval.local.filtering import PassageTable


class LocalSearcher:
    """`Searcher` over indexes that contain exactly the passages of a view.

    The BM25 scores are those of the snapshot: the lexical index is of the view's generation, built from rows whose
    checksums matched, and its files are verified when opened.

    Args:
        view: View of the store.
        index: Vector index.
        lexical: Lexical index.
    """

    def __init__(self, view: View, index: VectorIndex, lexical: LexicalIndex) -> None:
        self.view = view
        self.index = index
        self.lexical = lexical
        self._making_table = threading.Lock()
        self._table: PassageTable | None = None

    @property
    def kind(self) -> str:
        """See `Searcher.kind`."""
        return self.index.kind

    def allowed(self, filters: Filters | None) -> Allowed | None:
        """See `Searcher.allowed`."""
        return self._passage_table().of_documents(self.view.allowed_documents(filters)) if filters else None

    def _passage_table(self) -> PassageTable:
        """Return the table of passages, built at the first filtered question."""
        with self._making_table:
            if self._table is None:
                self._table = PassageTable(self.view.passage_rows())
            return self._table

    def nearest(self, vector: NDArray[np.float32], depth: int, allowed: Allowed | None) -> list[int]:
        """See `Searcher.nearest`."""
        return [key for key, _ in self.index.search(vector, depth, allowed)]

    def matching(self, query: LexicalQuery, depth: int, allowed: Allowed | None) -> list[int]:
        """See `Searcher.matching`."""
        return self.lexical.matching(query, depth, allowed)

    def vectors(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """See `Searcher.vectors`."""
        return self.index.vectors(keys)

    def bm25(self, query: LexicalQuery, keys: Sequence[int]) -> Mapping[int, float]:
        """See `Searcher.bm25`."""
        return self.lexical.scores(query, keys)

    def bm25_bound(self, query: LexicalQuery) -> float:
        """See `Searcher.bm25_bound`."""
        return self.lexical.bound(query)

    def occurring(self, candidates: Iterable[str], allowed: Allowed | None) -> set[str]:
        """See `Searcher.occurring`."""
        return self.lexical.occurring(candidates, allowed)

    def near(self, term: str, distance: int, without: Collection[str], allowed: Allowed | None) -> int | None:
        """See `Searcher.near`."""
        return self.lexical.near(term, distance, without, allowed)

    def token_signs(self, keys: Sequence[int]) -> dict[int, NDArray[np.uint8]]:
        """See `Searcher.token_signs`."""
        stored = self.view.token_vectors(keys)
        return {key: signs_from_bytes(data, self.index.dimension) for key, data in stored.items()}

    def passages(self, keys: Sequence[int]) -> list[StoredPassage]:
        """See `Searcher.passages`."""
        return self.view.passages(keys)

    def documents(self, keys: Iterable[int]) -> dict[int, StoredDocument]:
        """See `Searcher.documents`."""
        return self.view.documents_by_key(keys)
