"""A model on torch, through sentence-transformers: the reference for exports, and the runtime for GPUs."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from corpus.errors import EncoderError
from embeddings.encoder.cpus import usable_cpus
from embeddings.encoder.prompts import Prompts
from embeddings.encoder.runtime import Output

CPU_BATCH = 8
"""Texts of one forward pass on a CPU. More are no faster, and a question waits until the pass ends."""

GPU_BATCH = 128


class TorchRuntime:
    """A sentence-transformers model. Safe to share between threads; one computes at a time.

    Args:
        folder: Of the model.
        name: Of the model, for messages.
        precision: `float32` or `bfloat16`.
        device: `cpu` or `cuda`; None selects a GPU if there is one.

    Raises:
        EncoderError: The model has no fast tokenizer.

    Attributes:
        module: The model itself, from features to outputs.
        vocabulary: Upper bound of token ids, exclusive.
    """

    workers = 1

    def __init__(self, folder: Path, name: str, precision: str, device: str | None = None) -> None:
        import torch

        self.module = _loaded(folder, getattr(torch, precision), device)
        on_cpu = self.module.device.type == "cpu"
        if on_cpu:
            torch.set_num_threads(usable_cpus())
        self.batch = CPU_BATCH if on_cpu else GPU_BATCH
        self.tokenizer = _tokenizer(self.module, name)
        self.vocabulary: int = self.tokenizer.get_vocab_size()
        self.max_tokens = int(self.module.max_seq_length or 512)
        self.dimension = int(self.module.get_embedding_dimension() or 0)
        self.prompts = Prompts.declared(self.module.prompts, self.module.default_prompt_name)
        self.pools_prompt = self.prompts == Prompts() or _pools_prompt(self.module)
        self.pooling = _pooling(self.module) + ("" if self.pools_prompt else " without the prompt")
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self.token_dimension = self.run([name])[0][1].shape[1]

    def run(self, texts: Sequence[str], encoded: Sequence[Encoding] = (), prompt: str = "") -> list[Output]:
        """Encode texts; see `Runtime`. `encoded` is not used: sentence-transformers tokenizes the texts itself."""
        self._turn.acquire()  # queue for the lock, so that a question waits for one batch only
        with self._lock:  # the model's tokenizer keeps state while it works
            self._turn.release()
            outputs = self.module.encode(
                list(texts),
                prompt=prompt,
                output_value=None,
                convert_to_numpy=False,
                batch_size=GPU_BATCH,
                show_progress_bar=False,
            )
        return [_arrays(output) for output in outputs]

    def features(self, ids: NDArray[np.int64]) -> dict[str, Any]:
        """Return the model's input for token ids, `(1, tokens)`: tensors of the same shape."""
        import torch

        given = self.module.tokenize(["a"])
        wanted = [name for name, value in given.items() if torch.is_tensor(value) and value.ndim == 2]
        return {name: torch.from_numpy(ids) if name == "input_ids" else _like(ids, given[name]) for name in wanted}

    def outputs(self, ids: NDArray[np.int64], unpooled: int | None = None) -> Output:
        """Return the output for token ids.

        Args:
            ids: Token ids, `(1, tokens)`.
            unpooled: Leading tokens to leave out of the pooling; None for a model that pools all tokens.
        """
        import torch

        prompt = {} if unpooled is None else {"prompt_length": unpooled}
        with torch.inference_mode():
            output = self.module({**self.features(ids), **prompt})
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


def _tokenizer(model: Any, name: str) -> Tokenizer:  # noqa: ANN401
    """Copy the model's fast tokenizer, without truncation and padding; no other thread changes the copy."""
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


def _pools_prompt(model: Any) -> bool:  # noqa: ANN401
    return all(getattr(module, "include_prompt", True) for module in model)


def _like(ids: NDArray[np.int64], example: Any) -> Any:  # noqa: ANN401
    """Return a mask or token types in the shape of the ids, filled with the value of the example's first token."""
    import torch

    return torch.full(ids.shape, int(example[0, 0]), dtype=example.dtype)


def _arrays(output: dict[str, Any]) -> Output:
    mask = output["attention_mask"].bool().cpu().numpy()
    vector: NDArray[np.float32] = output["sentence_embedding"].float().cpu().numpy()
    return vector, output["token_embeddings"].float().cpu().numpy()[mask]
