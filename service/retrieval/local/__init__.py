"""The engine for one machine: SQLite holds the rows, FAISS proposes by vector, tantivy by words."""

from service.retrieval.local.filtering import AllowedPassages
from service.retrieval.local.retriever import LocalRetriever

__all__ = ["AllowedPassages", "LocalRetriever"]
