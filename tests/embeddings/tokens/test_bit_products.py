"""Sums over set bits against plain addition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from embeddings.tokens.bit_products import MATRIX_PRODUCT, BitProducts

whole = st.integers(-(2**23), 2**23 - 2**16 - 1)


@given(st.data(), st.integers(1, 9), st.integers(1, 12), st.integers(0, 40))
def test_sums_are_exact(data: st.DataObject, columns: int, byte_count: int, rows: int) -> None:
    numbers: NDArray[np.int64] = data.draw(arrays(np.int64, (columns, 8 * byte_count), elements=whole))
    packed: NDArray[np.uint8] = data.draw(arrays(np.uint8, (rows, byte_count)))

    sums = BitProducts(numbers.astype(np.float32)).of(packed)

    assert sums.dtype == np.int32
    assert np.array_equal(sums, np.unpackbits(packed, axis=1).astype(np.int64) @ numbers.T)


def test_the_model_is_one_matrix_product_of_small_integers() -> None:
    onnx = pytest.importorskip("onnx", reason="onnx is not installed: the model cannot be written out")
    types = onnx.TensorProto
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("MatMulInteger", ["a", "b"], ["y"])],
        "g",
        [
            onnx.helper.make_tensor_value_info("a", types.UINT8, None),
            onnx.helper.make_tensor_value_info("b", types.INT8, None),
        ],
        [onnx.helper.make_tensor_value_info("y", types.INT32, None)],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 10)])
    model.ir_version = 5

    assert model.SerializeToString() == MATRIX_PRODUCT
