"""The lexical index: terms, BM25 by tantivy, and its files."""

from corpus.lexical.analysis import ANALYSIS_VERSION, normalised, stop_terms, terms
from corpus.lexical.counts import term_counts
from corpus.lexical.index import LexicalIndex, LexicalQuery
from corpus.lexical.projection import LexicalProjection

__all__ = [
    "ANALYSIS_VERSION",
    "LexicalIndex",
    "LexicalProjection",
    "LexicalQuery",
    "normalised",
    "stop_terms",
    "term_counts",
    "terms",
]
