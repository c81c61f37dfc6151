"""The vector index of a large store: a scan of short codes, then exact comparison of the best."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from corpus.store import Allowed
from embeddings.index.exact import SCORE_DECIMALS, Hits
from embeddings.index.reading import ReadVectors, exact_vectors, read_blocks
from embeddings.index.segments import GAIN, Segment, code_error, gridded, rotated

SEGMENT_ROWS = 2**18
"""Most rows of a segment. Merging or writing one takes a fraction of a second."""

MERGED_WITHIN = 4
"""Greatest ratio of the rows of two last segments that are merged."""

MOST_REMOVED = 0.25
"""Greatest share of removed rows in a segment. A segment with more is rebuilt."""

WIDTH = 64
"""Length of the first shortlist by codes, as a multiple of the passages wanted."""

WIDER = 4
"""Growth factor of the shortlist."""

SPREAD = 2
"""Rows taken from a segment, as a multiple of its share: the nearest are not spread evenly over segments."""

FIRST = 4
"""Rows of the shortlist that are compared first, as a multiple of the passages wanted. Of the others, only those that
may be nearer are compared."""

FEW = 0.2
"""Share of allowed passages up to which all of them are compared: codes would not be quicker."""

CERTAINTY = 2.5
"""Margin below the expected code of the last passage wanted, in standard deviations of the code error. Passages above
it are compared. Of passages as near as the last one wanted, one in 160 is missed; of nearer ones, fewer."""

SPARE = 8
"""Passages compared exactly beyond an eighth more than wanted. The error of the rounded vectors is 0.0004."""

BLOCK = 512
"""Rows multiplied at once. They fit into the processor's cache."""

KNOWN = 4096
"""Size of the cache of exact vectors: 6 MB at 384 dimensions."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A segment, and a mask of its rows that are still in the store.

    Args:
        segment: May be shared with earlier indexes.
        live: `(rows,)` bool; None stands for all rows.
    """

    segment: Segment
    live: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.segment) if self.live is None else int(np.count_nonzero(self.live))

    @property
    def keys(self) -> NDArray[np.int64]:
        """Keys of the live rows."""
        return self.segment.keys if self.live is None else self.segment.keys[self.live]

    def without(self, keys: NDArray[np.int64]) -> "Part":
        """Return the part without these keys. Unknown keys are ignored."""
        places = self.segment.places_of(keys)
        if not len(places):
            return self
        live = np.ones(len(self.segment), dtype=np.bool_) if self.live is None else self.live.copy()
        live[places] = False
        return Part(self.segment, live)

    def allowed(self, allowed: Allowed) -> NDArray[np.bool_]:
        """Return a mask of the live rows that are allowed."""
        if allowed.keys is None:
            chosen = np.asarray(allowed.among(self.segment.keys), dtype=np.bool_)
        else:
            chosen = np.zeros(len(self.segment), dtype=np.bool_)
            chosen[self.segment.places_of(np.asarray(allowed.keys, dtype=np.int64))] = True
        return chosen if self.live is None else chosen & self.live


@dataclass(frozen=True, slots=True)
class Search:
    """The input of a search.

    Args:
        vector: `(dimension,)` float32.
        turned: The vector, rotated.
        gridded: The vector, rounded so that sums of its products with int8 have no error in any order of addition.
        masks: For each part, a mask of the rows that may be found; None stands for all rows.
        possible: Number of rows that may be found.
    """

    vector: NDArray[np.float32]
    turned: NDArray[np.float32]
    gridded: NDArray[np.float32]
    masks: Sequence[NDArray[np.bool_] | None]
    possible: int


@dataclass(frozen=True, slots=True)
class Near:
    """The shortlist by codes. Equal passages are in it together or not at all.

    Args:
        products: Inner products, by part.
        places: Row numbers, by part.
        limit: Every passage with a greater inner product is in the shortlist.
    """

    products: Sequence[NDArray[np.float32]]
    places: Sequence[NDArray[np.int64]]
    limit: float

    def product_after(self, count: int) -> float:
        """Return the highest inner product after the first `count`."""
        everything = np.concatenate(self.products)
        return float(np.partition(everything, len(everything) - count - 1)[-count - 1])

    def between(self, low: float, high: float = np.inf) -> list[NDArray[np.int64]]:
        """Return the rows, by part, with inner products above `low` and up to `high`."""
        return [
            places[(low < products) & (products <= high)]
            for products, places in zip(self.products, self.places, strict=True)
        ]


class QuantizedIndex:
    """A `VectorIndex` with a third of the memory and a fraction of the time of an exact one.

    A scan of all codes gives a shortlist, vectors rounded to eight bits order it, and its best are compared exactly,
    with vectors from the store. The result depends on the passages in the index alone, not on segments or history.

    Args:
        dimension: Dimension of the vectors.
        parts: The segments and their live rows.
        read: Gives exact vectors.
    """

    kind = "quantized"
    read_piece = staticmethod(Segment.read)

    def __init__(self, dimension: int, parts: Sequence[Part], read: ReadVectors) -> None:
        self.dimension = dimension
        self._parts = parts
        self._read = read
        self._known: dict[int, NDArray[np.float32]] = {}

    @classmethod
    def of(cls, dimension: int, pieces: Iterable[Segment], read: ReadVectors) -> Self:
        """Return an index of segments, all of whose passages are in the store."""
        return cls(dimension, [Part(segment) for segment in pieces], read)

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    @property
    def keys(self) -> NDArray[np.int64]:
        """Keys of the vectors, `(passages,)` int64, in no given order."""
        return np.concatenate([np.empty(0, dtype=np.int64), *(part.keys for part in self._parts)])

    @property
    def pieces(self) -> Sequence[Segment]:
        """The segments that it is kept in."""
        return [part.segment for part in self._parts]

    def updated(self, removed: NDArray[np.int64], added: NDArray[np.int64], read: ReadVectors) -> "QuantizedIndex":
        """A new index without some passages and with others; it shares with this one what stays the same.

        Args:
            removed: Keys to leave out.
            added: Keys to add, ascending.
            read: Gives exact vectors, those of the new passages too.

        Raises:
            StoreCorruptError: A vector in the store is damaged, or of another dimension.
        """
        parts = [part.without(removed) for part in self._parts] if len(removed) else list(self._parts)
        for at in range(0, len(added), SEGMENT_ROWS):
            keys = added[at : at + SEGMENT_ROWS]
            parts.append(Part(Segment.made(keys, self.dimension, read_blocks(keys, self.dimension, read))))
        return QuantizedIndex(self.dimension, _tidied(parts), read)

    def search(self, vector: NDArray[np.float32], depth: int, allowed: Allowed | None = None) -> Hits:
        """As `VectorIndex.search`."""
        question = self._question(np.asarray(vector, dtype=np.float32), allowed)
        wanted = min(depth, question.possible)
        if wanted <= 0:
            return []
        keys, products = self._candidates(question, wanted, filtered=allowed is not None)
        best = np.lexsort((keys, -products))[: wanted + wanted // 8 + SPARE]
        chosen = keys[best].tolist()
        exact = self.vectors(chosen).astype(np.float64) @ question.vector.astype(np.float64)
        found = [(key, round(float(score), SCORE_DECIMALS)) for key, score in zip(chosen, exact, strict=True)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:wanted]

    def _question(self, vector: NDArray[np.float32], allowed: Allowed | None) -> Search:
        masks: list[NDArray[np.bool_] | None] = [part.live for part in self._parts]
        if allowed is not None:
            masks = [part.allowed(allowed) for part in self._parts]
        possible = sum(
            len(part.segment) if mask is None else int(np.count_nonzero(mask))
            for part, mask in zip(self._parts, masks, strict=True)
        )
        return Search(vector, rotated(vector[np.newaxis])[0], gridded(vector), masks, possible)

    def _candidates(
        self, question: Search, wanted: int, *, filtered: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return keys and inner products of rounded vectors, enough to contain nearly every passage wanted.

        Args:
            question: The input of the search.
            wanted: Number of passages wanted.
            filtered: Whether a filter excludes passages.
        """
        count = wanted * WIDTH
        while count < question.possible and not (filtered and question.possible <= FEW * len(self)):
            near = self._nearest(question, count)
            high = near.product_after(wanted * FIRST)
            keys, products = self._compared(question, near.between(high))
            if len(keys) >= wanted and high >= near.limit:
                last = float(np.partition(products, len(products) - wanted)[-wanted])
                floor = GAIN * last - CERTAINTY * code_error(self.dimension)
                if floor >= near.limit:
                    more_keys, more_products = self._compared(question, near.between(floor, high))
                    return np.concatenate([keys, more_keys]), np.concatenate([products, more_products])
            count *= WIDER
        return self._compared(question, self._all(question))

    def _all(self, question: Search) -> list[NDArray[np.int64]]:
        return [
            np.arange(len(part.segment)) if mask is None else np.flatnonzero(mask)
            for part, mask in zip(self._parts, question.masks, strict=True)
        ]

    def _nearest(self, question: Search, count: int) -> Near:
        """Return the passages nearest by codes."""
        products, places, limit = [], [], -np.inf
        for part, mask in zip(self._parts, question.masks, strict=True):
            possible = len(part.segment) if mask is None else int(np.count_nonzero(mask))
            wanted = SPREAD * count * possible // question.possible + 1
            some, where = part.segment.best(question.turned, min(count + 1, wanted), mask)
            products.append(some)
            places.append(where)
            if len(some) < possible:
                limit = max(limit, float(some[-1]))
        return Near(products, places, limit)

    def _compared(
        self, question: Search, places: Sequence[NDArray[np.int64]]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return keys, and the inner products of the rounded vectors."""
        keys = [part.segment.keys[at] for part, at in zip(self._parts, places, strict=True)]
        products = [
            part.segment.products(at[start : start + BLOCK], question.gridded)
            for part, at in zip(self._parts, places, strict=True)
            for start in range(0, len(at), BLOCK)
        ]
        return np.concatenate(keys), np.concatenate([np.empty(0, dtype=np.float32), *products])

    def vectors(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """Return the vectors of these keys as stored, `(len(keys), dimension)` float32, in the order given.

        Raises:
            StoreCorruptError: A vector in the store is missing or damaged.
        """
        known = self._known
        rows = {key: known[key] for key in keys if key in known}
        if missing := [key for key in keys if key not in rows]:
            new = dict(zip(sorted(missing), exact_vectors(missing, self.dimension, self._read), strict=True))
            rows.update(new)
            if len(known) + len(new) > KNOWN:
                self._known = known = {}  # others may be reading the old one
            known.update(new)
        return np.array([rows[key] for key in keys], dtype=np.float32).reshape(len(keys), self.dimension)


def _tidied(parts: Iterable[Part]) -> list[Part]:
    """Merge the last parts, at a cost in proportion to the rows added since."""
    tidy: list[Part] = []
    for part in parts:
        if len(part) < (1 - MOST_REMOVED) * len(part.segment):
            part = _merged([part])
        if len(part):
            tidy.append(part)
        while len(tidy) > 1 and _belong_together(len(tidy[-2]), len(tidy[-1])):
            tidy[-2:] = [_merged(tidy[-2:])]
    return tidy


def _belong_together(before: int, last: int) -> bool:
    return before <= MERGED_WITHIN * last and before + last <= SEGMENT_ROWS


def _merged(parts: Sequence[Part]) -> Part:
    everything = [np.ones(len(p.segment), dtype=np.bool_) if p.live is None else p.live for p in parts]
    return Part(Segment.merged([(part.segment, live) for part, live in zip(parts, everything, strict=True)]))
