"""The vector index of a large store: all vectors looked over as short codes, and the best of them compared exactly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from corpus.store import Allowed
from embeddings.index.exact import SCORE_DECIMALS, Hits
from embeddings.index.reading import ReadVectors, exact_vectors, read_blocks
from embeddings.index.segments import GAIN, Segment, code_error, gridded, rotated

__all__ = ["CodedIndex"]

SEGMENT_ROWS = 2**18
"""No segment has more rows, so that merging and writing one takes a fraction of a second."""

MERGED_WITHIN = 4
"""The last segment is merged with the one before while that one has at most so many times its rows."""

MOST_REMOVED = 0.25
"""A segment of which a greater share has been removed is made anew."""

WIDTH = 64
"""So many times as many passages as are wanted are taken by their codes."""

WIDER = 4
"""So many times as many again, until it is enough."""

SPREAD = 2
"""So many times a segment's share of them are taken from it, since the nearest need not be spread evenly."""

FIRST = 4
"""Of those taken, so many times as many as are wanted are compared at once; of the others, those that may be nearer."""

FEW = 0.2
"""Where filters allow no greater share of all passages, those are all compared: codes would not be quicker."""

CERTAINTY = 2.5
"""Passages are compared whose codes lie up to so many standard deviations of their error below what is expected of the
last passage wanted: of those that are as near as that one, one in 160 is then overlooked, and of nearer ones fewer."""

SPARE = 8
"""Besides an eighth more than are wanted, so many are compared exactly: the rounded vectors' error is 0.0004."""

BLOCK = 512
"""Rows multiplied at once, which stay in the processor's cache."""

KNOWN = 4096
"""Exact vectors kept once they have been read: 6 MB at 384 dimensions."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A segment and which of its rows the store still holds.

    Args:
        segment: It may be shared with earlier indexes.
        live: `(rows,)`; all if None.
    """

    segment: Segment
    live: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.segment) if self.live is None else int(np.count_nonzero(self.live))

    @property
    def keys(self) -> NDArray[np.int64]:
        """Keys of the rows that the store still holds."""
        return self.segment.keys if self.live is None else self.segment.keys[self.live]

    def without(self, keys: NDArray[np.int64]) -> "Part":
        """The part without these keys, which need not be in it."""
        places = self.segment.places_of(keys)
        if not len(places):
            return self
        live = np.ones(len(self.segment), dtype=np.bool_) if self.live is None else self.live.copy()
        live[places] = False
        return Part(self.segment, live)

    def allowed(self, allowed: Allowed) -> NDArray[np.bool_]:
        """Which rows are allowed and in the store."""
        if allowed.keys is None:
            chosen = np.asarray(allowed.among(self.segment.keys), dtype=np.bool_)
        else:
            chosen = np.zeros(len(self.segment), dtype=np.bool_)
            chosen[self.segment.places_of(np.asarray(allowed.keys, dtype=np.int64))] = True
        return chosen if self.live is None else chosen & self.live


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for.

    Args:
        vector: `(dimension,)` float32.
        turned: The same, rotated.
        gridded: The same, its components rounded so that their sums of products with whole numbers have no error,
            whatever the order that they are added up in.
        masks: For each part, which rows may be found; all if None.
        possible: How many rows may be found.
    """

    vector: NDArray[np.float32]
    turned: NDArray[np.float32]
    gridded: NDArray[np.float32]
    masks: Sequence[NDArray[np.bool_] | None]
    possible: int


@dataclass(frozen=True, slots=True)
class Near:
    """Passages by their codes. Equal ones are taken or left together, whatever the order they are found in.

    Args:
        products: For each part, inner products.
        places: Where in the part.
        limit: No passage above it has been left out.
    """

    products: Sequence[NDArray[np.float32]]
    places: Sequence[NDArray[np.int64]]
    limit: float

    def product_after(self, count: int) -> float:
        """The highest inner product but for so many."""
        everything = np.concatenate(self.products)
        return float(np.partition(everything, len(everything) - count - 1)[-count - 1])

    def between(self, low: float, high: float = np.inf) -> list[NDArray[np.int64]]:
        """Places in each part of inner products above one and up to another."""
        return [
            places[(low < products) & (products <= high)]
            for products, places in zip(self.products, self.places, strict=True)
        ]


class CodedIndex:
    """A `VectorIndex` that needs a third of the memory and a fraction of the time of comparing all vectors.

    Candidates come from a look over all codes, are ordered by vectors rounded to eight bits, and the best of them
    are compared exactly, with vectors read from the store. What is found depends on what the index holds and not
    on the segments it is in or how it came to be.

    Args:
        dimension: Of the vectors.
        parts: What it holds.
        read: Gives exact vectors.
    """

    kind = "coded"

    def __init__(self, dimension: int, parts: Sequence[Part], read: ReadVectors) -> None:
        self._dimension = dimension
        self._parts = parts
        self._read = read
        self._known: dict[int, NDArray[np.float32]] = {}

    @classmethod
    def of(cls, dimension: int, pieces: Iterable[Segment], read: ReadVectors) -> Self:
        """Return an index of segments, all of whose passages are in the store."""
        return cls(dimension, [Part(segment) for segment in pieces], read)

    @staticmethod
    def read_piece(data: bytes, dimension: int) -> Segment:
        """Return the segment that `write` wrote; see `Segment.read`."""
        return Segment.read(data, dimension)

    @property
    def dimension(self) -> int:
        """Dimension of the vectors."""
        return self._dimension

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

    def updated(self, removed: NDArray[np.int64], added: NDArray[np.int64], read: ReadVectors) -> "CodedIndex":
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
            parts.append(Part(Segment.made(keys, self._dimension, read_blocks(keys, self._dimension, read))))
        return CodedIndex(self._dimension, _tidied(parts), read)

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

    def _question(self, vector: NDArray[np.float32], allowed: Allowed | None) -> Question:
        masks: list[NDArray[np.bool_] | None] = [part.live for part in self._parts]
        if allowed is not None:
            masks = [part.allowed(allowed) for part in self._parts]
        possible = sum(
            len(part.segment) if mask is None else int(np.count_nonzero(mask))
            for part, mask in zip(self._parts, masks, strict=True)
        )
        return Question(vector, rotated(vector[np.newaxis])[0], gridded(vector), masks, possible)

    def _candidates(
        self, question: Question, wanted: int, *, filtered: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Keys and inner products of rounded vectors: so many that hardly one of the wanted ones is not among them.

        Args:
            question: What is searched for.
            wanted: How many passages are.
            filtered: Whether not all passages are possible.
        """
        count = wanted * WIDTH
        while count < question.possible and not (filtered and question.possible <= FEW * len(self)):
            near = self._nearest(question, count)
            high = near.product_after(wanted * FIRST)
            keys, products = self._compared(question, near.between(high))
            if len(keys) >= wanted and high >= near.limit:
                last = float(np.partition(products, len(products) - wanted)[-wanted])
                floor = GAIN * last - CERTAINTY * code_error(self._dimension)
                if floor >= near.limit:
                    more_keys, more_products = self._compared(question, near.between(floor, high))
                    return np.concatenate([keys, more_keys]), np.concatenate([products, more_products])
            count *= WIDER
        return self._compared(question, self._all(question))

    def _all(self, question: Question) -> list[NDArray[np.int64]]:
        return [
            np.arange(len(part.segment)) if mask is None else np.flatnonzero(mask)
            for part, mask in zip(self._parts, question.masks, strict=True)
        ]

    def _nearest(self, question: Question, count: int) -> Near:
        """The passages nearest by codes."""
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
        self, question: Question, places: Sequence[NDArray[np.int64]]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Keys, and the inner products of the rounded vectors."""
        keys = [part.segment.keys[at] for part, at in zip(self._parts, places, strict=True)]
        products = [
            part.segment.products(at[start : start + BLOCK], question.gridded)
            for part, at in zip(self._parts, places, strict=True)
            for start in range(0, len(at), BLOCK)
        ]
        return np.concatenate(keys), np.concatenate([np.empty(0, dtype=np.float32), *products])

    def vectors(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """The vectors of these keys exactly as stored, `(len(keys), dimension)` float32, in the order given.

        Raises:
            StoreCorruptError: A vector in the store is missing or damaged.
        """
        known = self._known
        rows = {key: known[key] for key in keys if key in known}
        if missing := [key for key in keys if key not in rows]:
            new = dict(zip(sorted(missing), exact_vectors(missing, self._dimension, self._read), strict=True))
            rows.update(new)
            if len(known) + len(new) > KNOWN:
                self._known = known = {}  # others may be reading the old one
            known.update(new)
        return np.array([rows[key] for key in keys], dtype=np.float32).reshape(len(keys), self._dimension)


def _tidied(parts: Iterable[Part]) -> list[Part]:
    """Parts as few as can be had by merging the last ones, at a cost in proportion to what has come in."""
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
