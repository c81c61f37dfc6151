"""The documents as they can be asked about: a view of the store with the indexes over exactly its passages."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from corpus import LexicalIndex, LexicalProjection, View
from corpus.errors import EncoderMismatchError, FootnoteError
from corpus.writing import mismatch_message
from embeddings import EXACT_UP_TO, ExactIndex, VectorIndex, VectorProjection, updated

__all__ = ["Library", "Snapshot"]

logger = logging.getLogger(__name__)


class Snapshot:
    """One generation: the view, and the indexes made from it.

    It is closed when the library has moved on and the last one who asks of it has left.
    """

    def __init__(self, view: View, index: VectorIndex, lexical: LexicalIndex) -> None:
        self.view = view
        self.index = index
        self.lexical = lexical
        self.users = 0
        self.retired = False

    @property
    def generation(self) -> int:
        """The store's generation that it shows."""
        return self.view.generation


class Library:
    """Gives snapshots of the store, and follows it.

    Args:
        folder: The data folder.
        fingerprint: Of the encoder in use.
        dimension: Of its vectors.
        exact_up_to: Beyond so many passages, the vector index is a coded one.

    Raises:
        StoreError: The store cannot be opened.
        EncoderMismatchError: It was made with another encoder.
    """

    def __init__(self, folder: Path, fingerprint: str, dimension: int, *, exact_up_to: int = EXACT_UP_TO) -> None:
        self.folder = folder
        self._fingerprint = fingerprint
        self._dimension = dimension
        self._projection = VectorProjection(folder, exact_up_to)
        self._lexical = LexicalProjection(folder)
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self.problem: str | None = None
        view = View(folder)
        try:
            self._check(view)
            self._current = Snapshot(view, self._projection.open(view, dimension), self._lexical.open(view))
        except BaseException:
            view.close()
            raise

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

        Until the new indexes are ready, and if one cannot be made, the old snapshot keeps answering.

        Raises:
            StoreError: The store cannot be read, or now holds another encoder's vectors.
        """
        with self._refreshing:
            view = View(self.folder)
            try:
                if (view.store_id, view.generation) == (
                    self._current.view.store_id,
                    self._current.generation,
                ):
                    view.close()
                    return False
                self._check(view)
                same_store = view.store_id == self._current.view.store_id
                before = self._current.index if same_store else ExactIndex.empty(self._dimension)
                index = updated(before, view, self._projection.exact_up_to)
                lexical = self._lexical.open(view)
            except BaseException:
                view.close()
                raise
            self._replace(Snapshot(view, index, lexical))
            self._projection.save(index, view)
            return True

    def follow(self, seconds: float, stop: threading.Event) -> None:
        """Refresh every so many seconds until told to stop. A failure is logged once and told by `problem`."""
        while not stop.wait(seconds):
            try:
                self.refresh()
                self.problem = None
            except Exception as error:  # of whatever kind: this thread must outlive it, and the next look may succeed
                expected = isinstance(error, FootnoteError)
                said = str(error) if expected else repr(error)
                if self.problem != said:
                    trace = None if expected else error
                    logger.error("The newest documents cannot be served yet: %s", said, exc_info=trace)
                self.problem = said

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

    def _check(self, view: View) -> None:
        view.check_tally()
        if view.fingerprint not in (None, self._fingerprint) and view.counts()[1]:
            raise EncoderMismatchError(mismatch_message(self.folder))
