"""Text: decoding, normalization, language, sentences, tokens, and the title before a passage."""

from corpus.text.decoding import decode, decoded, not_utf8
from corpus.text.encodings import decoded_as, known_as, likely_encoding
from corpus.text.language import language_of, load_identifier
from corpus.text.letters import ordinary_letters
from corpus.text.normalization import normalise
from corpus.text.sentences import sentence_spans
from corpus.text.titles import TITLE_PREFIX_VERSION, text_with_title, title_prefix
from corpus.text.tokens import TextTokens, TokenizerFile

__all__ = [
    "TITLE_PREFIX_VERSION",
    "TextTokens",
    "TokenizerFile",
    "decode",
    "decoded",
    "decoded_as",
    "known_as",
    "language_of",
    "likely_encoding",
    "load_identifier",
    "normalise",
    "not_utf8",
    "ordinary_letters",
    "sentence_spans",
    "text_with_title",
    "title_prefix",
]
