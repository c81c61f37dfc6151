"""Interface between answering and retrieval engines.

An engine only proposes keys of passages. Every score comes from rows of one snapshot, checked against their checksums:
an engine that lags behind, is damaged or approximates can miss a candidate, but cannot change an answer's score, text
or citation. Keys are never reused, so a proposed key that is not in the snapshot is dropped.

An engine is a folder beside this module with a `Retriever`, and a line in `service.retrieval.engines`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from corpus.lexical import LexicalQuery
from corpus.store import Allowed, Filters, RowTotals, StoredDocument, StoredPassage, StoredSource


class StoreView(Protocol):
    """Documents of one generation of a store, in order of their ids. Each row is verified when it is read."""

    @property
    def store_id(self) -> str:
        """Unique id of the store."""

    @property
    def generation(self) -> int:
        """Change counter of the store."""

    @property
    def fingerprint(self) -> str | None:
        """Fingerprint of the encoder that made the vectors; None before the first document."""

    @property
    def totals(self) -> RowTotals:
        """Number of documents and passages, and sums of their keys."""

    def sources(self) -> list[StoredSource]:
        """Return the sources of all documents, in order."""

    def counts(self) -> tuple[int, int]:
        """Return the number of documents and of passages."""

    def documents(self, *, after: str = "", limit: int = -1) -> list[StoredDocument]:
        """Return up to `limit` documents with ids greater than `after`."""

    def document_ids(self) -> list[str]:
        """Return the ids of all documents."""

    def document(self, identifier: str) -> StoredDocument:
        """Return a document.

        Raises:
            UnknownDocumentError: No document has this id.
        """

    def text(self, document: StoredDocument) -> str:
        """Return a document's canonical text."""

    def span(self, document: StoredDocument, start: int, end: int) -> str:
        """Return the canonical text from code point `start` up to `end`.

        Raises:
            SpanError: The span does not lie within the text.
        """

    def close(self) -> None:
        """End the snapshot. A second call has no effect."""


class Searcher(Protocol):
    """Searchable snapshot of one generation. Thread-safe.

    Every method may raise StoreCorruptError if a row does not match its checksum, and StoreError if the engine or the
    store cannot be reached.
    """

    @property
    def view(self) -> StoreView:
        """Documents of the snapshot."""

    @property
    def kind(self) -> str:
        """Name of the vector search method."""

    def allowed(self, filters: Filters | None) -> Allowed | None:
        """Return the passages that filters allow; None allows all."""

    def nearest(self, vector: NDArray[np.float32], depth: int, allowed: Allowed | None) -> Sequence[int]:
        """Propose passages by inner product with a vector.

        Args:
            vector: `(dimension,)` float32, L2-normalised.
            depth: Number of passages.
            allowed: Passages that may be proposed; None allows all.

        Returns:
            Keys, nearest first, ties by key; `depth` of them if that many are allowed.
        """

    def matching(self, query: LexicalQuery, depth: int, allowed: Allowed | None) -> Sequence[int]:
        """Propose passages by BM25, in any order, without those that share no word with the query; see `nearest`."""

    def vectors(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """Return the passages' vectors exactly as stored, `(len(keys), dimension)` float32, in the order given."""

    def bm25(self, query: LexicalQuery, keys: Sequence[int]) -> Mapping[int, float]:
        """Return the BM25 scores of passages; those that share no word with the query may be missing."""

    def bm25_bound(self, query: LexicalQuery) -> float:
        """Return an upper bound on the BM25 score of any passage."""

    def occurring(self, candidates: Iterable[str], allowed: Allowed | None) -> Collection[str]:
        """Return those of some terms that the engine finds in an allowed passage; None allows all."""

    def near(self, term: str, distance: int, without: Collection[str], allowed: Allowed | None) -> int | None:
        """Propose a passage with a term that is similar to another one, for a word that occurs nowhere.

        Args:
            term: A term.
            distance: Most edits between the two, 1 or 2 (Damerau-Levenshtein).
            without: Terms that the passage must not have.
            allowed: Passages that may be proposed; None allows all.

        Returns:
            A key; None if there is no such passage.
        """

    def token_signs(self, keys: Sequence[int]) -> dict[int, NDArray[np.uint8]]:
        """Return the signs of the passages' token vectors, `(tokens, dimension / 8)` uint8 each."""

    def passages(self, keys: Sequence[int]) -> list[StoredPassage]:
        """Return the passages with these keys, in the order given."""

    def documents(self, keys: Iterable[int]) -> dict[int, StoredDocument]:
        """Return the documents with these keys."""


View = TypeVar("View", bound=StoreView)
"""Snapshot type of an engine."""

Own = TypeVar("Own", bound=Searcher)
"""Searcher type of an engine."""


class Retriever(Protocol[View, Own]):
    """Opens and indexes snapshots of a store."""

    @overload
    def snapshot(self) -> View: ...

    @overload
    def snapshot(self, earlier: Own) -> View | None: ...

    def snapshot(self, earlier: Own | None = None) -> View | None:
        """Open the store's newest generation.

        Args:
            earlier: The current searcher, which the engine may compare for changes.

        Returns:
            The snapshot; None if the current searcher already has this generation.

        Raises:
            StoreError: The store cannot be opened.
        """

    def searcher(self, view: View, dimension: int, earlier: Own | None = None) -> Own:
        """Index a snapshot.

        Args:
            view: A snapshot from this retriever.
            dimension: Dimension of its vectors.
            earlier: An earlier searcher from this retriever. Rows in both generations need not be indexed again.

        Raises:
            StoreCorruptError: A vector or a passage in the store is damaged.
        """

    def save(self, searcher: Own) -> None:
        """Save a searcher's indexes for the next start. Log a failure: the next start then indexes again."""

    def close(self) -> None:
        """Delete temporary files. Searchers in use stay usable."""


AnyRetriever = Retriever[Any, Any]
"""Retriever of any engine."""
