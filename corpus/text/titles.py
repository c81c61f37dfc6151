"""The title that precedes each passage in both indexes. Title and passage stay separate in the store."""

from corpus.text.tokens import TextTokens

TITLE_PREFIX_VERSION = 1
"""Part of the store's fingerprint. Raise it when either function gives another result for the same title."""


def title_prefix(title: str, counter: TextTokens, tokens: int) -> str:
    """Return the prefix that the encoder reads before each passage, or "" where no token of the title fits.

    The title is cut, because it takes tokens away from every passage. The full stop separates two sentences for the
    model.

    Args:
        title: Title of the document.
        counter: The encoder's tokenizer.
        tokens: Tokens of the title to keep.
    """
    kept = counter.first_tokens(title, tokens)
    return f"{kept}. " if kept.strip() else ""


def text_with_title(title: str, text: str) -> str:
    """Return the text that the lexical index analyses for a passage: the whole title, as BM25 has no length limit."""
    return f"{title}\n{text}"
