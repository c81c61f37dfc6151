"""Prompts that a model was trained to read before a question or a passage, such as "query: " for E5.

A prompt is no part of the text: its tokens fill the model's length, but they have no token vectors and no offsets in
the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

QUERY_NAMES = ("query",)
DOCUMENT_NAMES = ("document", "passage", "corpus")
"""Names of prompts in `config_sentence_transformers.json`, as `encode_query` and `encode_document` look them up."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of a model; "" stands for none.

    Args:
        query: Before a question.
        document: Before a passage and its title prefix.
    """

    query: str = ""
    document: str = ""

    @classmethod
    def declared(cls, prompts: Mapping[str, str | None], default_name: str | None) -> "Prompts":
        """Select the prompts of both roles from those that a model declares.

        A role without a prompt takes the default prompt, unless that one is named for the other role.

        Args:
            prompts: By name. An empty one counts as not declared: sentence-transformers saves those.
            default_name: Name of the default prompt, if any.
        """
        shared = default_name is not None and default_name not in (*QUERY_NAMES, *DOCUMENT_NAMES)
        default = prompts.get(default_name or "") if shared else None

        def first(names: tuple[str, ...]) -> str:
            return next((prompt for name in names if (prompt := prompts.get(name))), default or "")

        return cls(first(QUERY_NAMES), first(DOCUMENT_NAMES))


def is_prompt_token(encoded: Encoding, prompt: str) -> NDArray[np.bool_]:
    """Mark the tokens that stand for the prompt alone; a token that reaches into the text belongs to the text.

    Args:
        encoded: Tokens of the prompt and the text after it.
        prompt: The prompt.

    Returns:
        `(tokens,)` bool; special tokens are not marked.
    """
    if not prompt:
        return np.zeros(len(encoded), dtype=bool)
    ends = np.array([end for _, end in encoded.offsets], dtype=np.int64)
    special = np.array(encoded.special_tokens_mask, dtype=bool)
    return ~special & (ends <= len(prompt))


def prompt_length(tokenizer: Tokenizer, prompt: str) -> int:
    """Count the leading tokens that pooling without the prompt leaves out, as sentence-transformers counts them.

    A special token before the prompt is among them, one after it is not.
    """
    encoded = tokenizer.encode(prompt)
    return len(encoded) - sum(encoded.special_tokens_mask[-1:]) if prompt else 0
