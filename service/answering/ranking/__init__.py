"""Ranking: candidates from both indexes, their scores, and the folding of duplicates.

`candidates` (dense and lexical) → `fusion` (of both scores) → `reranking` (the protocol) and `maxsim` (its default) →
`figures` (of the question) → `deduplication` (near-duplicates). `rows` caches the rows that they read.
"""
