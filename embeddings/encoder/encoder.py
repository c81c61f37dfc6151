"""The encoder: one forward pass gives a text's vector and its token vectors."""

import functools
import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

from corpus.errors import EncoderError
from corpus.text import TextTokens, TokenizerFile, ordinary_letters
from embeddings.encoder.cpus import lower_thread_priority
from embeddings.encoder.model_files import model_folder, translated_load_errors, weights_sha256
from embeddings.encoder.prompts import is_prompt_token
from embeddings.encoder.runtime import Runtime
from embeddings.encoder.selection import Precision, select_runtime
from embeddings.tokens import sign_bits

AHEAD = 2
"""Batches that each worker may finish before their encodings are taken."""

JOINT_TOKENS = 2
"""Tokens kept free because a prompt and a text may need more tokens together than apart."""

MIN_TEXT_TOKENS = 16
"""Room that prompts must leave for text."""


@dataclass(frozen=True, slots=True)
class PassageEncoding:
    """Vectors of a passage.

    Args:
        vector: `(dimension,)` float32, L2-normalised.
        token_signs: `(tokens, dimension / 8)` uint8: a bit for each dimension, set where the token vector is positive.
            Row i belongs to span i of `Encoder.token_spans`: special tokens and the title prefix are included, the
            tokens of a prompt are not.
    """

    vector: NDArray[np.float32]
    token_signs: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class QuestionEncoding:
    """Vectors of a question.

    Args:
        vector: `(dimension,)` float32, L2-normalised.
        token_vectors: `(tokens, dimension)` float32, rows L2-normalised, without special tokens and prompt.
    """

    vector: NDArray[np.float32]
    token_vectors: NDArray[np.float32]


class Encoder(TextTokens):
    """A sentence-transformers model that encodes passages and questions. Safe to share between threads.

    `max_tokens` is the limit of a passage with its title prefix: the length limit of the model less its prompt.

    Args:
        name: The default's name, a folder, or a model's name on the Hugging Face Hub (see `model_folder`).
        precision: Precision of the computation. None selects int8 on a CPU if the model can be exported, otherwise
            float32.
        exports: Folder of exported models, which run without torch. The model runs on torch, which has no int8,
            without this folder, with a GPU and in bfloat16.
        say: Receives a sentence about slow steps and about deviations from what was asked for.

    Raises:
        EncoderError: The model cannot be found, verified or loaded, not in this precision, its dimension is not a
            multiple of 8, or its prompts leave no room for text.
    """

    def __init__(
        self,
        name: str,
        precision: Precision | None = None,
        exports: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        with translated_load_errors(name):
            folder = model_folder(name)
            self.name = name
            self.weights_sha256 = weights_sha256(folder)
            self.precision, self._runtime = select_runtime(folder, name, precision, exports, say)
            self._prompts = self._runtime.prompts
            super().__init__(self._runtime.tokenizer, self._runtime.max_tokens)
            self.question_tokens = self._room(self._prompts.query)
            self.max_tokens = self._room(self._prompts.document) + self.special_tokens
            self.dimension = self._runtime.dimension
            _check(self._runtime, name)
        self._workers = ThreadPoolExecutor(
            self._runtime.workers, thread_name_prefix="encode", initializer=lower_thread_priority
        )

    def _room(self, prompt: str) -> int:
        """Return the tokens that a text may have after a prompt, special tokens not counted.

        Raises:
            EncoderError: There are too few.
        """
        room = self._runtime.max_tokens - self.special_tokens
        if prompt:
            room -= self.count_tokens(prompt) + JOINT_TOKENS
            if room < MIN_TEXT_TOKENS:
                raise EncoderError(f"The prompts of the encoder {self.name} leave no room for text. Choose another.")
        return room

    def fingerprint(self, **chunking: int) -> str:
        """Return everything that determines what is stored for a text, as canonical JSON.

        Args:
            chunking: How texts are split into passages.
        """
        parts = {
            "weights": self.weights_sha256,
            "tokenizer": self.tokenizer_file.sha256,
            "pooling": self._runtime.pooling,
            "prompts": asdict(self._prompts),
            "dimension": self.dimension,
            "max_tokens": self._runtime.max_tokens,
            "precision": self.precision,
            "token_vectors": "signs",
            **chunking,
        }
        return json.dumps(parts, sort_keys=True)

    @functools.cached_property
    def tokenizer_file(self) -> TokenizerFile:
        """The tokenizer, for a process that counts tokens without the model."""
        content = self._runtime.tokenizer.to_str()
        return TokenizerFile(content, hashlib.sha256(content.encode()).hexdigest(), self.max_tokens)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the span of each token vector of a passage, in code points of `text`.

        Args:
            text: A passage with its title prefix.

        Returns:
            A span for each row of `PassageEncoding.token_signs`; special tokens have empty ones.
        """
        prompt = self._prompts.document
        encoded = self._tokenizer.encode(prompt + ordinary_letters(text))
        rows = zip(encoded.offsets, encoded.special_tokens_mask, is_prompt_token(encoded, prompt), strict=True)
        return [
            (0, 0) if special else (max(0, start - len(prompt)), end - len(prompt))
            for (start, end), special, of_prompt in rows
            if not of_prompt
        ]

    def encode_passages(self, texts: Sequence[str]) -> Iterator[PassageEncoding]:
        """Encode passages, each in one pass, and yield the encodings in order, batch by batch.

        Args:
            texts: Passages with their title prefixes. Sorted by length they take the least time.

        Raises:
            EncoderError: A passage exceeds the length limit. Nothing is truncated.
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
        """Encode a question. The end of one that exceeds the length limit is cut off."""
        prompt, text = self._prompts.query, ordinary_letters(text)
        encoded = self._tokenizer.encode(prompt + text)
        if len(encoded) > self._runtime.max_tokens:
            text = self.first_tokens(text, self.question_tokens)
            encoded = self._tokenizer.encode(prompt + text)
        [(vector, tokens)] = self._runtime.run([text], [encoded], prompt)
        of_text = ~np.array(encoded.special_tokens_mask, dtype=bool) & ~is_prompt_token(encoded, prompt)
        if of_text.any():
            tokens = tokens[of_text]
        return QuestionEncoding(_unit(vector), _unit(tokens))

    def _passages(self, texts: Sequence[str]) -> list[PassageEncoding]:
        prompt, texts = self._prompts.document, [ordinary_letters(text) for text in texts]
        encoded: list[Encoding] = [self._tokenizer.encode(prompt + text) for text in texts]
        if any(len(one) > self._runtime.max_tokens for one in encoded):
            raise EncoderError(f"A passage exceeds the {self._runtime.max_tokens} tokens that {self.name} reads.")
        outputs = self._runtime.run(texts, encoded, prompt)
        return [
            PassageEncoding(_unit(vector), sign_bits(tokens)[~is_prompt_token(one, prompt)])
            for (vector, tokens), one in zip(outputs, encoded, strict=True)
        ]


def _check(runtime: Runtime, name: str) -> None:
    """Refuse a model whose vectors cannot be stored.

    Raises:
        EncoderError: See `Encoder`.
    """
    if runtime.dimension % 8 or not runtime.dimension:
        raise EncoderError(f"The encoder {name} gives {runtime.dimension} dimensions; a multiple of 8 is needed.")
    if runtime.token_dimension != runtime.dimension:
        raise EncoderError(
            f"The encoder {name} gives {runtime.dimension} dimensions for a text and {runtime.token_dimension} "
            "for a token. Choose one that gives the same for both."
        )


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to length 1."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return unit
