"""Upgrade of a store that an earlier version of Footnote has written."""

from pathlib import Path

from corpus.lexical import term_counts
from corpus.store import upgrade
from service.retrieval import with_present_words
from service.runtime.progress import Progress


def upgraded(data: Path, progress: Progress) -> bool:
    """Give a store the present format, and count its words with the present analysis. Nothing is encoded.

    Args:
        data: The data folder.
        progress: Progress by document.

    Returns:
        Whether the store needed an upgrade.

    Raises:
        StoreError: The store cannot be read or written; nothing was changed.
    """
    try:
        return upgrade(data, term_counts, with_present_words, progress)
    finally:
        progress.finish()
