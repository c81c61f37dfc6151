"""Splitting a document's text into passages for an encoder."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.documents import Passage, RemovedSpan, Section, SourceDocument
from corpus.errors import SourceError
from corpus.passages import PassageSplitter
from corpus.store import StoredDocument
from corpus.text import TextTokens, title_prefix

MAX_PASSAGES = 50_000
"""Maximum passages of one document, some 40 million characters of prose. A document is committed in one transaction,
and
its token vectors, 10 KB per passage, are in memory until then."""

PREFIX_MARGIN = 2
"""Tokens kept free because a prefix and a passage may need more tokens together than apart."""

COUNTS_KEPT = 256
"""Cached token counts. The splitter counts the tokens of the same piece several times in a row."""

MIN_PASSAGE_TOKENS = 16
"""Minimum tokens that an encoder must have left for a passage beside its prefix and special tokens."""


@dataclass(frozen=True, slots=True)
class PassageSizes:
    """Maximum tokens of a passage, and of the title before it."""

    passage_tokens: int
    title_tokens: int


@dataclass(frozen=True, slots=True)
class DocumentStructure:
    """What determines the passages of a document besides its text.

    Args:
        title: The document's title.
        language: BCP 47 tag.
        sections: In order of their start.
        pages: Start of each page, in code points.
        removed: Spans that passages exclude, in order.
    """

    title: str
    language: str | None = None
    sections: Sequence[Section] = ()
    pages: Sequence[int] = ()
    removed: Sequence[RemovedSpan] = ()

    @classmethod
    def of(cls, document: SourceDocument | StoredDocument) -> "DocumentStructure":
        """Return the structure of a document."""
        metadata = document.metadata
        return cls(metadata.title, metadata.language, document.sections, document.pages, document.removed_spans)


@dataclass(frozen=True, slots=True)
class SplitText:
    """The passages of a document, in order, and the prefix that each is encoded with."""

    prefix: str
    passages: Sequence[Passage]


def split_text(counter: TextTokens, sizes: PassageSizes, structure: DocumentStructure, text: str) -> SplitText:
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
    passages = splitter.split(text, structure.sections, structure.language, structure.removed, structure.pages)
    return SplitText(prefix, passages)
