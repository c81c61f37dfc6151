"""Local engine for one machine: SQLite for rows, FAISS for vector search, tantivy for BM25."""

from service.retrieval.local.filtering import AllowedPassages
from service.retrieval.local.retriever import LocalRetriever

__all__ = ["AllowedPassages", "LocalRetriever"]
