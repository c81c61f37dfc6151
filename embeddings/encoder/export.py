"""Export a sentence-transformers model to ONNX: `python -m embeddings.encoder.export FOLDER NAME OUT PRECISION`.

It runs in a process of its own (see `embeddings.encoder.export_cache`), which keeps torch out of the caller's memory.
It writes the model, its tokenizer and a manifest into OUT, or prints the reason for a failure as its last line.
"""

import contextlib
import functools
import io
import json
import os
import re
import shutil
import sys
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EncoderError
from embeddings.encoder.export_cache import MANIFEST, MODEL, NOT_EXPORTABLE, NOT_LOADABLE, TOKENIZER
from embeddings.encoder.model_files import is_out_of_memory, translated_load_errors, unloadable
from embeddings.encoder.onnx_runtime import model_inputs, open_session
from embeddings.encoder.runtime import Output
from embeddings.encoder.torch_runtime import TorchRuntime

Ids = NDArray[np.int64]

OPSET = 23
"""First version with attention and GELU as one operator each; decomposed ones take a third longer."""

LENGTHS = (2, 3, 17, 128, 512)
"""Lengths, in tokens, of the texts on which an export is compared with the model, up to its length limit."""

SMOOTHING = 0.6
"""Migration strength (alpha) of SmoothQuant. With 0.5 or 0.7, int8 loses at least half as much again."""

SMOOTHING_LENGTHS = (8, 16, 32, 64, 128, 200)
"""Lengths of the texts that activations are measured on, in tokens."""

SMOOTHING_TEXTS = 4
"""Texts of each length."""

TINY = 1e-5

LEAST_COSINE = {"float32": 0.9999, "int8": 0.97}
"""Least cosine between the vectors of the model and of its export, for a text and on average for its tokens.
all-MiniLM-L6-v2 has .996 in int8."""

REASON_CHARACTERS = 100

UNPRINTABLE = re.compile(r"\x1b\[[0-9;]*m|[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f]")


class Refused(Exception):  # noqa: N818 - ends the program with a sentence
    """The model cannot be exported. The message is the reason."""


def export(model: TorchRuntime, out: Path, precision: str) -> None:
    """Export a model, and compare the export with it.

    Args:
        model: On a CPU, in float32.
        out: Folder to write to.
        precision: `int8` or `float32`.

    Raises:
        Refused: The exporter fails, or the vectors of the export differ from the model's.
        MemoryError: There is not enough memory.
    """
    floats = out / f"float32-{MODEL}"
    texts = [_ids(length, model.vocabulary) for length in LENGTHS if length <= model.max_tokens]
    try:
        expected = [model.outputs(ids, _unpooled(model, ids)) for ids in texts]
        if precision == "int8":
            smooth(model)
        _to_onnx(model, floats)
        if precision == "int8":
            to_int8(floats, out / MODEL)
            floats.unlink()
        else:
            floats.rename(out / MODEL)
        inputs = [model_inputs(ids, _unpooled(model, ids)) for ids in texts]
        _compare((out / MODEL).read_bytes(), inputs, expected, LEAST_COSINE[precision])
    except (Refused, OSError):
        raise
    except Exception as error:  # the exporter raises dozens of kinds
        if is_out_of_memory(error):  # not the model's fault, so it must not be recorded as not exportable
            raise MemoryError from error
        raise Refused(_reason(error)) from error
    facts = {
        "max_tokens": model.max_tokens,
        "dimension": model.dimension,
        "token_dimension": model.token_dimension,
        "pooling": model.pooling,
        "pools_prompt": model.pools_prompt,
        "prompts": asdict(model.prompts),
        "precision": precision,
    }
    (out / TOKENIZER).write_text(model.tokenizer.to_str(), encoding="utf-8")
    (out / MANIFEST).write_text(json.dumps(facts))


def _reason(error: BaseException) -> str:
    """Return the first line of the root cause; the exporter's own message is often a page long."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line for line in UNPRINTABLE.sub("", str(error)).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0].strip()[:REASON_CHARACTERS]}" if lines else type(error).__name__


def _to_onnx(model: TorchRuntime, path: Path) -> None:
    """Write a float32 model that reads one text of any length.

    Its inputs are those of `model_inputs`: a model that pools without the prompt has a second one, the mask of the
    tokens to pool.
    """
    import torch

    features = model.features(_ids(7, model.vocabulary))
    others = {name: value for name, value in features.items() if name != "input_ids"}

    class OneText(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model.module

        def forward(self, input_ids: Any, pooled: Any = None) -> Any:  # noqa: ANN401
            given = {name: torch.full_like(input_ids, int(value.max())) for name, value in others.items()}
            output = {"input_ids": input_ids, **given}
            if pooled is None:
                output = self.inner(output)
            else:
                for module in self.inner.children():
                    if hasattr(module, "include_prompt"):  # a pooling module
                        output["attention_mask"] = pooled
                    output = module(output)
            return output["sentence_embedding"][0], output["token_embeddings"][0]

    inputs = [features["input_ids"]]
    if not model.pools_prompt:
        inputs.append(torch.ones_like(features["input_ids"]))
    tokens = torch.export.Dim("tokens", min=2, max=model.max_tokens)
    program = torch.onnx.export(
        OneText().eval(),
        tuple(inputs),
        dynamo=True,
        input_names=["input_ids", "pooled"][: len(inputs)],
        output_names=["vector", "token_vectors"],
        dynamic_shapes=[{1: tokens} for _ in inputs],
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )
    if program is None:
        raise Refused("torch.onnx.export gave nothing")
    program.save(str(path))


def smooth(model: TorchRuntime) -> None:
    """Smooth a model for int8 (see `smooth_layers`) on random texts, which serve as well as real ones."""

    def run() -> None:
        for length in SMOOTHING_LENGTHS:
            for seed in range(SMOOTHING_TEXTS):
                ids = _ids(min(length, model.max_tokens), model.vocabulary, seed)
                model.run([model.tokenizer.decode(ids[0])])

    smooth_layers(model.module, run)


def smooth_layers(module: Any, run: Callable[[], None]) -> None:  # noqa: ANN401 - a torch.nn.Module
    """Scale the input of each linear layer, and its weights inversely, so that both lose little in 8 bits.

    A few components of the input are many times as large as the others and leave them few of the 8 bits. They are the
    same for all texts. The outputs stay the same. From SmoothQuant (Xiao et al., 2023, arXiv:2211.10438): one is
    divided by max|input| ** alpha / max|weight| ** (1 - alpha).

    Args:
        module: The module.
        run: Runs the module on texts.
    """
    import torch

    largest: dict[Any, Any] = {}

    def measure(layer: Any, given: Any) -> None:  # noqa: ANN401
        found = given[0].abs().reshape(-1, given[0].shape[-1]).amax(0)
        largest[layer] = torch.maximum(largest.get(layer, found), found)

    layers = [layer for layer in module.modules() if isinstance(layer, torch.nn.Linear)]
    hooks = [layer.register_forward_pre_hook(measure) for layer in layers]
    run()
    for hook in hooks:
        hook.remove()
    for layer, inputs in largest.items():
        weights = layer.weight.detach().abs().amax(0).clamp(min=TINY)
        scale = inputs.clamp(min=TINY) ** SMOOTHING / weights ** (1 - SMOOTHING)
        scale = (scale / scale.log().mean().exp()).clone()
        layer.weight.data.mul_(scale)
        layer.register_forward_pre_hook(functools.partial(_divided, 1 / scale))


def _divided(by: Any, _: Any, given: Any) -> Any:  # noqa: ANN401
    return (given[0] * by, *given[1:])


def to_int8(floats: Path, path: Path) -> None:
    """Quantize weights to 7 bits per channel, and activations to 8 bits with a scale per text.

    Weights have 7 bits because on processors without VNNI the 16-bit sum of two 8-bit products overflows.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        floats,
        path,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )


def _compare(exported: bytes, inputs: Sequence[Mapping[str, Ids]], expected: Sequence[Output], least: float) -> None:
    """Compare the outputs of an export with the expected ones.

    Raises:
        Refused: They differ in shape, or their cosine is below `least`.
    """
    session = open_session(exported)
    for given, outputs in zip(inputs, expected, strict=True):
        for output, wanted in zip(session.run(None, given), outputs, strict=True):
            if output.shape != wanted.shape:
                tokens = given["input_ids"].shape[1]
                raise Refused(f"the export gives {output.shape} and not {wanted.shape} for {tokens} tokens")
            cosine = _cosine(output, wanted)
            if not cosine >= least:
                raise Refused(f"the export's vectors differ from the model's: a cosine of {cosine:.4f}")


def _unpooled(model: TorchRuntime, ids: Ids) -> int | None:
    """Return the length of the prompt to compare a model with: half of the text, or None if it pools all tokens."""
    return None if model.pools_prompt else ids.shape[1] // 2


def _cosine(a: Any, b: Any) -> float:  # noqa: ANN401
    """Return the mean cosine of rows."""
    a, b = np.atleast_2d(a).astype(np.float64), np.atleast_2d(b).astype(np.float64)
    return float(np.mean(np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))))


def _ids(length: int, vocabulary: int, seed: int = 0) -> Ids:
    """Return the token ids of a random text, `(1, length)` int64, always the same for the same arguments."""
    return np.random.default_rng((length, seed)).integers(0, vocabulary, size=(1, length), dtype=np.int64)


def _end_with_parent(work: Path) -> None:
    """Wait for the end of the parent process, which keeps standard input open. Then delete its folder and end."""
    os.read(0, 1)
    shutil.rmtree(work, ignore_errors=True)
    os._exit(1)


def _main(arguments: list[str]) -> int:
    folder, name, out, precision = arguments
    threading.Thread(target=_end_with_parent, args=(Path(out).parent,), daemon=True).start()
    warnings.simplefilter("ignore")
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the exporter prints progress
            with translated_load_errors(name):
                model = TorchRuntime(Path(folder), name, "float32", device="cpu")
            export(model, Path(out), precision)
    except (Refused, EncoderError, OSError, MemoryError) as error:
        if is_out_of_memory(error):
            print(unloadable(name, error))  # noqa: T201 - read by the parent process
            return NOT_LOADABLE
        print(error.strerror if isinstance(error, OSError) else error)  # noqa: T201 - read by the parent process
        return NOT_EXPORTABLE if isinstance(error, Refused) else NOT_LOADABLE if isinstance(error, EncoderError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
