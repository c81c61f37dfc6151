"""The concurrent ingest: a thread reads ahead, the calling thread encodes, a thread commits."""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from corpus.documents import EncodedPassage
from corpus.errors import StoreError
from corpus.store import Change, Put, Store
from embeddings.encoder import Encoder
from service.ingest.bounded_queue import BoundedQueue, QueueEnded
from service.ingest.outcomes import Action, FileDone, Outcome, SplitDocument
from service.ingest.passages import as_stored
from service.ingest.summary import IngestSummary
from service.runtime.progress import Progress

WINDOW = 128
"""Passages sorted by length and encoded together. More are slower to commit, fewer differ more in length."""

ENOUGH = 32
"""Number of passages at which the encoder stops waiting for more."""

READ_AHEAD_BYTES = 64 * 1024 * 1024
WRITE_BEHIND_BYTES = 64 * 1024 * 1024

POLL_S = 0.1
"""Seconds to wait for the reader before encoding the passages at hand and reporting progress."""

READER_END_S = 5.0
"""Seconds to wait for the reader to end. With its process cancelled, it ends at once unless it waits for a disk."""


class _Stopped(Exception):  # noqa: N818 - not an error
    pass


@dataclass(slots=True)
class _Window:
    """Outcomes whose documents are encoded together and committed in one transaction."""

    outcomes: list[Outcome | FileDone] = field(default_factory=list)
    documents: list[SplitDocument] = field(default_factory=list)
    passages: int = 0

    @property
    def is_full(self) -> bool:
        return self.passages >= WINDOW or len(self.outcomes) >= 2 * WINDOW

    def add(self, outcome: Outcome | FileDone) -> None:
        self.outcomes.append(outcome)
        if isinstance(outcome, Outcome) and isinstance(outcome.work, SplitDocument):
            self.documents.append(outcome.work)
            self.passages += len(outcome.work.passages)


_Group = tuple[_Window, list[tuple[Outcome, Change]]]


class IngestPipeline:
    """Encodes outcomes and commits them to the store.

    `run` encodes on the calling thread. It raises the errors of the other two threads.

    Args:
        store: Open for writing.
        encoder: Called when there is something to encode.
        fingerprint: Returns the fingerprint of that encoder.
        summary: Receives each outcome, after its work is committed.
        progress: Reports each finished file and each encoded passage.
        stop: Set it to stop before the next document is written.
        cancel: Called to cancel the current reading.
    """

    def __init__(
        self,
        store: Store,
        encoder: Callable[[], Encoder],
        fingerprint: Callable[[], str],
        summary: IngestSummary,
        progress: Progress,
        stop: threading.Event | None = None,
        cancel: Callable[[], None] = lambda: None,
    ) -> None:
        self._cancel = cancel
        self._store = store
        self._encoder = encoder
        self._fingerprint = fingerprint
        self._summary = summary
        self._progress = progress
        self._stop = stop or threading.Event()
        self._to_encode: BoundedQueue[Outcome | FileDone] = BoundedQueue(READ_AHEAD_BYTES)
        self._to_commit: BoundedQueue[_Group] = BoundedQueue(WRITE_BEHIND_BYTES)
        self._done: deque[str] = deque()
        self._write_error: BaseException | None = None

    def run(self, outcomes: Iterator[Outcome | FileDone]) -> None:
        """Do the work of the outcomes. When interrupted, commit the encoded documents and mark the summary as stopped.

        Raises:
            StoreError: The store cannot be written. Documents committed before stay.
        """
        reader = threading.Thread(target=self._read, args=(outcomes,), name="ingest-read", daemon=True)
        writer = threading.Thread(target=self._write, name="ingest-write", daemon=True)
        reader.start()
        writer.start()
        try:
            try:
                self._encode_all()
            except BaseException:
                self._cancel()
                raise
            finally:
                self._to_encode.close()
                self._to_commit.end()
                _join(writer)
                reader.join(READER_END_S)
            self._report()
        except (KeyboardInterrupt, _Stopped):
            self._summary.stopped = True
        if self._write_error is not None:
            raise self._write_error

    def _read(self, outcomes: Iterator[Outcome | FileDone]) -> None:
        try:
            for outcome in outcomes:
                work = outcome.work if isinstance(outcome, Outcome) else None
                if not self._to_encode.put(outcome, work.size if isinstance(work, SplitDocument) else 0):
                    return
        except BaseException as error:  # raised again on the calling thread
            self._to_encode.end(error)
        else:
            self._to_encode.end()

    def _encode_all(self) -> None:
        window = _Window()
        try:
            while True:
                self._report()
                outcome = self._to_encode.get(0 if window.passages >= ENOUGH else POLL_S)
                if outcome is None:
                    window = self._flushed(window)
                elif isinstance(outcome, FileDone) and not (outcome.has_work or window.outcomes):
                    self._done.append(outcome.name)
                elif isinstance(outcome, Outcome) and outcome.work is None:
                    self._summary.record(outcome)
                else:
                    window.add(outcome)
                    if window.is_full:
                        window = self._flushed(window)
        except QueueEnded as end:
            self._flushed(window)
            if end.error is not None:  # the reader's
                raise end.error from None

    def _flushed(self, window: _Window) -> _Window:
        """Encode a window and pass it to the writer. Return an empty one."""
        if window.outcomes:
            changes = self._changes(window)
            puts = [change for _, change in changes if isinstance(change, Put)]
            size = sum(len(e.token_vectors) + len(e.vector) for put in puts for e in put.passages)
            self._to_commit.put((window, changes), size)
        return _Window()

    def _changes(self, window: _Window) -> list[tuple[Outcome, Change]]:
        encoded = self._encoded(window.documents)
        changes: list[tuple[Outcome, Change]] = []
        for outcome in window.outcomes:
            if not isinstance(outcome, Outcome) or outcome.work is None:
                continue
            work = outcome.work
            if isinstance(work, SplitDocument):
                changes.append((outcome, Put(work.document, encoded[id(work)], work.moved_from)))
            else:
                changes.append((outcome, work))
        return changes

    def _encoded(self, documents: list[SplitDocument]) -> dict[int, Sequence[EncodedPassage]]:
        """Return the encoded passages by the identity of their document.

        They are encoded from the longest to the shortest, to avoid padding.
        """
        places = [(work, at) for work in documents if work.encoded is None for at in range(len(work.passages))]
        places.sort(key=lambda place: -len(place[0].text(place[1])))
        encodings = self._encoder().encode_passages([work.text(at) for work, at in places]) if places else ()
        done: dict[tuple[int, int], EncodedPassage] = {}
        for (work, at), encoding in zip(places, encodings, strict=True):
            done[id(work), at] = as_stored(work.passages[at], encoding, work.terms(at))
            self._progress.encoded()
            self._report()
        return {
            id(work): work.encoded
            if work.encoded is not None
            else [done[id(work), at] for at in range(len(work.passages))]
            for work in documents
        }

    def _write(self) -> None:
        with contextlib.suppress(QueueEnded):
            while True:
                group = self._to_commit.get()
                if group is None:
                    continue
                window, changes = group
                try:
                    refused = self._applied(changes, self._fingerprint() if window.documents else None)
                except BaseException as error:
                    self._write_error = error
                    self._to_commit.close()
                    return
                for outcome in window.outcomes:
                    if isinstance(outcome, Outcome):
                        self._summary.record(refused.get(id(outcome), outcome))
                    else:
                        self._done.append(outcome.name)

    def _applied(self, changes: Sequence[tuple[Outcome, Change]], fingerprint: str | None) -> dict[int, Outcome]:
        """Write changes. Return the refused outcomes by the identity of the original ones.

        Raises:
            StoreError: The store cannot be written.
        """
        if not changes:
            return {}
        try:
            self._store.apply([change for _, change in changes], fingerprint)
        except StoreError:
            raise
        except Exception as error:  # caused by one document: write the others without it
            if len(changes) == 1:
                outcome = changes[0][0]
                reason = f"it cannot be stored ({type(error).__name__}); save it again in a simpler form, or as text"
                return {id(outcome): Outcome(Action.REFUSED, outcome.source, reason=reason)}
            return {key: refused for one in changes for key, refused in self._applied([one], fingerprint).items()}
        return {}

    def _report(self) -> None:
        """Report finished files. Raise `_Stopped` if `stop` is set or the writer has failed."""
        while self._done:
            self._progress.doing(self._done.popleft())
            self._progress.advance()
        if self._write_error is not None or self._stop.is_set():
            raise _Stopped


def _join(thread: threading.Thread) -> None:
    """Wait for a thread to finish its commit, also after Ctrl-C."""
    while thread.is_alive():
        with contextlib.suppress(KeyboardInterrupt):
            thread.join()
