"""Write the ONNX model of `embeddings.tokens.binary_products`: `python -m embeddings.tokens.matmul_integer`.

The model is one operator: y (int32) is the matrix product of a (uint8) and b (int8). A test compares the file with it.
"""

from pathlib import Path

from onnx import TensorProto, helper

from embeddings.tokens.binary_products import MODEL_FILE


def model() -> bytes:
    """Return the serialised model."""
    types = {"a": TensorProto.UINT8, "b": TensorProto.INT8, "y": TensorProto.INT32}
    a, b, y = (helper.make_tensor_value_info(name, kind, None) for name, kind in types.items())
    graph = helper.make_graph([helper.make_node("MatMulInteger", ["a", "b"], ["y"])], "g", [a, b], [y])
    serialised: bytes = helper.make_model(
        graph, ir_version=5, opset_imports=[helper.make_opsetid("", 10)]
    ).SerializeToString()
    return serialised


if __name__ == "__main__":
    Path(__file__).with_name(MODEL_FILE).write_bytes(model())
