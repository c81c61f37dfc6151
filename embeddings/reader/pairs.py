"""Tokens of a question and a passage, as the reader sees them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from corpus.text import ordinary_letters


@dataclass(frozen=True, slots=True, eq=False)
class PairTokens:
    """Tokens of `[CLS] question [SEP] title and passage [SEP]`.

    Args:
        ids: Token ids, `(tokens,)` int64.
        types: 0 for the tokens up to the first `[SEP]`, then 1, `(tokens,)` int64.
        spans: Spans of the tokens in the passage's text, in code points; meaningless outside it, `(tokens, 2)` int64.
        inside: Whether a token is in the passage's text, `(tokens,)` bool.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    spans: NDArray[np.int64]
    inside: NDArray[np.bool_]


def pair_tokenizer(tokenizer: Tokenizer, max_tokens: int) -> Tokenizer:
    """Return a copy of a tokenizer that cuts the longer one of question and passage to `max_tokens` in all."""
    copy: Tokenizer = Tokenizer.from_str(tokenizer.to_str())
    copy.no_padding()
    copy.enable_truncation(max_tokens, strategy="longest_first")
    return copy


def pair_tokens(tokenizer: Tokenizer, question: str, title: str, text: str) -> PairTokens:
    """Return the tokens of a pair, by a tokenizer of `pair_tokenizer`."""
    prefix = f"{title}\n" if title else ""
    one = tokenizer.encode(ordinary_letters(question), ordinary_letters(prefix + text))
    spans = np.array(one.offsets, dtype=np.int64) - len(prefix)
    of_passage = np.array([sequence == 1 for sequence in one.sequence_ids])
    inside = of_passage & (spans[:, 0] >= 0) & (spans[:, 0] < spans[:, 1])
    return PairTokens(np.array(one.ids, dtype=np.int64), np.array(one.type_ids, dtype=np.int64), spans, inside)
