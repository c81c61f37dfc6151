"""Term counts of a passage, as the store keeps them."""

import struct
import sys
from array import array
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Self

from corpus.errors import StoreCorruptError

MAX_COUNT = 2**16 - 1
"""Largest count of a term in a passage; greater ones are stored as this one."""

_HEAD = struct.Struct("<II")


class TermCounts(NamedTuple):
    """Number of occurrences of each term in one passage.

    Args:
        keys: Keys of the terms, uint32, ascending.
        counts: Number of occurrences of each, uint16.
        length: Sum of the counts.
    """

    keys: "array[int]"
    counts: "array[int]"
    length: int

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> Self:
        """Return the counts of terms by their keys."""
        keys = sorted(counts)
        capped = [min(counts[key], MAX_COUNT) for key in keys]
        return cls(array("I", keys), array("H", capped), sum(capped))

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Parse what `data` returns.

        Raises:
            StoreCorruptError: The bytes have another form.
        """
        number, length = _HEAD.unpack_from(data) if len(data) >= _HEAD.size else (-1, 0)
        border = _HEAD.size + 4 * number
        if len(data) != border + 2 * number:
            raise StoreCorruptError("The term counts of a passage have the wrong size. Run: footnote verify")
        keys, counts = array("I"), array("H")
        keys.frombytes(data[_HEAD.size : border])
        counts.frombytes(data[border:])
        return cls(_little_endian(keys), _little_endian(counts), length)

    def items(self) -> Iterator[tuple[int, int]]:
        """Yield key and number of occurrences of each term."""
        return zip(self.keys, self.counts, strict=True)

    def data(self) -> bytes:
        """Return the stored form, little-endian: number of terms and length (uint32), the keys, the counts."""
        keys, counts = (_little_endian(each[:]).tobytes() for each in (self.keys, self.counts))
        return _HEAD.pack(len(self.keys), self.length) + keys + counts


def _little_endian(numbers: "array[int]") -> "array[int]":
    """Swap the bytes of numbers on a big-endian machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
