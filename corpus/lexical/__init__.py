"""The lexical index: terms, BM25 by tantivy, and its files."""

from corpus.lexical.analysis import normalised, stop_terms, terms
from corpus.lexical.index import LexicalIndex, LexicalQuery
from corpus.lexical.projection import LexicalProjection

__all__ = ["LexicalIndex", "LexicalProjection", "LexicalQuery", "normalised", "stop_terms", "terms"]
