"""Splitting of a document into passages for an encoder, and their title prefix."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.documents import Passage, RemovedSpan, Section
from corpus.errors import SourceError
from corpus.passages import PassageSplitter
from corpus.text import TextTokens, title_prefix

__all__ = ["MAX_PASSAGES", "Cut", "DocumentStructure", "PassageSizes", "cut"]

MAX_PASSAGES = 50_000
"""Most passages of a document, about 40 million characters of prose. A document is committed in one transaction, and
its token vectors, 10 KB per passage, are in memory until then."""

PREFIX_MARGIN = 2
"""Tokens kept free because a prefix and a passage may need more tokens together than apart."""

COUNTS_KEPT = 256
"""Token counts in the cache. The splitter counts a piece several times in a row."""

MIN_PASSAGE_TOKENS = 16
"""Room that the title prefix must leave for a passage."""


@dataclass(frozen=True, slots=True)
class PassageSizes:
    """Target size of a passage and greatest size of the title before it, in tokens."""

    passage_tokens: int
    title_tokens: int


@dataclass(frozen=True, slots=True)
class DocumentStructure:
    """Properties of a document, besides its text, that determine its passages.

    Args:
        title: Of the document.
        language: BCP 47 tag.
        sections: In order of their start.
        pages: Start of each page, in code points.
        removed: Spans that no passage may use, in order.
    """

    title: str
    language: str | None = None
    sections: Sequence[Section] = ()
    pages: Sequence[int] = ()
    removed: Sequence[RemovedSpan] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """The passages of a document, in order, and the title prefix that the encoder reads before each."""

    prefix: str
    passages: Sequence[Passage]


def cut(counter: TextTokens, sizes: PassageSizes, structure: DocumentStructure, text: str) -> Cut:
    """Split a document's text into passages.

    Raises:
        SourceError: The title leaves no room for passages, or there are more than `MAX_PASSAGES`.
    """
    prefix = title_prefix(structure.title, counter, sizes.title_tokens)
    room = counter.max_tokens - counter.special_tokens - PREFIX_MARGIN - counter.count_tokens(prefix)
    if room < MIN_PASSAGE_TOKENS:
        raise SourceError("its title leaves the encoder no room for passages; set FOOTNOTE_TITLE_TOKENS lower")
    count_tokens = functools.lru_cache(COUNTS_KEPT)(counter.count_tokens)
    splitter = PassageSplitter(count_tokens, min(sizes.passage_tokens, room), room, MAX_PASSAGES)
    return Cut(prefix, splitter.split(text, structure.sections, structure.language, structure.removed, structure.pages))
