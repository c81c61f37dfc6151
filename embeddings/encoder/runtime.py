"""Interface of a loaded model, which onnxruntime and torch implement."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from embeddings.encoder.prompts import Prompts

Output = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Vector of a text, `(dimension,)`, and its token vectors, `(tokens, token dimension)`, special tokens included."""


class Runtime(Protocol):
    """A loaded model. Safe to share between threads.

    Attributes:
        batch: Texts for one call of `run`.
        workers: Threads that may call `run` at the same time to good effect.
        tokenizer: Neither truncates nor pads.
        max_tokens: Length limit of the model, special tokens and prompt included.
        dimension, token_dimension: Of a text's vector and of its token vectors.
        pooling: How the model makes a text's vector from its token vectors.
        prompts: Declared by the model.
    """

    batch: int
    workers: int
    tokenizer: Tokenizer
    max_tokens: int
    dimension: int
    token_dimension: int
    pooling: str
    prompts: Prompts

    def run(self, texts: Sequence[str], encoded: Sequence[Encoding], prompt: str) -> list[Output]:
        """Encode texts.

        Args:
            texts: Without the prompt.
            encoded: Tokens of the prompt and each text after it.
            prompt: The same for all texts.
        """
        ...
