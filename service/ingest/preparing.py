"""A document made ready for the encoder."""

from corpus import SourceDocument
from embeddings import Encoder
from service.ingest.cutting import cut
from service.ingest.steps import Prepared
from service.settings import Settings

__all__ = ["prepared"]


def prepared(encoder: Encoder, settings: Settings, document: SourceDocument) -> Prepared:
    """A document cut into passages.

    Raises:
        SourceError: Its title leaves no room for passages.
    """
    prefix, passages = cut(encoder, settings, document, document.text)
    return Prepared(document, prefix, passages)
