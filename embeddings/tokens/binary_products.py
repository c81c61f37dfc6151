"""Exact matrix products of bits with integers, by onnxruntime.

Processors multiply 8-bit integers several times as fast as floats (AMX, VNNI, dot products on ARM), and NumPy does not
use these instructions. So integers of up to 24 bits are split into three digits of 8 bits. The bits must be the
unsigned operand: the other order is thirty times as slow. A digit times a bit is small enough for processors without
VNNI, which add two products in 16 bits.
"""

import functools
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

BASE = 256

MODEL_FILE = "matmul_integer.onnx"
"""Model of one operator, written by `python -m embeddings.tokens.matmul_integer`. Making it here instead would import
onnx into every process that answers: 0.15 s and 12 MB."""


class BinaryProducts:
    """Products of bit vectors with the columns of an integer matrix.

    Args:
        columns: `(columns, bits)` float32, integers in [-2**23, 2**23 - 2**16); `bits` is a multiple of 8. Sums of a
            column must stay below 2**31.
    """

    def __init__(self, columns: NDArray[np.float32]) -> None:
        high, low = _last_digit(columns.astype(np.int32))
        high, middle = _last_digit(high)
        self._columns = len(columns)
        self._digits = np.ascontiguousarray(np.concatenate([high, middle, low]).T.astype(np.int8))

    def of(self, rows: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Sum each column's integers over the bits that are set in each row.

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


def _last_digit(numbers: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Split off the last digit of integers, in [-128, 128); return the other digits and the last one."""
    digit = ((numbers + 128) & 255) - 128
    return (numbers - digit) >> 8, digit


@functools.cache
def _session() -> Any:  # noqa: ANN401 - onnxruntime is imported late
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # starting threads takes longer than the product
    model = files("embeddings.tokens").joinpath(MODEL_FILE).read_bytes()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
