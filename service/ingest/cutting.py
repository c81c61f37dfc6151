"""A document's passages, and what the encoder makes of them."""

import functools

from corpus import EncodedPassage, Passage, SourceDocument, StoredDocument
from corpus.errors import SourceError
from corpus.passages import PassageSplitter
from embeddings import Encoder, PassageEncoding, signs_to_bytes
from service.prefix import prefix_of
from service.settings import Settings

__all__ = ["as_stored", "cut", "encoded_passages"]

PREFIX_MARGIN = 2
"""Tokens kept free because a prefix and a passage may need a token more together than apart."""

COUNTS_KEPT = 256
"""The splitter asks for the tokens of one piece several times, soon after each other."""

MIN_PASSAGE_TOKENS = 16
"""Below this an encoder has no room for a passage beside its prefix and special tokens."""


def cut(
    encoder: Encoder, settings: Settings, document: SourceDocument | StoredDocument, text: str
) -> tuple[str, list[Passage]]:
    """The prefix that each passage of a document's text is encoded with, and the passages.

    Raises:
        SourceError: The title leaves no room for passages.
    """
    prefix = prefix_of(document.metadata.title, encoder, settings.title_tokens)
    room = encoder.max_tokens - encoder.special_tokens - PREFIX_MARGIN - encoder.count_tokens(prefix)
    if room < MIN_PASSAGE_TOKENS:
        raise SourceError("its title leaves the encoder no room for passages; set FOOTNOTE_TITLE_TOKENS lower")
    count_tokens = functools.lru_cache(COUNTS_KEPT)(encoder.count_tokens)
    splitter = PassageSplitter(count_tokens, min(settings.passage_tokens, room), room)
    return prefix, splitter.split(text, document.sections, document.metadata.language, document.removed, document.pages)


def encoded_passages(
    encoder: Encoder, settings: Settings, document: SourceDocument | StoredDocument, text: str
) -> list[EncodedPassage]:
    """Cut a document's text into passages and encode each in one pass."""
    prefix, passages = cut(encoder, settings, document, text)
    encodings = encoder.encode_passages([prefix + text[p.start : p.end] for p in passages])
    return [as_stored(passage, encoding) for passage, encoding in zip(passages, encodings, strict=True)]


def as_stored(passage: Passage, encoding: PassageEncoding) -> EncodedPassage:
    """A passage with the bytes that the store keeps of its encoding."""
    return EncodedPassage(passage, encoding.vector.astype("<f4").tobytes(), signs_to_bytes(encoding.token_signs))
