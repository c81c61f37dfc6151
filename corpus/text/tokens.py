"""Tokens of a text, counted by an encoder's own tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["TextTokens", "TokenizerFile", "Tokenizing"]


@dataclass(frozen=True, slots=True)
class TokenizerFile:
    """A tokenizer as a process of its own can load it.

    Args:
        content: The text of its `tokenizer.json`.
        sha256: Hex digest of that text.
        max_tokens: Tokens that the encoder takes, special tokens included.
    """

    content: str
    sha256: str
    max_tokens: int


class Tokenizing(Protocol):
    """The methods of `tokenizers.Tokenizer` that are used here."""

    def encode(self, sequence: str, /, *, add_special_tokens: bool = True) -> Any:  # noqa: ANN401
        """Tokens of a text, with offsets."""

    def encode_batch_fast(self, sequences: list[str], /, *, add_special_tokens: bool = True) -> Sequence[Any]:
        """Tokens of several texts, without offsets."""

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        """Tokens that are put around a text."""


class TextTokens:
    """Counts the tokens of texts.

    Args:
        tokenizer: Of the encoder, without truncation and padding.
        max_tokens: Tokens that the encoder takes, special tokens included.
    """

    def __init__(self, tokenizer: Tokenizing, max_tokens: int) -> None:
        self._tokenizer = tokenizer
        self.max_tokens = max_tokens
        self.special_tokens = tokenizer.num_special_tokens_to_add(is_pair=False)

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens aside."""
        [encoded] = self._tokenizer.encode_batch_fast([text], add_special_tokens=False)  # fast: without the offsets
        return len(encoded)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """The code points that each token of a text stands for, special tokens included as empty spans."""
        encoded = self._tokenizer.encode(text)
        return [
            (0, 0) if special else span
            for span, special in zip(encoded.offsets, encoded.special_tokens_mask, strict=True)
        ]

    def first_tokens(self, text: str, tokens: int) -> str:
        """The longest beginning of a text that has at most this number of tokens and ends with a token."""
        spans = self._tokenizer.encode(text, add_special_tokens=False).offsets
        if len(spans) <= tokens:
            return text
        for _, end in reversed(spans[:tokens]):
            if self.count_tokens(text[:end]) <= tokens:  # a cut may fall inside a character of several tokens
                return text[:end]
        return ""
