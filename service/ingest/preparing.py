"""A document made ready for the encoder."""

from corpus.documents import SourceDocument
from embeddings.encoder import Encoder
from service.ingest.cutting import cut_apart
from service.ingest.steps import Prepared
from service.reading import Sandbox
from service.settings import Settings

__all__ = ["prepared"]


def prepared(sandbox: Sandbox, encoder: Encoder, settings: Settings, document: SourceDocument) -> Prepared:
    """A document cut into passages.

    Raises:
        SourceError: It cannot be cut.
    """
    made = cut_apart(sandbox, encoder, settings, document, document.text)
    return Prepared(document, made.prefix, made.passages)
