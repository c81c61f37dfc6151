"""The encoder: one forward pass gives a text's vector and its token vectors."""

import hashlib
import json
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from corpus.errors import EncoderError
from embeddings.models import model_folder, weights_sha256
from embeddings.token_vectors import pack_signs

__all__ = ["Encoder", "PassageEncoding", "QuestionEncoding"]

BATCH_SIZE = 32

PASSAGE_BATCH = 8
"""Passages that go through the model together. More take no less time on a CPU, and a question that is asked meanwhile
waits for them."""


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


class Encoder:
    """A sentence-transformers model that encodes passages and questions. Safe to share between threads.

    Args:
        name: The default's name, a folder, or a model's name on the Hugging Face Hub (see `model_folder`).

    Raises:
        EncoderError: It cannot be found, verified or loaded, or its dimension is not a multiple of 8.
    """

    def __init__(self, name: str) -> None:
        folder = model_folder(name)
        self.name = name
        self.weights_sha256 = weights_sha256(folder)
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._model = _loaded(folder, name)
        self._tokenizer = _own_tokenizer(self._model, name)
        self.special_tokens = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self.max_tokens: int = int(self._model.max_seq_length or 512)
        self.dimension: int = int(self._model.get_embedding_dimension() or 0)
        if self.dimension % 8 or not self.dimension:
            raise EncoderError(f"The encoder {name} gives {self.dimension} dimensions; a multiple of 8 is needed.")
        token_dimension = _arrays(self._forward([name])[0])[1].shape[1]
        if token_dimension != self.dimension:
            raise EncoderError(
                f"The encoder {name} gives {self.dimension} dimensions for a text and {token_dimension} for a token. "
                "Choose one that gives the same for both."
            )

    def fingerprint(self, **chunking: int) -> str:
        """Everything that decides what is stored for a text, as canonical JSON.

        Args:
            chunking: How texts are cut into passages.
        """
        parts = {
            "weights": self.weights_sha256,
            "tokenizer": hashlib.sha256(self._tokenizer.to_str().encode()).hexdigest(),
            "pooling": _pooling(self._model),
            "dimension": self.dimension,
            "max_tokens": self.max_tokens,
            "precision": "float32",
            "token_vectors": "signs",
            **chunking,
        }
        return json.dumps(parts, sort_keys=True)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens aside."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """The code points that each token of a text stands for, special tokens included as empty spans."""
        encoded = self._tokenizer.encode(text)
        return [
            (0, 0) if special else span
            for span, special in zip(encoded.offsets, encoded.special_tokens_mask, strict=True)
        ]

    def first_tokens(self, text: str, tokens: int) -> str:
        """The beginning of a text that has at most so many tokens."""
        spans = self._tokenizer.encode(text, add_special_tokens=False).offsets
        if len(spans) <= tokens:
            return text
        for _, end in reversed(spans[:tokens]):
            if self.count_tokens(text[:end]) <= tokens:  # a cut may fall inside a character of several tokens
                return text[:end]
        return ""

    def encode_passages(self, texts: Sequence[str]) -> Iterator[PassageEncoding]:
        """Encode passages, each in one pass, yielding them in order as batches are done.

        Args:
            texts: Passages with their prefixes; sorted by length, they take the least time.

        Raises:
            EncoderError: One has more tokens than the encoder takes: nothing is ever truncated.
        """
        for text in texts:
            if self.count_tokens(text) + self.special_tokens > self.max_tokens:
                raise EncoderError(f"A passage has more than the {self.max_tokens} tokens that {self.name} takes.")
        for at in range(0, len(texts), PASSAGE_BATCH):
            for output in self._forward(texts[at : at + PASSAGE_BATCH]):
                vector, tokens = _arrays(output)
                yield PassageEncoding(vector, pack_signs(tokens))

    def encode_question(self, text: str) -> QuestionEncoding:
        """Encode a question; one longer than the encoder takes loses its end."""
        kept = self.first_tokens(text, self.max_tokens - self.special_tokens)
        vector, tokens = _arrays(self._forward([kept])[0])
        special = np.array(self._tokenizer.encode(kept).special_tokens_mask, dtype=bool)
        if not special.all():
            tokens = tokens[~special]
        return QuestionEncoding(vector, _unit(tokens))

    def bare_vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Only the texts' vectors, by sentence-transformers' own `encode`: what benchmarks measure against.

        Args:
            texts: Any number; sentence-transformers sorts them by length before it makes batches.

        Returns:
            `(texts, dimension)` float32, L2-normalised if the model does that.
        """
        with self._lock:
            vectors: NDArray[np.float32] = self._model.encode(list(texts), batch_size=BATCH_SIZE, prompt="")
        return vectors

    def _forward(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        self._turn.acquire()  # who waits here is next, so that many batches of passages keep no question waiting
        with self._lock:  # the tokenizer inside keeps state while it works
            self._turn.release()
            outputs: list[dict[str, Any]] = self._model.encode(
                list(texts),
                prompt="",  # not the model's own: every token must be one of the text's
                output_value=None,
                convert_to_numpy=False,
                batch_size=BATCH_SIZE,
                show_progress_bar=False,
            )
        return outputs

    @classmethod
    def load(cls, name: str) -> Self:
        """The same as the constructor, mapping whatever a broken model raises to EncoderError."""
        try:
            return cls(name)
        except EncoderError:
            raise
        except Exception as error:
            raise EncoderError(
                f"The encoder {name} cannot be loaded ({type(error).__name__}). "
                "Check that it is a sentence-transformers model."
            ) from error


def _loaded(folder: Path, name: str) -> Any:  # noqa: ANN401 - sentence-transformers is imported late
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    for logger in ("sentence_transformers", "transformers"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    return SentenceTransformer(
        str(folder), trust_remote_code=False, local_files_only=True, model_kwargs={"use_safetensors": True}
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


def _arrays(output: dict[str, Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vector `(dimension,)`, normalised, and token vectors `(tokens, dimension)` of one output, without padding."""
    vector = output["sentence_embedding"].float().cpu().numpy()
    mask = output["attention_mask"].bool().cpu().numpy()
    return _unit(vector), output["token_embeddings"].float().cpu().numpy()[mask]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return unit
