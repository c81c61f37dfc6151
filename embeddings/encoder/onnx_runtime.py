"""An exported model on onnxruntime: the quick way, without torch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from embeddings.encoder.cpus import usable_cpus
from embeddings.encoder.export_cache import Export

__all__ = ["OnnxRuntime", "open_session"]

SLOW_FUSIONS = ["SkipLayerNormFusion"]
"""Of onnxruntime's optimizers: with it, all-MiniLM-L6-v2 takes 1.3 times as long."""

Output = tuple[NDArray[np.float32], NDArray[np.float32]]


class OnnxRuntime:
    """Runs one text at a time, on the thread that asks. Safe to share between threads.

    So nothing is padded, and no text's vectors depend on what else is encoded: what int8 multiplies with the weights
    is scaled by the greatest value in the batch.

    Args:
        export: What to run.
        precision: In which it was exported.
    """

    batch = 1
    """Texts that `run` is best given at a time."""

    def __init__(self, export: Export, precision: str) -> None:
        self.workers = usable_cpus()
        self.tokenizer: Tokenizer = Tokenizer.from_str(export.tokenizer)
        self.max_tokens = export.max_tokens
        self.dimension = export.dimension
        self.token_dimension = export.token_dimension
        self.pooling = export.pooling
        self.description = f"onnxruntime, {precision}"
        self._session = open_session(export.model)

    def run(self, texts: Sequence[str], encoded: Sequence[Encoding]) -> list[Output]:
        """Vector `(dimension,)` and token vectors `(tokens, token dimension)` of each text, special tokens included.

        Args:
            texts: Not needed.
            encoded: What the tokenizer makes of each.
        """
        return [self._one(np.array([one.ids], dtype=np.int64)) for one in encoded]

    def _one(self, ids: NDArray[np.int64]) -> Output:
        vector, tokens = self._session.run(None, {"input_ids": ids})
        return vector, tokens


def open_session(model: bytes) -> Any:  # noqa: ANN401 - onnxruntime has no types
    """A session that works on the thread that calls it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
    )
