"""Library: provides the newest snapshot of the store, and refreshes it."""

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator

from corpus.errors import EncoderError, EncoderMismatchError, FootnoteError
from corpus.store import mismatch_message
from embeddings.encoder import PRECISIONS, Encoder, Precision
from service.retrieval.engines import DEFAULT_ENGINE, ENGINES
from service.retrieval.fingerprints import fingerprint
from service.retrieval.protocols import AnyRetriever, Searcher, StoreView
from service.runtime.descriptors import is_out_of_descriptors, log_out_of_descriptors
from service.settings import Settings

logger = logging.getLogger(__name__)

LOAD_RETRY_S = 60.0
"""Seconds before another attempt to load an encoder that failed: each attempt may use much processor time."""


class Snapshot:
    """One generation of the store: a searcher, and the encoder that made its vectors.

    The library closes a snapshot once a newer one has replaced it and it has no more users.
    """

    def __init__(self, searcher: Searcher, encoder: Encoder) -> None:
        self.searcher = searcher
        self.encoder = encoder
        self.users = 0
        self.retired = False

    @property
    def view(self) -> StoreView:
        """Documents of the snapshot."""
        return self.searcher.view

    @property
    def generation(self) -> int:
        """Generation of the store."""
        return self.view.generation


class Library:
    """Provides the newest snapshot of the store, and refreshes it.

    Args:
        settings: Data folder, and sizes of passages and title.
        encoder: Encoder that made the store's vectors.
        load: Loads the same encoder in another precision, for a store that is re-encoded in it. If None, such a store
            is an error, as a store of another model always is.
        retriever: Opens and indexes the store; the default engine's retriever if None.

    Raises:
        StoreError: The store cannot be opened.
        EncoderMismatchError: The store was made with another encoder.
    """

    def __init__(
        self,
        settings: Settings,
        encoder: Encoder,
        *,
        load: Callable[[Precision], Encoder] | None = None,
        retriever: AnyRetriever | None = None,
    ) -> None:
        self.folder = settings.data
        self._settings = settings
        self._load = load
        self._unloadable: tuple[float, str] | None = None
        self._retriever = retriever or ENGINES[DEFAULT_ENGINE](settings)
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self.failure: Exception | None = None
        view = self._retriever.snapshot()
        try:
            if not self._fits(encoder, view):
                raise EncoderMismatchError(
                    mismatch_message(self.folder, view.fingerprint, fingerprint(encoder, settings))
                )
            self._current = Snapshot(self._retriever.searcher(view, encoder.dimension), encoder)
        except BaseException:
            view.close()
            self._retriever.close()
            raise

    @property
    def problem(self) -> str | None:
        """Reason why the newest documents cannot be served; None if they are served."""
        return None if self.failure is None else _message(self.failure)

    @property
    def encoder(self) -> Encoder:
        """Encoder of the newest snapshot."""
        with self._lock:
            return self._current.encoder

    @property
    def generation(self) -> int:
        """Generation of the newest snapshot."""
        with self._lock:
            return self._current.generation

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Yield the newest snapshot, which stays open and unchanged until the block ends."""
        with self._lock:
            snapshot = self._current
            snapshot.users += 1
        try:
            yield snapshot
        finally:
            with self._lock:
                snapshot.users -= 1
                done = snapshot.retired and snapshot.users == 0
            if done:
                snapshot.view.close()

    def refresh(self) -> bool:
        """Switch to the store's newest generation; return whether it was new.

        The old snapshot is used until the new indexes are ready, and stays in use if they cannot be made. If the store
        was re-encoded in another precision, the new snapshot has the encoder of that precision.

        Raises:
            StoreError: The store cannot be read, or has vectors of another encoder.
            EncoderError: The encoder cannot be loaded in the store's precision.
        """
        with self._refreshing:
            current = self._current.searcher
            view = self._retriever.snapshot(current)
            if view is None:
                return False
            try:
                encoder = self._encoder_of(view)
                searcher = self._retriever.searcher(view, encoder.dimension, current)
            except BaseException:
                view.close()
                raise
            self._retire(Snapshot(searcher, encoder))
            self._retriever.save(searcher)
            return True

    def follow(self, seconds: float, stop: threading.Event) -> None:
        """Refresh periodically until `stop` is set. Log a repeated failure once; `problem` returns it.

        Args:
            seconds: Interval between refreshes.
            stop: Ends the loop.
        """
        while not stop.wait(seconds):
            try:
                self.refresh()
                self.failure = None
            except Exception as error:  # any failure: the thread must survive it, and the next refresh may succeed
                if is_out_of_descriptors(error):
                    log_out_of_descriptors()
                elif self.problem != _message(error):
                    trace = None if isinstance(error, FootnoteError) else error
                    logger.error("The newest documents cannot be served yet: %s", _message(error), exc_info=trace)
                self.failure = error

    def close(self) -> None:
        """Close the snapshot, or leave that to its last user, and the retriever."""
        self._retire(self._current)
        self._retriever.close()

    def _retire(self, new: Snapshot) -> None:
        """Replace the current snapshot, and close it unless it has users."""
        with self._lock:
            old, self._current = self._current, new
            old.retired = True
            done = old.users == 0
        if done:
            old.view.close()

    def _fits(self, encoder: Encoder, view: StoreView) -> bool:
        """Return whether an encoder made the vectors of a view, or the view has none."""
        return view.fingerprint in (None, fingerprint(encoder, self._settings)) or not view.counts()[1]

    def _encoder_of(self, view: StoreView) -> Encoder:
        """Return the encoder that made a view's vectors: the current one, or the same in another precision."""
        encoder = self._current.encoder
        if self._fits(encoder, view):
            return encoder
        wanted = fingerprint(encoder, self._settings)
        precision = _other_precision(wanted, view.fingerprint)
        if self._load is None or precision is None:
            raise EncoderMismatchError(mismatch_message(self.folder, view.fingerprint, wanted))
        if self._unloadable is not None and time.monotonic() < self._unloadable[0]:
            raise EncoderError(self._unloadable[1])
        try:
            other = self._load(precision)
        except EncoderError as error:
            self._unloadable = time.monotonic() + LOAD_RETRY_S, str(error)
            raise
        if not self._fits(other, view):
            raise EncoderMismatchError(mismatch_message(self.folder, view.fingerprint, wanted))
        other.encode_question("Is everything warm?")  # the first pass is slow, so it runs before the first question
        return other


def _message(error: Exception) -> str:
    """Return the message of a `FootnoteError`, else the type: other messages may quote a user's data."""
    return str(error) if isinstance(error, FootnoteError) else type(error).__name__


def _other_precision(have: str, want: str | None) -> Precision | None:
    """Return the precision of `want` if the fingerprints differ in nothing else, otherwise None."""
    try:
        mine, others = json.loads(have), json.loads(want or "")
        if {**mine, "precision": None} != {**others, "precision": None}:
            return None
    except (ValueError, TypeError):
        return None
    return next((known for known in PRECISIONS if known == others.get("precision")), None)
