"""Export a sentence-transformers model to ONNX: `python -m embeddings.encoder.export FOLDER NAME OUT PRECISION`.

It runs in a process of its own (see `embeddings.encoder.export_cache`), so that torch stays out of the caller's
memory. On success it writes the model, its tokenizer and their description into OUT. Otherwise its last line says why.
"""

import contextlib
import functools
import io
import json
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EncoderError
from embeddings.encoder.export_cache import MANIFEST, MODEL, NOT_EXPORTABLE, NOT_LOADABLE, TOKENIZER
from embeddings.encoder.model_files import is_out_of_memory, unloadable
from embeddings.encoder.onnx_runtime import open_session
from embeddings.encoder.torch_runtime import TorchRuntime

__all__ = ["export"]

Ids = NDArray[np.int64]
Output = tuple[NDArray[np.float32], NDArray[np.float32]]

OPSET = 23
"""The first whose attention and GELU are one operator each; decomposed ones take a third longer."""

LENGTHS = (2, 3, 17, 128, 512)
"""Tokens of the texts that an export is compared on with the model itself, as far as it takes so many."""

SMOOTHING = 0.6
"""How far the difficulty is moved from what goes in (1) to the weights (0): with 0.5 or 0.7, int8 loses half as much
again or more."""

SMOOTHING_LENGTHS = (8, 16, 32, 64, 128, 200)
SMOOTHING_TEXTS = 4
"""Of each length, in tokens."""

TINY = 1e-5

LEAST_COSINE = {"float32": 0.9999, "int8": 0.97}
"""Between what the model gives and what its export gives, for a text and on average for its tokens. all-MiniLM-L6-v2
has .996 in int8."""

REASON_CHARACTERS = 100

UNPRINTABLE = re.compile(r"\x1b\[[0-9;]*m|[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f]")


class Refused(Exception):  # noqa: N818 - it ends the program with a sentence
    """The model cannot be exported, and why."""


def export(model: TorchRuntime, out: Path, precision: str) -> None:
    """Export a model, and compare the result with it.

    Args:
        model: On a CPU, in float32.
        out: Where to write.
        precision: `int8` or `float32`.

    Raises:
        Refused: The exporter cannot do it, or what it gives is not what the model gives.
        MemoryError: There is no memory for it.
    """
    floats = out / f"float32-{MODEL}"
    texts = [_ids(length, model.vocabulary) for length in LENGTHS if length <= model.max_tokens]
    try:
        expected = [model.outputs(ids) for ids in texts]
        if precision == "int8":
            smooth(model)
        _to_onnx(model, floats)
        if precision == "int8":
            _to_int8(floats, out / MODEL)
            floats.unlink()
        else:
            floats.rename(out / MODEL)
        _compare((out / MODEL).read_bytes(), texts, expected, LEAST_COSINE[precision])
    except (Refused, OSError):
        raise
    except Exception as error:  # the exporter's own, of whatever kind: there are dozens
        if is_out_of_memory(error):  # says nothing about the model, and may not be remembered of it
            raise MemoryError from error
        raise Refused(_reason(error)) from error
    facts = {
        "max_tokens": model.max_tokens,
        "dimension": model.dimension,
        "token_dimension": model.token_dimension,
        "pooling": model.pooling,
        "precision": precision,
    }
    (out / TOKENIZER).write_text(model.tokenizer.to_str(), encoding="utf-8")
    (out / MANIFEST).write_text(json.dumps(facts))


def _reason(error: BaseException) -> str:
    """What an exporter says is often a page; what it stumbled over first is a line."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line for line in UNPRINTABLE.sub("", str(error)).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0].strip()[:REASON_CHARACTERS]}" if lines else type(error).__name__


def _to_onnx(model: TorchRuntime, path: Path) -> None:
    """A model that takes the token ids of one text, of any length."""
    import torch

    features = model.features(_ids(7, model.vocabulary))
    others = {name: value for name, value in features.items() if name != "input_ids"}

    class OneText(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model.module

        def forward(self, input_ids: Any) -> Any:  # noqa: ANN401
            given = {name: torch.full_like(input_ids, int(value.max())) for name, value in others.items()}
            output = self.inner({"input_ids": input_ids, **given})
            return output["sentence_embedding"][0], output["token_embeddings"][0]

    tokens = torch.export.Dim("tokens", min=2, max=model.max_tokens)
    program = torch.onnx.export(
        OneText().eval(),
        (features["input_ids"],),
        dynamo=True,
        input_names=["input_ids"],
        output_names=["vector", "token_vectors"],
        dynamic_shapes=[{1: tokens}],
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )
    if program is None:
        raise Refused("torch.onnx.export gave nothing")
    program.save(str(path))


def smooth(model: TorchRuntime) -> None:
    """Scale what goes into each linear layer, and its weights the other way, so that both lose little in 8 bits.

    A few components of what goes in are many times as large as the others, which are left with few of the 8 bits.
    That is so whatever the text, so it is measured on random ones. The outputs stay the same. From SmoothQuant (Xiao
    et al., 2023, arXiv:2211.10438): a component is divided by max|input| ** alpha / max|weight| ** (1 - alpha).
    """
    import torch

    largest: dict[Any, Any] = {}

    def measure(layer: Any, given: Any) -> None:  # noqa: ANN401
        found = given[0].abs().reshape(-1, given[0].shape[-1]).amax(0)
        largest[layer] = torch.maximum(largest.get(layer, found), found)

    layers = [layer for layer in model.module.modules() if isinstance(layer, torch.nn.Linear)]
    hooks = [layer.register_forward_pre_hook(measure) for layer in layers]
    for length in SMOOTHING_LENGTHS:
        for seed in range(SMOOTHING_TEXTS):
            ids = _ids(min(length, model.max_tokens), model.vocabulary, seed)
            model.run([model.tokenizer.decode(ids[0])])
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


def _to_int8(floats: Path, path: Path) -> None:
    """Weights of multiplications in 7 bits a channel, what is multiplied with them in 8 bits, scaled for each text.

    7 bits, because on processors without VNNI two products of 8 bits overflow the 16 bits that they are summed in.
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


def _compare(exported: bytes, texts: Sequence[Ids], expected: Sequence[Output], least: float) -> None:
    """Make sure that an export gives what is expected for some texts.

    Raises:
        Refused: It does not.
    """
    session = open_session(exported)
    for ids, outputs in zip(texts, expected, strict=True):
        for given, wanted in zip(session.run(None, {"input_ids": ids}), outputs, strict=True):
            if given.shape != wanted.shape:
                raise Refused(f"the export gives {given.shape} and not {wanted.shape} for {ids.shape[1]} tokens")
            nearness = _cosine(given, wanted)
            if not nearness >= least:
                raise Refused(f"the export's vectors are not the model's: a cosine of {nearness:.4f}")


def _cosine(a: Any, b: Any) -> float:  # noqa: ANN401
    """Mean cosine of rows."""
    a, b = np.atleast_2d(a).astype(np.float64), np.atleast_2d(b).astype(np.float64)
    return float(np.mean(np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))))


def _ids(length: int, vocabulary: int, seed: int = 0) -> Ids:
    """Some text's token ids, `(1, length)` int64, the same ones each time."""
    return np.random.default_rng((length, seed)).integers(0, vocabulary, size=(1, length), dtype=np.int64)


def _loaded(folder: Path, name: str) -> TorchRuntime:
    try:
        return TorchRuntime(folder, name, "float32", device="cpu")
    except EncoderError:
        raise
    except Exception as error:
        raise unloadable(name, error) from error


def _main(arguments: list[str]) -> int:
    folder, name, out, precision = arguments
    warnings.simplefilter("ignore")
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the exporter prints
            export(_loaded(Path(folder), name), Path(out), precision)
    except (Refused, EncoderError, OSError, MemoryError) as error:
        if is_out_of_memory(error):
            print(unloadable(name, error))  # noqa: T201 - to the process that waits for it
            return NOT_LOADABLE
        print(error.strerror if isinstance(error, OSError) else error)  # noqa: T201 - to the process that waits for it
        return NOT_EXPORTABLE if isinstance(error, Refused) else NOT_LOADABLE if isinstance(error, EncoderError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
