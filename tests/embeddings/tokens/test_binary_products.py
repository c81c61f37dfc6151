"""Sums over set bits against plain addition."""

from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from embeddings.tokens.binary_products import MODEL_FILE, BinaryProducts

whole = st.integers(-(2**23), 2**23 - 2**16 - 1)


@given(st.data(), st.integers(1, 9), st.integers(1, 12), st.integers(0, 40))
def test_sums_are_exact(data: st.DataObject, columns: int, byte_count: int, rows: int) -> None:
    numbers: NDArray[np.int64] = data.draw(arrays(np.int64, (columns, 8 * byte_count), elements=whole))
    packed: NDArray[np.uint8] = data.draw(arrays(np.uint8, (rows, byte_count)))

    sums = BinaryProducts(numbers.astype(np.float32)).of(packed)

    assert sums.dtype == np.int32
    assert np.array_equal(sums, np.unpackbits(packed, axis=1).astype(np.int64) @ numbers.T)


def test_the_model_file_is_what_its_module_writes() -> None:
    pytest.importorskip("onnx", reason="onnx is not installed: the model cannot be written")
    from embeddings.tokens import matmul_integer

    assert files("embeddings.tokens").joinpath(MODEL_FILE).read_bytes() == matmul_integer.model()
