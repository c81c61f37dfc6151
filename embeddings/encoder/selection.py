"""Selection of the runtime and the precision of an encoder."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

from corpus.errors import EncoderError
from embeddings.encoder.export_cache import Export, NotExportableError, find_export, make_export
from embeddings.encoder.model_files import has_cuda
from embeddings.encoder.onnx_runtime import OnnxRuntime
from embeddings.encoder.runtime import Runtime

Precision = Literal["int8", "float32", "bfloat16"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
"""Number formats of the model's multiplications. Vectors differ slightly between them, so a store has one of them."""


def select_runtime(
    folder: Path, name: str, precision: Precision | None, exports: Path | None, say: Callable[[str], None]
) -> tuple[Precision, Runtime]:
    """Load a model on the runtime that suits the machine, and return it with its precision.

    Args:
        folder: Of the model.
        name: Of the model, for messages.
        precision: See `Encoder`.
        exports: See `Encoder`.
        say: See `Encoder`.

    Raises:
        EncoderError: It cannot be loaded, or not in this precision.
    """
    reason = ""
    if exports is not None and precision != "bfloat16" and (precision == "int8" or not has_cuda()):
        wanted: tuple[Precision, ...] = (precision,) if precision else ("int8", "float32")
        for one in wanted:
            try:
                runtime = OnnxRuntime(_export(exports, folder, name, one, say))
            except NotExportableError as error:
                reason = str(error)
            else:
                if reason:
                    say(f"The encoder {name} cannot run in int8 ({reason}). It runs in float32, which is slower.")
                return one, runtime
    if precision == "int8":
        raise EncoderError(
            f"The encoder {name} cannot run in int8 ({reason or 'it is not exported'}). "
            "Set FOOTNOTE_PRECISION=float32, and re-encode what was stored in int8 with: footnote reindex"
        )
    if reason:
        say(f"The encoder {name} cannot be exported ({reason}). It runs on torch, which is slower.")
    from embeddings.encoder.torch_runtime import TorchRuntime

    return precision or "float32", TorchRuntime(folder, name, precision or "float32")


def _export(exports: Path, folder: Path, name: str, precision: str, say: Callable[[str], None]) -> Export:
    found = find_export(exports, folder, precision)
    if found is None:
        say("Preparing the encoder for this machine, which is done once and takes a moment.")
        found = make_export(exports, folder, name, precision)
        if find_export(exports, folder, precision) is None:
            say(
                f"The prepared encoder cannot be kept in {exports}, so each start prepares it again. "
                "Set FOOTNOTE_EXPORTS to a folder that can be written."
            )
    return found
