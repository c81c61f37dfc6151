"""The protocol of vector indexes, and exact search by FAISS for small stores."""

import functools
import hashlib
from collections.abc import Sequence
from typing import Any, BinaryIO, Protocol, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreCorruptError
from corpus.store import Allowed
from embeddings.index.reading import ReadVectors, read_blocks

Hits = list[tuple[int, float]]
"""`(key, score)`, best first, equal scores by key."""

SCORE_DECIMALS = 6
"""Decimals of scores. The last bits of a float sum vary with threads and batch sizes; rounding keeps orders stable."""


class Piece(Protocol):
    """A part of an index that is kept in one file, named after its content."""

    @property
    def name(self) -> str:
        """SHA-256 of what `write` writes."""

    def write(self, file: BinaryIO) -> None:
        """Write it."""


class VectorIndex(Protocol):
    """Passage vectors by key, searched by inner product. Immutable, and safe to share between threads."""

    @property
    def kind(self) -> str:
        """How it searches, in a word."""

    @property
    def pieces(self) -> Sequence[Piece]:
        """The files that it is kept in."""

    @property
    def dimension(self) -> int:
        """Dimension of the vectors."""

    def __len__(self) -> int: ...

    @property
    def keys(self) -> NDArray[np.int64]:
        """Keys of the vectors, `(passages,)` int64, in no given order."""

    def updated(self, removed: NDArray[np.int64], added: NDArray[np.int64], read: ReadVectors) -> Self:
        """Return an index without some passages and with others.

        Args:
            removed: Keys to leave out.
            added: Keys to add, ascending.
            read: Gives exact vectors, those of the new passages too.

        Raises:
            StoreCorruptError: A vector in the store is damaged, or of another dimension.
        """

    def search(self, vector: NDArray[np.float32], depth: int, allowed: Allowed | None = None) -> Hits:
        """Return the nearest passages by inner product.

        Args:
            vector: `(dimension,)` float32, L2-normalised.
            depth: Number of passages wanted.
            allowed: Passages that may be found; None allows all.

        Returns:
            As many as exist up to `depth`.
        """

    def vectors(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """The vectors of these keys exactly as stored, `(len(keys), dimension)` float32, in the order given."""


class ExactIndex:
    """A `VectorIndex` that compares the question with every vector. Changes give a new index.

    Args:
        index: A FAISS IndexIDMap2 over IndexFlatIP, whose ids are passage keys.
    """

    kind = "exact"

    def __init__(self, index: Any) -> None:  # noqa: ANN401 - faiss has no types
        self._index = index
        self.dimension = int(index.d)

    @classmethod
    def empty(cls, dimension: int) -> Self:
        """Return an empty index."""
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def keys(self) -> NDArray[np.int64]:
        """Keys of the vectors, `(passages,)` int64, in no given order."""
        keys: NDArray[np.int64] = faiss.vector_to_array(self._index.id_map)
        return keys

    @property
    def pieces(self) -> Sequence[Piece]:
        """The index itself: it is kept in one file."""
        return [self]

    def updated(self, removed: NDArray[np.int64], added: NDArray[np.int64], read: ReadVectors) -> "ExactIndex":
        """As `VectorIndex.updated`."""
        if not len(removed) and not len(added):
            return self
        none = np.empty((0, self.dimension), dtype=np.float32)
        return self.changed(removed, added, np.concatenate([none, *read_blocks(added, self.dimension, read)]))

    def changed(
        self,
        removed: Sequence[int] | NDArray[np.int64],
        keys: Sequence[int] | NDArray[np.int64],
        vectors: NDArray[np.float32],
    ) -> "ExactIndex":
        """Return a new index without the removed keys and with the given vectors.

        Args:
            removed: Keys to leave out.
            keys: Keys to add.
            vectors: `(len(keys), dimension)` float32, L2-normalised.
        """
        index = faiss.clone_index(self._index)
        gone = np.asarray(removed, dtype=np.int64)
        if len(gone):
            index.remove_ids(faiss.IDSelectorBatch(gone))
        if len(keys):
            index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(keys, dtype=np.int64))
        return ExactIndex(index)

    def search(self, vector: NDArray[np.float32], depth: int, allowed: Allowed | None = None) -> Hits:
        """As `VectorIndex.search`."""
        parameters = None
        if allowed is not None:
            chosen = np.asarray(allowed.keys, dtype=np.int64) if allowed.keys is not None else self._among(allowed)
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(chosen))  # type: ignore[call-arg]
        reach = depth + 1  # one more shows whether others share the last place, which FAISS gives to any of them
        while depth > 0:
            found = self._nearest(vector, min(reach, len(self)), parameters)
            if len(found) < reach or found[-1][1] < found[depth - 1][1]:
                return found[:depth]
            reach *= 2
        return []

    def _among(self, allowed: Allowed) -> NDArray[np.int64]:
        return self.keys[np.asarray(allowed.among(self.keys), dtype=np.bool_)]

    def _nearest(self, vector: NDArray[np.float32], depth: int, parameters: object) -> Hits:
        if depth == 0:
            return []
        scores, keys = self._index.search(vector[np.newaxis].astype(np.float32), depth, params=parameters)
        found = [(int(k), round(float(s), SCORE_DECIMALS)) for k, s in zip(keys[0], scores[0], strict=True) if k >= 0]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))

    def vectors(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """The vectors of these keys, `(len(keys), dimension)` float32, in the order given.

        Raises:
            RuntimeError: A key is not in the index.
        """
        if not keys:
            return np.empty((0, self.dimension), dtype=np.float32)
        vectors: NDArray[np.float32] = self._index.reconstruct_batch(np.asarray(keys, dtype=np.int64))
        return vectors

    def to_bytes(self) -> bytes:
        """Return the index as FAISS serialises it."""
        data: bytes = faiss.serialize_index(self._index).tobytes()
        return data

    @functools.cached_property
    def name(self) -> str:
        """SHA-256 of what `write` writes."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def write(self, file: BinaryIO) -> None:
        """Write the index."""
        file.write(self.to_bytes())

    @classmethod
    def of(cls, dimension: int, pieces: Sequence["ExactIndex"], read: ReadVectors) -> "ExactIndex":
        """Return the index that is kept in these pieces: in one, or in none.

        Raises:
            StoreCorruptError: There are more.
        """
        if len(pieces) > 1:
            raise StoreCorruptError("The vector index is of another kind; it will be rebuilt.")
        return pieces[0] if pieces else cls.empty(dimension)

    @classmethod
    def read_piece(cls, data: bytes, dimension: int) -> Self:
        """Return the index that `write` wrote. Verify the bytes first: FAISS does not detect damage.

        Args:
            data: The bytes.
            dimension: Not used: the bytes have it.

        Raises:
            StoreCorruptError: FAISS refuses them, or they hold another kind of index.
        """
        try:
            index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except RuntimeError as error:
            raise StoreCorruptError("The vector index is damaged; it will be rebuilt.") from error
        if not isinstance(index, faiss.IndexIDMap2):
            raise StoreCorruptError("The vector index is of another kind; it will be rebuilt.")
        return cls(index)
