"""Files in, one module a format: bytes to canonical text, page and section map, and metadata."""

from corpus.readers.about import NOTES
from corpus.readers.content import ReadOptions
from corpus.readers.problems import SourceProblem
from corpus.readers.reading import read_document, read_documents
from corpus.readers.sniffing import MEDIA_TYPES
from corpus.readers.source import (
    MAX_SOURCE_BYTES,
    SIDECAR_SUFFIX,
    Sidecar,
    SourceBytes,
    absolute_path,
    read_bytes,
)

__all__ = [
    "MAX_SOURCE_BYTES",
    "MEDIA_TYPES",
    "NOTES",
    "SIDECAR_SUFFIX",
    "ReadOptions",
    "Sidecar",
    "SourceBytes",
    "SourceProblem",
    "absolute_path",
    "read_bytes",
    "read_document",
    "read_documents",
]
