"""The library: gives snapshots of the store, and follows it."""

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator

from corpus.errors import EncoderError, EncoderMismatchError, FootnoteError
from corpus.store import mismatch_message
from embeddings.encoder import PRECISIONS, Encoder, Precision
from service.retrieval.engine import AnyRetriever, Searcher, StoreView
from service.retrieval.engines import ENGINES
from service.retrieval.fingerprints import fingerprint
from service.runtime.descriptors import is_out_of_descriptors, log_out_of_descriptors
from service.settings import Settings

__all__ = ["Library", "Snapshot"]

logger = logging.getLogger(__name__)

RELOAD_S = 60.0
"""An encoder that could not be loaded is not tried again before: to prepare one may keep a processor busy for long."""


class Snapshot:
    """One generation: a searcher over its documents, and the encoder that made its vectors.

    It is closed when the library has moved on and its last user has left.
    """

    def __init__(self, searcher: Searcher, encoder: Encoder) -> None:
        self.searcher = searcher
        self.encoder = encoder
        self.users = 0
        self.retired = False

    @property
    def view(self) -> StoreView:
        """The documents."""
        return self.searcher.view

    @property
    def generation(self) -> int:
        """The store's generation that it shows."""
        return self.view.generation


class Library:
    """Gives snapshots of the store, and follows it.

    Args:
        settings: Data folder, and sizes of passages and title.
        encoder: The one that made its vectors.
        load: Gives the same encoder in another precision, for a store that has been re-encoded in it. Without it,
            such a store is a problem, as one of another model always is.
        retriever: Opens and indexes the store; that of the local engine if None.

    Raises:
        StoreError: The store cannot be opened.
        EncoderMismatchError: It was made with another encoder.
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
        self._retriever = retriever or ENGINES["local"](settings)
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self.failure: Exception | None = None
        view = self._retriever.snapshot()
        try:
            if not self._fits(encoder, view):
                raise EncoderMismatchError(mismatch_message(self.folder))
            self._current = Snapshot(self._retriever.searcher(view, encoder.dimension), encoder)
        except BaseException:
            view.close()
            raise

    @property
    def problem(self) -> str | None:
        """Why the newest documents cannot be served; None if they are."""
        return None if self.failure is None else _said(self.failure)

    @property
    def encoder(self) -> Encoder:
        """The encoder of the newest snapshot."""
        with self._lock:
            return self._current.encoder

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The newest snapshot, which stays as it is until the block ends."""
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
        """Move on to the store's newest generation; return whether there was one.

        Until the new indexes are ready, and if one cannot be made, the old snapshot keeps answering. Where the store
        has been re-encoded in another precision, the new snapshot comes with the encoder for it.

        Raises:
            StoreError: The store cannot be read, or now holds another encoder's vectors.
            EncoderError: The encoder cannot be had in the precision that the store now has.
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
            self._replace(Snapshot(searcher, encoder))
            self._retriever.save(searcher)
            return True

    def follow(self, seconds: float, stop: threading.Event) -> None:
        """Refresh every so many seconds until told to stop. A failure is logged once and told by `problem`."""
        while not stop.wait(seconds):
            try:
                self.refresh()
                self.failure = None
            except Exception as error:  # of whatever kind: this thread must outlive it, and the next look may succeed
                if is_out_of_descriptors(error):
                    log_out_of_descriptors()
                elif self.problem != _said(error):
                    trace = None if isinstance(error, FootnoteError) else error
                    logger.error("The newest documents cannot be served yet: %s", _said(error), exc_info=trace)
                self.failure = error

    def close(self) -> None:
        """Close the snapshot, at once if no one asks of it."""
        with self._lock:
            old = self._current
            old.retired = True
            done = old.users == 0
        if done:
            old.view.close()

    def _replace(self, new: Snapshot) -> None:
        with self._lock:
            old, self._current = self._current, new
            old.retired = True
            done = old.users == 0
        if done:
            old.view.close()

    def _fits(self, encoder: Encoder, view: StoreView) -> bool:
        """Whether an encoder made the vectors of a view, as far as there are any."""
        return view.fingerprint in (None, fingerprint(encoder, self._settings)) or not view.counts()[1]

    def _encoder_of(self, view: StoreView) -> Encoder:
        """The encoder of the newest snapshot, or the same in another precision, where that made a view's vectors."""
        encoder = self._current.encoder
        if self._fits(encoder, view):
            return encoder
        precision = _other_precision(fingerprint(encoder, self._settings), view.fingerprint)
        if self._load is None or precision is None:
            raise EncoderMismatchError(mismatch_message(self.folder))
        if self._unloadable is not None and time.monotonic() < self._unloadable[0]:
            raise EncoderError(self._unloadable[1])
        try:
            other = self._load(precision)
        except EncoderError as error:
            self._unloadable = time.monotonic() + RELOAD_S, str(error)
            raise
        if not self._fits(other, view):
            raise EncoderMismatchError(mismatch_message(self.folder))
        other.encode_question("Is everything warm?")  # the first pass is slow; let no asker wait for it
        return other


def _said(error: Exception) -> str:
    """What an error says, if it is one of ours; another one may quote what it was given."""
    return str(error) if isinstance(error, FootnoteError) else type(error).__name__


def _other_precision(have: str, want: str | None) -> Precision | None:
    """The precision in which alone one fingerprint differs from another; None if it is not alone."""
    try:
        mine, others = json.loads(have), json.loads(want or "")
        if {**mine, "precision": None} != {**others, "precision": None}:
            return None
    except (ValueError, TypeError):
        return None
    return next((known for known in PRECISIONS if known == others.get("precision")), None)
