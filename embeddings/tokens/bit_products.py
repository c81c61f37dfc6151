"""Sums of whole numbers over set bits, exactly: a matrix product of small integers by onnxruntime.

Processors multiply integers of 8 bits several times as fast as floats (AMX, VNNI, dot products on ARM), and NumPy uses
none of that. So numbers of up to 24 bits are taken apart into three digits of 8. The bits must be the unsigned side:
the other way round, onnxruntime is thirty times as slow. A digit times a bit is small enough for processors without
VNNI, which add up two products in 16 bits.
"""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BitProducts"]

BASE = 256

MATRIX_PRODUCT = (
    b'\x08\x05:>\n\x18\n\x01a\n\x01b\x12\x01y"\rMatMulInteger\x12\x01g'
    b"Z\t\n\x01a\x12\x04\n\x02\x08\x02Z\t\n\x01b\x12\x04\n\x02\x08\x03b\t\n\x01y\x12\x04\n\x02\x08\x06B\x04\n\x00\x10\n"
)
"""An ONNX model of one operator: y (int32) is the product of a (uint8) and b (int8). A test writes it out in full."""


class BitProducts:
    """Adds up columns of whole numbers over the bits that are set in a row.

    Args:
        numbers: `(columns, bits)` float32, whole and in [-2**23, 2**23 - 2**16); `bits` a multiple of 8. Sums must
            stay below 2**31.
    """

    def __init__(self, numbers: NDArray[np.float32]) -> None:
        high, low = _digit(numbers.astype(np.int32))
        high, middle = _digit(high)
        self._columns = len(numbers)
        self._digits = np.ascontiguousarray(np.concatenate([high, middle, low]).T.astype(np.int8))

    def of(self, rows: NDArray[np.uint8]) -> NDArray[np.int32]:
        """The sum of each column's numbers over the bits of each row.

        Args:
            rows: `(rows, bits / 8)` uint8, packed.

        Returns:
            `(rows, columns)` int32.
        """
        bits = np.unpackbits(rows.reshape(-1)).reshape(len(rows), len(self._digits))
        [digits] = _session().run(None, {"a": bits, "b": self._digits})
        sums: NDArray[np.int32] = digits[:, : self._columns] * BASE
        sums += digits[:, self._columns : 2 * self._columns]
        sums *= BASE
        sums += digits[:, 2 * self._columns :]
        return sums


def _digit(numbers: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The last digit of numbers, in [-128, 128), and what they are without it, a digit shorter."""
    digit = ((numbers + 128) & 255) - 128
    return (numbers - digit) >> 8, digit


@functools.cache
def _session() -> Any:  # noqa: ANN401 - onnxruntime is imported late
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # threads take longer to wake than this takes
    return onnxruntime.InferenceSession(MATRIX_PRODUCT, options, providers=["CPUExecutionProvider"])
