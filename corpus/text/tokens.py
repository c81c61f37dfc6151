"""Tokens of a text, counted by an encoder's tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from corpus.text.letters import ordinary_letters


@dataclass(frozen=True, slots=True)
class TokenizerFile:
    """A tokenizer that another process can load.

    Args:
        content: Text of its `tokenizer.json`.
        sha256: Hex digest of the text.
        max_tokens: Length limit of a passage with its title prefix, special tokens included.
    """

    content: str
    sha256: str
    max_tokens: int


class Tokenizing(Protocol):
    """The methods of `tokenizers.Tokenizer` in use."""

    def encode(self, sequence: str, /, *, add_special_tokens: bool = True) -> Any:  # noqa: ANN401
        """Return the tokens of a text, with offsets."""

    def encode_batch_fast(self, sequences: list[str], /, *, add_special_tokens: bool = True) -> Sequence[Any]:
        """Return the tokens of several texts, without offsets."""

    def num_special_tokens_to_add(self, is_pair: bool) -> int:
        """Return the number of special tokens around a text."""


class TextTokens:
    """Counts the tokens of texts, with letters in their ordinary form.

    Args:
        tokenizer: Of the encoder, without truncation and padding.
        max_tokens: Length limit of a passage with its title prefix, special tokens included.
    """

    def __init__(self, tokenizer: Tokenizing, max_tokens: int) -> None:
        self._tokenizer = tokenizer
        self.max_tokens = max_tokens
        self.special_tokens = tokenizer.num_special_tokens_to_add(is_pair=False)

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of a text, without special tokens."""
        [encoded] = self._tokenizer.encode_batch_fast(
            [ordinary_letters(text)], add_special_tokens=False
        )  # faster: no offsets
        return len(encoded)

    def first_tokens(self, text: str, tokens: int) -> str:
        """Return the longest beginning of a text that ends with a token and has at most this number of tokens."""
        spans = self._tokenizer.encode(ordinary_letters(text), add_special_tokens=False).offsets
        if len(spans) <= tokens:
            return text
        for _, end in reversed(spans[:tokens]):
            if self.count_tokens(text[:end]) <= tokens:  # the end may lie inside a character of several tokens
                return text[:end]
        return ""
