"""Documents in: readers, passages and the document store. Knows no models, no vectors, no HTTP."""

from corpus.documents import (
    EncodedPassage,
    Metadata,
    Passage,
    Section,
    SourceDocument,
    passage_id,
    revision_of,
)
from corpus.rows import StoredDocument, StoredPassage
from corpus.store import Store
from corpus.view import Filters, View

__all__ = [
    "EncodedPassage",
    "Filters",
    "Metadata",
    "Passage",
    "Section",
    "SourceDocument",
    "Store",
    "StoredDocument",
    "StoredPassage",
    "View",
    "passage_id",
    "revision_of",
]
