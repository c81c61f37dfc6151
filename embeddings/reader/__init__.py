"""The reader: a cross-encoder that finds the answer to a question in a passage, or that there is none."""

from embeddings.reader.cross_encoder import CrossEncoder
from embeddings.reader.files import MODEL, Card, is_reader, packaged_reader, write_card
from embeddings.reader.pairs import PairTokens, pair_tokenizer, pair_tokens
from embeddings.reader.reader import Reader, ReadPassage

__all__ = [
    "MODEL",
    "Card",
    "CrossEncoder",
    "PairTokens",
    "ReadPassage",
    "Reader",
    "is_reader",
    "packaged_reader",
    "pair_tokenizer",
    "pair_tokens",
    "write_card",
]
