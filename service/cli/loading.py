"""What commands open, imported late so that `footnote --help` is quick."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings import Encoder
    from service.answering import Pipeline
    from service.settings import Settings

__all__ = ["load_encoder", "open_pipeline", "refresh_projection"]


def load_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name."""
    from embeddings import Encoder

    return Encoder.load(settings.encoder)


@contextlib.contextmanager
def open_pipeline(settings: Settings) -> Iterator[Pipeline]:
    """A pipeline over the data folder, closed at the end of the block.

    Raises:
        StoreError: There is no usable store, said before the encoder is loaded.
    """
    from corpus import View
    from service.answering import Pipeline
    from service.ingest import fingerprint
    from service.library import Library

    View(settings.data).close()
    encoder = load_encoder(settings)
    library = Library(settings.data, fingerprint(encoder, settings), encoder.dimension)
    try:
        yield Pipeline(library, encoder, settings)
    finally:
        library.close()


def refresh_projection(settings: Settings, encoder: Encoder) -> None:
    """Bring the indexes on disk up to date, so that the next one who opens the store need not."""
    from corpus import LexicalProjection, View
    from embeddings import VectorProjection

    with View(settings.data) as view:
        VectorProjection(settings.data).open(view, encoder.dimension)
        LexicalProjection(settings.data).open(view)
