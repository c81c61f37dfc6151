"""An exported model on onnxruntime: fast, and without torch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from embeddings.encoder.cpus import usable_cpus
from embeddings.encoder.export_cache import Export
from embeddings.encoder.prompts import prompt_length
from embeddings.encoder.runtime import Output

SLOW_FUSIONS = ["SkipLayerNormFusion"]
"""Optimizers of onnxruntime to leave out: with this one, all-MiniLM-L6-v2 takes 1.3 times as long."""


class OnnxRuntime:
    """Runs one text at a time, on the calling thread. Safe to share between threads.

    One text at a time needs no padding and makes vectors independent of the batch: int8 scales activations by the
    greatest value in the batch.

    Args:
        export: Model to run.
    """

    batch = 1

    def __init__(self, export: Export) -> None:
        self.workers = usable_cpus()
        self.tokenizer: Tokenizer = Tokenizer.from_str(export.tokenizer)
        self.max_tokens = export.max_tokens
        self.dimension = export.dimension
        self.token_dimension = export.token_dimension
        self.pooling = export.pooling
        self.prompts = export.prompts
        self._pools_prompt = export.pools_prompt
        self._session = open_session(export.model)

    def run(self, texts: Sequence[str], encoded: Sequence[Encoding], prompt: str) -> list[Output]:
        """Encode texts; see `Runtime`. `texts` is not used."""
        unpooled = None if self._pools_prompt else prompt_length(self.tokenizer, prompt)
        return [self._one(np.array([one.ids], dtype=np.int64), unpooled) for one in encoded]

    def _one(self, ids: NDArray[np.int64], unpooled: int | None) -> Output:
        vector, tokens = self._session.run(None, model_inputs(ids, unpooled))
        return vector, tokens


def model_inputs(ids: NDArray[np.int64], unpooled: int | None) -> dict[str, NDArray[np.int64]]:
    """Return the inputs of an exported model.

    Args:
        ids: Token ids, `(1, tokens)`.
        unpooled: Leading tokens to leave out of the pooling; None for a model that pools all tokens.
    """
    if unpooled is None:
        return {"input_ids": ids}
    pooled = np.ones_like(ids)
    pooled[:, :unpooled] = 0
    return {"input_ids": ids, "pooled": pooled}


def open_session(model: bytes) -> Any:  # noqa: ANN401 - onnxruntime has no types
    """Open a session that computes on the calling thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
    )
