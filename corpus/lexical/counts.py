"""Term counts of passages, which the store keeps."""

from collections import Counter
from collections.abc import Mapping

from corpus.lexical.analysis import terms
from corpus.text import text_with_title


def term_counts(title: str, text: str) -> Mapping[str, int]:
    """Return the number of occurrences of each term in a passage, in order of their first appearance.

    Args:
        title: Title of its document, which counts as a part of the passage.
        text: Text of the passage.
    """
    return Counter(terms(text_with_title(title, text)))
