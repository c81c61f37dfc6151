"""Segments of a quantized index: vectors rounded to eight bits per dimension, and codes of two bits per dimension.

Both are functions of one vector alone; nothing is trained. The order in which vectors are added has no influence, and
codes are equally good for every kind of documents.
"""

import functools
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreCorruptError
from embeddings.index.reading import AT_ONCE

CODING_VERSION = 1
"""Raise it when the same vector gets another code."""

ROTATION_SEED = 1
ROUNDED_TO = 127
"""Absolute value of a rounded vector's greatest component."""

LEVELS = (-1.5104176, -0.4527800, 0.4527800, 1.5104176)
"""Quantization levels of a component with variance 1: the Lloyd-Max levels of a normal distribution, which minimise the
mean squared error. A random rotation makes components nearly normal."""

LOSS = 0.1174818
"""Mean squared error of the levels."""

GAIN = 1 - LOSS
"""Expected ratio of the inner product with a unit vector's code to that with the vector."""


def code_error(dimension: int) -> float:
    """Return the standard deviation of the error of an inner product with a code. The error is nearly normal."""
    return float((LOSS * GAIN / dimension) ** 0.5)


def _no_codes(dimension: int) -> Any:  # noqa: ANN401 - faiss has no types
    """Return an empty FAISS index of codes that searches by tables in the processor's registers ("fast scan")."""
    pairs = [(second, first) for first in LEVELS for second in LEVELS]
    index = faiss.IndexPQFastScan(dimension, dimension // 2, 4, faiss.METRIC_INNER_PRODUCT)
    centroids = np.tile(np.array(pairs, dtype=np.float32) / np.float32(dimension**0.5), (dimension // 2, 1))
    faiss.copy_array_to_vector(centroids.ravel(), index.pq.centroids)
    index.is_trained = True
    return index


def rotated(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return vectors `(n, dimension)` after a fixed random rotation."""
    return np.ascontiguousarray(vectors @ _rotation(vectors.shape[1]))


def gridded(question: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a question `(dimension,)` rounded to multiples of a power of two.

    The step is chosen so that float32 holds every sum of products with int8 without error, in any order of addition.
    """
    step = np.float32(2.0 ** np.floor(np.log2(2**24 / (ROUNDED_TO * len(question) ** 0.5))))
    return np.asarray(np.round(question * step) / step, dtype=np.float32)


@functools.cache
def _rotation(dimension: int) -> NDArray[np.float32]:
    rotation = faiss.RandomRotationMatrix(dimension, dimension)
    rotation.init(ROTATION_SEED)
    matrix: NDArray[np.float32] = faiss.vector_to_array(rotation.A).reshape(dimension, dimension).T
    return np.ascontiguousarray(matrix)


@dataclass(frozen=True, eq=False)
class Segment:
    """Rounded vectors of passages. Immutable.

    Args:
        keys: `(n,)` int64, keys of the passages, ascending.
        rows: `(n, dimension)` int8, the vectors divided by their scales.
        scales: `(n,)` float32.
        codes: A FAISS index of the codes, in the same order.
    """

    keys: NDArray[np.int64]
    rows: NDArray[np.int8]
    scales: NDArray[np.float32]
    codes: Any

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def made(cls, keys: NDArray[np.int64], dimension: int, vectors: Iterable[NDArray[np.float32]]) -> Self:
        """Return the segment of these vectors.

        Args:
            keys: Keys, ascending.
            dimension: Dimension of the vectors.
            vectors: Blocks `(rows, dimension)` float32, L2-normalised; a row for each key.
        """
        rows = np.empty((len(keys), dimension), dtype=np.int8)
        scales = np.empty(len(keys), dtype=np.float32)
        codes = _no_codes(dimension)
        at = 0
        for block in vectors:
            end = at + len(block)
            greatest = np.abs(block).max(axis=1, initial=0)
            scales[at:end] = np.where(greatest > 0, greatest, 1) / np.float32(ROUNDED_TO)
            np.rint(block / scales[at:end, np.newaxis], out=rows[at:end], casting="unsafe")
            codes.add(rotated(block))
            at = end
        return cls(keys, rows, scales, codes)

    @classmethod
    def merged(cls, parts: Sequence[tuple["Segment", NDArray[np.bool_]]]) -> Self:
        """Merge the live rows of several segments; the result is the segment of their vectors."""
        keys = np.concatenate([segment.keys[stays] for segment, stays in parts])
        order = np.argsort(keys)
        codes = _no_codes(parts[0][0].rows.shape[1])
        for decoded in _decoded(parts, order):
            codes.add(decoded)
        rows = np.concatenate([segment.rows[stays] for segment, stays in parts])[order]
        scales = np.concatenate([segment.scales[stays] for segment, stays in parts])[order]
        return cls(keys[order], rows, scales, codes)

    def places_of(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row numbers of those keys that are in the segment."""
        at = np.searchsorted(self.keys, keys)
        at[at == len(self.keys)] = 0
        return at[self.keys[at] == keys] if len(self.keys) else at[:0]

    def best(
        self, question: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the rows with the highest inner products by codes; of equal ones, any.

        Args:
            question: `(dimension,)` float32, rotated.
            count: Number of rows wanted.
            allowed: `(n,)` bool, rows that may be found; None allows all.

        Returns:
            Inner products, descending, and row numbers.
        """
        share = 1.0 if allowed is None else max(1, int(np.count_nonzero(allowed))) / len(self)
        reach = int(count / share) + 1
        while True:
            reach = min(reach, len(self))
            found, places = self.codes.search(question[np.newaxis], reach)
            kept = places[0] >= 0
            if allowed is not None:
                kept &= allowed[places[0]]
            if reach == len(self) or np.count_nonzero(kept) >= count:
                return found[0][kept][:count], places[0][kept][:count]
            reach *= 4

    def products(self, places: NDArray[np.int64], question: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return inner products of these rows' rounded vectors with a question, `(dimension,)` float32."""
        found: NDArray[np.float32] = (self.rows[places].astype(np.float32) @ question) * self.scales[places]
        return found

    @functools.cached_property
    def name(self) -> str:
        """SHA-256 of what `write` writes."""
        digest = _Digest()
        self.write(digest)
        return digest.sha256.hexdigest()

    def write(self, file: "BinaryIO | _Digest") -> None:
        """Write the segment."""
        for array in (self.keys, self.rows, self.scales, faiss.serialize_index(self.codes)):
            np.lib.format.write_array(file, array, allow_pickle=False)

    @classmethod
    def read(cls, data: bytes, dimension: int) -> Self:
        """Return the segment that `write` wrote. Verify the bytes first: FAISS does not detect damage.

        Raises:
            StoreCorruptError: The bytes are no segment, or one of another dimension.
        """
        try:
            file = io.BytesIO(data)
            keys, rows, scales, serialised = (np.lib.format.read_array(file, allow_pickle=False) for _ in range(4))
            codes = faiss.deserialize_index(serialised)
        except (ValueError, EOFError, RuntimeError, AssertionError) as error:
            raise StoreCorruptError("A part of the vector index is damaged; it will be rebuilt.") from error
        if (len(keys), dimension) != rows.shape or not len(keys) == len(scales) == codes.ntotal:
            raise StoreCorruptError("A part of the vector index is of another kind; it will be rebuilt.")
        return cls(keys, rows, scales, codes)


class _Digest:
    """A file object that keeps only the SHA-256 of its content."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes | memoryview) -> int:
        self.sha256.update(data)
        return len(data)


def _decoded(
    parts: Sequence[tuple[Segment, NDArray[np.bool_]]], order: NDArray[np.int64]
) -> Iterator[NDArray[np.float32]]:
    """Yield the decoded vectors of rows that stay, in the order given. Coded again, they give the same codes."""
    places = np.concatenate([np.flatnonzero(stays) for _, stays in parts])
    number = np.repeat(np.arange(len(parts)), [np.count_nonzero(stays) for _, stays in parts])
    for at in range(0, len(order), AT_ONCE):
        wanted = order[at : at + AT_ONCE]
        block = np.empty((len(wanted), parts[0][0].rows.shape[1]), dtype=np.float32)
        for one, (segment, _) in enumerate(parts):
            here = number[wanted] == one
            if here.any():
                block[here] = segment.codes.reconstruct_batch(places[wanted[here]])
        yield block
