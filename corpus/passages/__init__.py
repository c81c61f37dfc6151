"""Passages: splitting a canonical text."""

from corpus.passages.headings import is_heading
from corpus.passages.interviews import Conversation
from corpus.passages.packing import CHUNKING_VERSION
from corpus.passages.splitting import PassageSplitter

__all__ = ["CHUNKING_VERSION", "Conversation", "PassageSplitter", "is_heading"]
