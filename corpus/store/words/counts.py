"""Term counts of a passage, as the store keeps them."""

import struct
import sys
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from corpus.errors import StoreCorruptError

MAX_COUNT = 2**16 - 1
"""Largest count of a term in a passage; greater ones are stored as this one."""

_NUMBER = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Number of occurrences of each term in one passage.

    Args:
        keys: Keys of the terms, uint32, ascending.
        counts: Number of occurrences of each, uint16.
    """

    keys: "array[int]"
    counts: "array[int]"

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> Self:
        """Return the counts of terms by their keys."""
        keys = sorted(counts)
        return cls(array("I", keys), array("H", [min(counts[key], MAX_COUNT) for key in keys]))

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Parse what `data` returns.

        Raises:
            StoreCorruptError: The bytes have another form.
        """
        number = _NUMBER.unpack_from(data)[0] if len(data) >= _NUMBER.size else -1
        if len(data) != _NUMBER.size + 6 * number:
            raise StoreCorruptError("The term counts of a passage have the wrong size. Run: footnote verify")
        border = _NUMBER.size + 4 * number
        keys, counts = array("I"), array("H")
        keys.frombytes(data[_NUMBER.size : border])
        counts.frombytes(data[border:])
        return cls(_little_endian(keys), _little_endian(counts))

    @property
    def length(self) -> int:
        """Number of terms of the passage, each as often as it occurs."""
        return sum(self.counts)

    def items(self) -> Iterator[tuple[int, int]]:
        """Yield key and number of occurrences of each term."""
        return zip(self.keys, self.counts, strict=True)

    def data(self) -> bytes:
        """Return the stored form, little-endian: the number of terms (uint32), their keys, their counts."""
        keys, counts = (_little_endian(each[:]).tobytes() for each in (self.keys, self.counts))
        return _NUMBER.pack(len(self.keys)) + keys + counts


def _little_endian(numbers: "array[int]") -> "array[int]":
    """Swap the bytes of numbers on a big-endian machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
