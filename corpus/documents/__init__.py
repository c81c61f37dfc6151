"""Documents, passages and their metadata, and the text that readers make."""

from corpus.documents.content import MAX_TEXT_CHARACTERS, Content, Found, ReadOptions, TextBuilder
from corpus.documents.document import (
    EncodedPassage,
    Metadata,
    Passage,
    RemovedSpan,
    Section,
    SourceDocument,
    passage_id,
    revision_of,
)

__all__ = [
    "MAX_TEXT_CHARACTERS",
    "Content",
    "EncodedPassage",
    "Found",
    "Metadata",
    "Passage",
    "ReadOptions",
    "RemovedSpan",
    "Section",
    "SourceDocument",
    "TextBuilder",
    "passage_id",
    "revision_of",
]
