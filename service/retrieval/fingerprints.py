"""What a store's vectors depend on."""

from corpus.cleaning import CLEANING_VERSION
from corpus.passages import CHUNKING_VERSION
from embeddings.encoder import Encoder
from service.settings import Settings

__all__ = ["fingerprint"]


def fingerprint(encoder: Encoder, settings: Settings) -> str:
    """Everything that decides which passages and vectors a text is given."""
    return encoder.fingerprint(
        chunking=CHUNKING_VERSION,
        cleaning=CLEANING_VERSION if settings.cleaning else 0,
        passage_tokens=settings.passage_tokens,
        title_tokens=settings.title_tokens,
    )
