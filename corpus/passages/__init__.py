"""Passages: splitting a canonical text, and the prefix that each passage is indexed with."""

from corpus.passages.packing import CHUNKING_VERSION
from corpus.passages.prefix import prefix_of
from corpus.passages.splitting import PassageSplitter

__all__ = ["CHUNKING_VERSION", "PassageSplitter", "prefix_of"]
