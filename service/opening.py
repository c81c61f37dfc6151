"""Compose settings, encoder, library and pipeline. Imports are late, so that `--help` is fast."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.encoder import Encoder, Precision
    from embeddings.tokens import QuestionMaps
    from service.answering import Pipeline, Reader
    from service.retrieval import AnyRetriever, Library
    from service.settings import Settings

Say = Callable[[str], None]
"""Shows a line of progress."""


def load_encoder(settings: Settings, say: Say, *, for_reindex: bool = False) -> Encoder:
    """Load the encoder that the settings name.

    Args:
        settings: Name and precision of the encoder.
        say: Called before long steps.
        for_reindex: Ignore the precision of the stored documents.
    """
    from embeddings.encoder import Encoder

    precision = None if settings.precision == "auto" else settings.precision
    if precision is None and not for_reindex:
        precision = _stored_precision(settings)
    return Encoder(settings.encoder, precision, settings.exports_folder, say)


def encoder_by_precision(settings: Settings, say: Say) -> Callable[[Precision], Encoder] | None:
    """Return a function that loads the encoder in a store's new precision; None if the settings fix one."""
    from embeddings.encoder import Encoder

    if settings.precision != "auto":
        return None
    return lambda precision: Encoder(settings.encoder, precision, settings.exports_folder, say)


def open_library(settings: Settings, encoder: Encoder, say: Say, retriever: AnyRetriever | None = None) -> Library:
    """Open the library of a data folder. Close it after use.

    Args:
        settings: The data folder, and sizes of passages and title.
        encoder: Encoder of the stored passages.
        say: Called before long steps.
        retriever: Opens and indexes the store; the default engine's retriever if None.
    """
    from service.retrieval import Library

    return Library(settings, encoder, load=encoder_by_precision(settings, say), retriever=retriever)


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a pipeline.

    Args:
        encoder: Encodes questions and passages.
        reader: Reads the best passages; None if none does.
        maps: Maps of the question's token vectors; None if the encoder has none.
    """

    encoder: Encoder
    reader: Reader | None
    maps: QuestionMaps | None


def load_models(settings: Settings, encoder: Encoder) -> Models:
    """Return an encoder with the reader that the settings name and its question maps.

    Raises:
        SettingsError: The reader cannot be used.
        EncoderError: The reader or the maps cannot be loaded.
    """
    from embeddings.tokens import load_maps, packaged_maps
    from service.answering import load_reader

    return Models(encoder, load_reader(settings.reader), load_maps(packaged_maps(), encoder.weights_sha256))


def make_pipeline(settings: Settings, library: Library, models: Models | None = None) -> Pipeline:
    """Return a pipeline over a library.

    Args:
        settings: Limits and options.
        library: The library.
        models: Models of its encoder; loaded if None.

    Raises:
        SettingsError: The reader or the calibration cannot be used.
        EncoderError: The reader or the maps cannot be loaded.
    """
    from service.answering import Pipeline

    models = models or load_models(settings, library.encoder)
    return Pipeline(library, settings, reader=models.reader, maps=models.maps)


@contextlib.contextmanager
def open_pipeline(settings: Settings, say: Say) -> Iterator[Pipeline]:
    """Yield a pipeline over the data folder, for one question at a time.

    Raises:
        StoreError: There is no usable store. This is checked before the encoder is loaded.
    """
    from threadpoolctl import threadpool_limits

    from service.stores import open_view

    open_view(settings).close()
    with contextlib.closing(open_library(settings, load_encoder(settings, say), say)) as library:
        with threadpool_limits(1):  # for the small products of a question, more threads only wait for one another
            yield make_pipeline(settings, library)


def warn_of_claims(pipeline: Pipeline, warn: Say) -> None:
    """Say at the start if the settings make the pipeline claim nothing, or everything that it finds."""
    if (warning := pipeline.warning()) is not None:
        warn(f"Warning: {warning}")


def refresh_projection(settings: Settings, encoder: Encoder) -> None:
    """Update the indexes on disk, as opening the library does."""
    from service.retrieval import Library

    Library(settings, encoder).close()


def _stored_precision(settings: Settings) -> Precision | None:
    """Return the precision of the stored vectors; None without vectors, or if it is unknown."""
    from corpus.errors import StoreError
    from embeddings.encoder import PRECISIONS
    from service.stores import open_view

    try:
        with open_view(settings) as view:
            stored = json.loads(view.fingerprint or "{}") if view.counts()[1] else {}
    except (StoreError, ValueError):  # opening the store reports it
        return None
    precision = stored.get("precision") if isinstance(stored, dict) else None
    return next((known for known in PRECISIONS if known == precision), None)
