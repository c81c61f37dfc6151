"""The encoder: one forward pass gives a text's vector and its token vectors."""

import functools
import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from corpus.errors import EncoderError
from corpus.text import TextTokens, TokenizerFile
from embeddings.encoder.cpus import thread_gives_way
from embeddings.encoder.export_cache import Export, NotExportableError, find_export, make_export
from embeddings.encoder.model_files import has_cuda, model_folder, unloadable, weights_sha256
from embeddings.encoder.onnx_runtime import OnnxRuntime
from embeddings.tokens import sign_bits

__all__ = ["PRECISIONS", "Encoder", "PassageEncoding", "Precision", "QuestionEncoding"]

Precision = Literal["int8", "float32", "bfloat16"]
PRECISIONS: tuple[Precision, ...] = ("int8", "float32", "bfloat16")
"""What the model's multiplications are done in. They give slightly different vectors, so a store has those of one."""

AHEAD = 2
"""Batches of passages that each worker may be ahead of whoever takes what they give."""


@dataclass(frozen=True, slots=True)
class PassageEncoding:
    """What the encoder makes of a passage.

    Args:
        vector: `(dimension,)` float32, L2-normalised.
        token_signs: `(tokens, dimension / 8)` uint8: a bit a dimension, set where the token vector is positive.
            Special tokens and the prefix are included, so that row i belongs to token i.
    """

    vector: NDArray[np.float32]
    token_signs: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class QuestionEncoding:
    """What the encoder makes of a question.

    Args:
        vector: `(dimension,)` float32, L2-normalised.
        token_vectors: `(tokens, dimension)` float32, rows L2-normalised, without special tokens.
    """

    vector: NDArray[np.float32]
    token_vectors: NDArray[np.float32]


class Runtime(Protocol):
    """A loaded model: what it says of itself, and how it is run."""

    batch: int
    workers: int
    tokenizer: Tokenizer
    max_tokens: int
    dimension: int
    token_dimension: int
    pooling: str
    description: str

    def run(
        self, texts: Sequence[str], encoded: Sequence[Encoding]
    ) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Vectors of texts, given with what its tokenizer makes of each."""
        ...


class Encoder(TextTokens):
    """A sentence-transformers model that encodes passages and questions. Safe to share between threads.

    Args:
        name: The default's name, a folder, or a model's name on the Hugging Face Hub (see `model_folder`).
        precision: What to compute in. None takes int8 on a CPU if the model can be exported, otherwise float32.
        exports: Where exported models are kept, which need no torch. Without it, or with a GPU, or for bfloat16, the
            model runs on torch, which knows no int8.
        say: Told, in a sentence, of what takes long or turned out otherwise than wanted.

    Raises:
        EncoderError: It cannot be found, verified or loaded, not in the precision wanted, or its dimension is not a
            multiple of 8.
    """

    def __init__(
        self,
        name: str,
        precision: Precision | None = None,
        exports: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        folder = model_folder(name)
        self.name = name
        self.weights_sha256 = weights_sha256(folder)
        self.precision, self._runtime = _started(folder, name, precision, exports, say)
        super().__init__(self._runtime.tokenizer, self._runtime.max_tokens)
        self._workers = ThreadPoolExecutor(
            self._runtime.workers, thread_name_prefix="encode", initializer=thread_gives_way
        )
        self.dimension = self._runtime.dimension
        if self.dimension % 8 or not self.dimension:
            raise EncoderError(f"The encoder {name} gives {self.dimension} dimensions; a multiple of 8 is needed.")
        if self._runtime.token_dimension != self.dimension:
            raise EncoderError(
                f"The encoder {name} gives {self.dimension} dimensions for a text and {self._runtime.token_dimension} "
                "for a token. Choose one that gives the same for both."
            )

    @property
    def runtime(self) -> str:
        """What it runs on, for people."""
        return self._runtime.description

    def fingerprint(self, **chunking: int) -> str:
        """Everything that decides what is stored for a text, as canonical JSON.

        Args:
            chunking: How texts are cut into passages.
        """
        parts = {
            "weights": self.weights_sha256,
            "tokenizer": self.tokenizer_file.sha256,
            "pooling": self._runtime.pooling,
            "dimension": self.dimension,
            "max_tokens": self.max_tokens,
            "precision": self.precision,
            "token_vectors": "signs",
            **chunking,
        }
        return json.dumps(parts, sort_keys=True)

    @functools.cached_property
    def tokenizer_file(self) -> TokenizerFile:
        """Its tokenizer, for a process that counts tokens without the model."""
        content = self._runtime.tokenizer.to_str()
        return TokenizerFile(content, hashlib.sha256(content.encode()).hexdigest(), self.max_tokens)

    def encode_passages(self, texts: Sequence[str]) -> Iterator[PassageEncoding]:
        """Encode passages, each in one pass, yielding them in order as batches are done, a few computed ahead.

        Args:
            texts: Passages with their prefixes; sorted by length, they take the least time.

        Raises:
            EncoderError: One has more tokens than the encoder takes: nothing is ever truncated.
        """
        waiting: deque[Future[list[PassageEncoding]]] = deque()
        try:
            for at in range(0, len(texts), self._runtime.batch):
                waiting.append(self._workers.submit(self._passages, texts[at : at + self._runtime.batch]))
                if len(waiting) > AHEAD * self._runtime.workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def encode_question(self, text: str) -> QuestionEncoding:
        """Encode a question; one longer than the encoder takes loses its end."""
        encoded = self._tokenizer.encode(text)
        if len(encoded) > self.max_tokens:
            text = self.first_tokens(text, self.max_tokens - self.special_tokens)
            encoded = self._tokenizer.encode(text)
        [(vector, tokens)] = self._runtime.run([text], [encoded])
        special = np.array(encoded.special_tokens_mask, dtype=bool)
        if not special.all():
            tokens = tokens[~special]
        return QuestionEncoding(_unit(vector), _unit(tokens))

    def _passages(self, texts: Sequence[str]) -> list[PassageEncoding]:
        encoded = [self._tokenizer.encode(text) for text in texts]
        if any(len(one) > self.max_tokens for one in encoded):
            raise EncoderError(f"A passage has more than the {self.max_tokens} tokens that {self.name} takes.")
        outputs = self._runtime.run(texts, encoded)
        return [PassageEncoding(_unit(vector), sign_bits(tokens)) for vector, tokens in outputs]

    @classmethod
    def load(
        cls,
        name: str,
        precision: Precision | None = None,
        exports: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """The same as the constructor, mapping whatever a broken model raises to EncoderError."""
        try:
            return cls(name, precision, exports, say)
        except EncoderError:
            raise
        except Exception as error:
            raise unloadable(name, error) from error


def _started(
    folder: Path, name: str, precision: Precision | None, exports: Path | None, say: Callable[[str], None]
) -> tuple[Precision, Runtime]:
    """The runtime that suits the machine and what is wanted, and the precision that it has."""
    reason = ""
    if exports is not None and precision != "bfloat16" and (precision == "int8" or not has_cuda()):
        wanted: tuple[Precision, ...] = (precision,) if precision else ("int8", "float32")
        for one in wanted:
            try:
                runtime = OnnxRuntime(_export(exports, folder, name, one, say), one)
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
                f"It cannot be kept in {exports}, so it is prepared anew each time. "
                "Name a folder that can be written with FOOTNOTE_EXPORTS."
            )
    return found


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return unit
