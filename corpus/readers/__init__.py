"""Files in, one module a format: bytes to canonical text, page and section map, and metadata."""

from corpus.readers.reading import read_document, read_documents
from corpus.readers.record_problems import SourceProblem

__all__ = ["SourceProblem", "read_document", "read_documents"]
