"""Vectors read from the store in blocks."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreCorruptError

AT_ONCE = 8192
"""Vectors read and coded together: some 12 MB at 384 dimensions."""

ReadVectors = Callable[[Sequence[int]], Sequence[tuple[int, bytes]]]
"""Gives `(key, vector)` of passages from the store, each checked, ascending by key."""


def read_blocks(keys: NDArray[np.int64], dimension: int, read: ReadVectors) -> Iterator[NDArray[np.float32]]:
    """The vectors of ascending keys, `(up to AT_ONCE, dimension)` float32 each.

    Raises:
        StoreCorruptError: A vector in the store is damaged, or of another dimension.
    """
    for at in range(0, len(keys), AT_ONCE):
        yield exact_vectors(keys[at : at + AT_ONCE].tolist(), dimension, read)


def exact_vectors(keys: Sequence[int], dimension: int, read: ReadVectors) -> NDArray[np.float32]:
    """Vectors `(len(keys), dimension)` from the store, ascending by key."""
    stored = read(keys)
    for key, data in stored:
        if len(data) != 4 * dimension:
            raise StoreCorruptError(f"The vector of passage {key} has the wrong size. Run: footnote verify")
    return np.frombuffer(b"".join(data for _, data in stored), dtype="<f4").reshape(len(stored), dimension)
