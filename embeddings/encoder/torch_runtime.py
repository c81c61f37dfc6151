"""A model on torch, through sentence-transformers: what every other way is compared with, and the one for GPUs."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from corpus.errors import EncoderError
from embeddings.encoder.cpus import usable_cpus

__all__ = ["TorchRuntime"]

CPU_BATCH = 8
"""Texts that go through the model together. More take no less time on a CPU, and a question that is asked meanwhile
waits for them."""

GPU_BATCH = 128

Output = tuple[NDArray[np.float32], NDArray[np.float32]]


class TorchRuntime:
    """A sentence-transformers model. Safe to share between threads, which take turns.

    Args:
        folder: Of the model.
        name: What people call it.
        precision: `float32` or `bfloat16`.
        device: `cpu` or `cuda`; a GPU if there is one, if None.

    Raises:
        EncoderError: It has no fast tokenizer.
    """

    workers = 1

    def __init__(self, folder: Path, name: str, precision: str, device: str | None = None) -> None:
        import torch

        self._model = _loaded(folder, getattr(torch, precision), device)
        on_cpu = self._model.device.type == "cpu"
        if on_cpu:
            torch.set_num_threads(usable_cpus())
        self.batch = CPU_BATCH if on_cpu else GPU_BATCH
        self.tokenizer = _own_tokenizer(self._model, name)
        self.max_tokens = int(self._model.max_seq_length or 512)
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.pooling = _pooling(self._model)
        self.description = f"torch, {precision}" if on_cpu else f"torch, {precision}, {self._model.device.type}"
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self.token_dimension = self.run([name])[0][1].shape[1]

    @property
    def module(self) -> Any:  # noqa: ANN401
        """The model itself, from features to outputs."""
        return self._model

    @property
    def vocabulary(self) -> int:
        """Token ids are below this."""
        return self.tokenizer.get_vocab_size()

    def run(self, texts: Sequence[str], encoded: object = None) -> list[Output]:
        """Vector `(dimension,)` and token vectors `(tokens, token dimension)` of each text, special tokens included.

        Args:
            texts: What to encode.
            encoded: Not needed: sentence-transformers tokenizes by itself.
        """
        self._turn.acquire()  # who waits here is next, so that many batches of passages keep no question waiting
        with self._lock:  # the tokenizer inside keeps state while it works
            self._turn.release()
            outputs = self._model.encode(
                list(texts),
                prompt="",  # not the model's own: every token must be one of the text's
                output_value=None,
                convert_to_numpy=False,
                batch_size=GPU_BATCH,
                show_progress_bar=False,
            )
        return [_arrays(output) for output in outputs]

    def features(self, ids: NDArray[np.int64]) -> dict[str, Any]:
        """What the model takes for token ids, `(1, tokens)`: tensors of the same shape."""
        import torch

        given = self._model.tokenize(["a"])
        wanted = [name for name, value in given.items() if torch.is_tensor(value) and value.ndim == 2]
        return {name: torch.from_numpy(ids) if name == "input_ids" else _like(ids, given[name]) for name in wanted}

    def outputs(self, ids: NDArray[np.int64]) -> Output:
        """The same as `run` gives, of token ids `(1, tokens)`."""
        import torch

        with torch.inference_mode():
            output = self._model(self.features(ids))
        return output["sentence_embedding"][0].numpy(), output["token_embeddings"][0].numpy()


def _loaded(folder: Path, dtype: Any, device: str | None) -> Any:  # noqa: ANN401 - sentence-transformers is imported late
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    for logger in ("sentence_transformers", "transformers"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    return SentenceTransformer(
        str(folder),
        device=device,
        trust_remote_code=False,
        local_files_only=True,
        model_kwargs={"use_safetensors": True, "dtype": dtype},
    ).eval()


def _own_tokenizer(model: Any, name: str) -> Tokenizer:  # noqa: ANN401
    """A copy of the model's fast tokenizer that neither truncates nor pads, and that no other thread changes."""
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise EncoderError(f"The encoder {name} has no fast tokenizer (tokenizer.json). Choose one that does.")
    tokenizer: Tokenizer = Tokenizer.from_str(backend.to_str())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _pooling(model: Any) -> str:  # noqa: ANN401
    modes = [module.pooling_mode for module in model if hasattr(module, "pooling_mode")]
    return "+".join(str(mode) for mode in modes) or "none"


def _like(ids: NDArray[np.int64], example: Any) -> Any:  # noqa: ANN401
    """A mask or the types of tokens, as long as the ids: all are those of the example's first token."""
    import torch

    return torch.full(ids.shape, int(example[0, 0]), dtype=example.dtype)


def _arrays(output: dict[str, Any]) -> Output:
    mask = output["attention_mask"].bool().cpu().numpy()
    vector: NDArray[np.float32] = output["sentence_embedding"].float().cpu().numpy()
    return vector, output["token_embeddings"].float().cpu().numpy()[mask]
