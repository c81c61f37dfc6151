"""The lexical index: terms, BM25 from the store, and tantivy, which proposes passages."""

from corpus.lexical.analysis import ANALYSIS_VERSION, normalised, stop_terms, terms
from corpus.lexical.bm25 import LexicalQuery
from corpus.lexical.counts import term_counts
from corpus.lexical.index import LexicalIndex
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
