"""Text: decoding, normalization, language, sentences, tokens."""

from corpus.text.decoding import decode, decoded
from corpus.text.language import language_of, load_identifier
from corpus.text.normalization import normalise
from corpus.text.sentences import sentence_spans
from corpus.text.tokens import TextTokens, TokenizerFile

__all__ = [
    "TextTokens",
    "TokenizerFile",
    "decode",
    "decoded",
    "language_of",
    "load_identifier",
    "normalise",
    "sentence_spans",
]
