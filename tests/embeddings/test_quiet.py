"""The libraries that compute keep to themselves."""

import os
import subprocess
import sys
from pathlib import Path

import onnx
from onnx import TensorProto, helper

RUN = """
import sys
from embeddings.encoder.onnx_runtime import open_session
session = open_session(sys.stdin.buffer.read())
print(session.run(None, {"x": __import__("numpy").ones(1, "float32")})[0])
"""


def test_onnxruntime_makes_no_id_for_this_machine_and_has_nothing_to_send(tmp_path: Path) -> None:
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "identity", [x], [y])
    model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 20)])
    onnx.checker.check_model(model)
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS")}
    environment = {**kept, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for name in ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):
        environment.pop(name, None)
    ran = subprocess.run(
        [sys.executable, "-c", RUN], input=model.SerializeToString(), env=environment, capture_output=True, check=True
    )
    assert ran.stdout == b"[1.]\n"
    assert list(tmp_path.rglob("*")) == []
