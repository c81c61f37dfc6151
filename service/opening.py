"""Open the encoder, the store and the pipeline that the settings name; imported late, so that `--help` is quick."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.encoder import Encoder, Precision
    from service.answering import Pipeline
    from service.settings import Settings

__all__ = ["load_encoder", "open_pipeline", "other_precision", "refresh_projection"]


def load_encoder(settings: Settings, *, anew: bool = False, say: Callable[[str], None] | None = None) -> Encoder:
    """The encoder that the settings name. What takes long is said on standard error.

    Args:
        settings: Its name and precision.
        anew: Whether everything is to be encoded with it, so that it matters nothing what was stored before.
        say: Says it; on standard error if None.
    """
    from embeddings.encoder import Encoder

    precision = None if settings.precision == "auto" else settings.precision
    if precision is None and not anew:
        precision = _stored_precision(settings.data)
    return Encoder.load(settings.encoder, precision, settings.exports_folder, say or _say)


def other_precision(
    settings: Settings, say: Callable[[str], None] | None = None
) -> Callable[[Precision], Encoder] | None:
    """What gives the encoder that the settings name in the precision that a store has by now; None if they fix it."""
    from embeddings.encoder import Encoder

    if settings.precision != "auto":
        return None
    return lambda precision: Encoder.load(settings.encoder, precision, settings.exports_folder, say or _say)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def _stored_precision(data: Path) -> Precision | None:
    """What the vectors of a store were computed in; None if there are none, or it cannot be said."""
    from corpus.errors import StoreError
    from corpus.store import View
    from embeddings.encoder import PRECISIONS

    try:
        with View(data) as view:
            stored = json.loads(view.fingerprint or "{}") if view.counts()[1] else {}
    except (StoreError, ValueError):  # whoever opens it next says what is wrong with it
        return None
    precision = stored.get("precision") if isinstance(stored, dict) else None
    return next((known for known in PRECISIONS if known == precision), None)


@contextlib.contextmanager
def open_pipeline(settings: Settings) -> Iterator[Pipeline]:
    """A pipeline over the data folder, closed at the end of the block.

    Raises:
        StoreError: There is no usable store, said before the encoder is loaded.
    """
    from threadpoolctl import threadpool_limits

    from corpus.store import View
    from service.answering import Pipeline
    from service.retrieval import Library

    View(settings.data).close()
    encoder = load_encoder(settings)
    library = Library(settings, encoder)
    try:
        with threadpool_limits(1):  # for a question's small products, more threads mostly wait for each other, busily
            yield Pipeline(library, settings)
    finally:
        library.close()


def refresh_projection(settings: Settings, encoder: Encoder) -> None:
    """Bring the indexes on disk up to date, so that the next one who opens the store need not."""
    from corpus.lexical import LexicalProjection
    from corpus.store import View
    from embeddings.index import VectorProjection

    with View(settings.data) as view:
        VectorProjection(settings.data).open(view, encoder.dimension)
        LexicalProjection(settings.data).open(view)
