"""A text cut into passages for an encoder, with the prefix that each is encoded with."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.documents import Passage, RemovedSpan, Section
from corpus.errors import SourceError
from corpus.passages import PassageSplitter
from corpus.text import TextTokens, title_prefix

__all__ = ["MAX_PASSAGES", "Cut", "Layout", "Sizes", "cut"]

MAX_PASSAGES = 50_000
"""Of one document: some 40 million characters of prose. A document is committed in one transaction, and its token
vectors, 10 KB a passage, are in memory until then."""

PREFIX_MARGIN = 2
"""Tokens kept free because a prefix and a passage may need a token more together than apart."""

COUNTS_KEPT = 256
"""The splitter asks for the tokens of one piece several times, soon after each other."""

MIN_PASSAGE_TOKENS = 16
"""Below this an encoder has no room for a passage beside its prefix and special tokens."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Tokens of a passage, and of the title before it."""

    passage_tokens: int
    title_tokens: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What decides, beside the text, where a document is cut.

    Args:
        title: Of the document.
        language: BCP 47 tag.
        sections: In order of their start.
        pages: Where each page begins, in code points.
        removed: What no passage may use, in order.
    """

    title: str
    language: str | None = None
    sections: Sequence[Section] = ()
    pages: Sequence[int] = ()
    removed: Sequence[RemovedSpan] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """The passages of a document, in order, and the prefix that each is encoded with."""

    prefix: str
    passages: Sequence[Passage]


def cut(counter: TextTokens, sizes: Sizes, layout: Layout, text: str) -> Cut:
    """Cut a document's text into passages.

    Raises:
        SourceError: The title leaves no room for passages, or there are more than `MAX_PASSAGES`.
    """
    prefix = title_prefix(layout.title, counter, sizes.title_tokens)
    room = counter.max_tokens - counter.special_tokens - PREFIX_MARGIN - counter.count_tokens(prefix)
    if room < MIN_PASSAGE_TOKENS:
        raise SourceError("its title leaves the encoder no room for passages; set FOOTNOTE_TITLE_TOKENS lower")
    count_tokens = functools.lru_cache(COUNTS_KEPT)(counter.count_tokens)
    splitter = PassageSplitter(count_tokens, min(sizes.passage_tokens, room), room, MAX_PASSAGES)
    return Cut(prefix, splitter.split(text, layout.sections, layout.language, layout.removed, layout.pages))
