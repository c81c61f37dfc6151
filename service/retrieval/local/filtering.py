"""Passages of a snapshot that filters allow."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

LISTED_UP_TO = 20_000
"""Maximum number of passages to list by key. A larger set has only the predicate `among`."""


class AllowedPassages:
    """Passages of selected documents, as `corpus.store.Allowed`.

    Args:
        passages: Keys of all passages, `(n,)` int64, ascending.
        mask: Whether each passage is allowed, `(n,)` bool.
    """

    def __init__(self, passages: NDArray[np.int64], mask: NDArray[np.bool_]) -> None:
        self._passages = passages
        self._mask = mask
        self._count = int(np.count_nonzero(mask))
        self._keys: NDArray[np.int64] | None = passages[mask] if self._count <= LISTED_UP_TO else None

    def __len__(self) -> int:
        return self._count

    @property
    def keys(self) -> NDArray[np.int64] | None:
        """Keys of the passages, `(len(self),)` int64, ascending; None above `LISTED_UP_TO`."""
        return self._keys

    def among(self, keys: Collection[int]) -> NDArray[np.bool_]:
        """Return whether each passage is allowed, `(len(keys),)` bool."""
        wanted = np.asarray(keys, dtype=np.int64)
        if not len(self._passages):
            return np.zeros(len(wanted), dtype=np.bool_)
        at = np.minimum(np.searchsorted(self._passages, wanted), len(self._passages) - 1)
        found: NDArray[np.bool_] = (self._passages[at] == wanted) & self._mask[at]
        return found


class PassageTable:
    """Passages of a snapshot and their documents.

    Args:
        rows: `(document key, passage key)` of every passage.
    """

    def __init__(self, rows: Sequence[tuple[int, int]]) -> None:
        pairs = np.array(rows, dtype=np.int64).reshape(-1, 2)
        pairs = pairs[np.argsort(pairs[:, 1])]
        self._passages = np.ascontiguousarray(pairs[:, 1])
        self._documents, self._document_of = np.unique(pairs[:, 0], return_inverse=True)

    def of_documents(self, documents: Iterable[int]) -> AllowedPassages:
        """Return the passages of the documents with these keys."""
        wanted = np.fromiter(documents, dtype=np.int64)
        mask = np.isin(self._documents, wanted)[self._document_of]
        return AllowedPassages(self._passages, mask)
