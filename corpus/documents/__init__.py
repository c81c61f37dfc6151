"""Documents, passages, metadata, and the text builder of the readers."""

from corpus.documents.content import MAX_TEXT_CHARACTERS, RECOGNISED, Content, Found, ReadOptions, TextBuilder
from corpus.documents.document import (
    EncodedPassage,
    Passage,
    Place,
    RemovedSpan,
    Section,
    SourceDocument,
    passage_id,
    revision_of,
)
from corpus.documents.field_types import Filterable, Kind, Match, MetadataField
from corpus.documents.fields import METADATA_FIELDS, Metadata

__all__ = [
    "MAX_TEXT_CHARACTERS",
    "METADATA_FIELDS",
    "RECOGNISED",
    "Content",
    "EncodedPassage",
    "Filterable",
    "Found",
    "Kind",
    "Match",
    "Metadata",
    "MetadataField",
    "Passage",
    "Place",
    "ReadOptions",
    "RemovedSpan",
    "Section",
    "SourceDocument",
    "TextBuilder",
    "passage_id",
    "revision_of",
]
