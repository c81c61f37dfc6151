"""The text that is encoded before each passage of a document, and is no part of it."""

from corpus.text import TextTokens

__all__ = ["prefix_of"]


def prefix_of(title: str, counter: TextTokens, tokens: int) -> str:
    """The title, cut to this number of tokens, and a full stop; empty if there is no room for any of it."""
    kept = counter.first_tokens(title, tokens)
    return f"{kept}. " if kept.strip() else ""
