"""Documents in: readers, passages, the document store and the lexical index. Knows no models, no vectors, no HTTP."""

from corpus.catalogue import Filters
from corpus.changes import Move, Put, Remove
from corpus.documents import (
    EncodedPassage,
    Metadata,
    Passage,
    RemovedSpan,
    Section,
    SourceDocument,
    passage_id,
    revision_of,
)
from corpus.lexical import LexicalIndex
from corpus.projection import LexicalProjection
from corpus.rows import StoredDocument, StoredPassage, StoredSource
from corpus.store import Store
from corpus.view import View

__all__ = [
    "EncodedPassage",
    "Filters",
    "LexicalIndex",
    "LexicalProjection",
    "Metadata",
    "Move",
    "Passage",
    "Put",
    "Remove",
    "RemovedSpan",
    "Section",
    "SourceDocument",
    "Store",
    "StoredDocument",
    "StoredPassage",
    "StoredSource",
    "View",
    "passage_id",
    "revision_of",
]
