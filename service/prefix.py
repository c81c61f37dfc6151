"""The text that is encoded before each passage of a document, and is no part of it."""

from embeddings import Encoder

__all__ = ["prefix_of"]


def prefix_of(title: str, encoder: Encoder, tokens: int) -> str:
    """The title, cut to so many tokens, and a full stop; empty if there is no room for any of it."""
    kept = encoder.first_tokens(title, tokens)
    return f"{kept}. " if kept.strip() else ""
