"""Reading, encoding and writing at the same time: a thread reads ahead, a thread commits behind."""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from corpus.documents import EncodedPassage
from corpus.errors import StoreError
from corpus.store import Change, Put, Store
from embeddings.encoder import Encoder
from service.ingest.channel import Channel, Ended
from service.ingest.cutting import as_stored
from service.ingest.steps import Action, FileDone, Prepared, Step
from service.ingest.summary import IngestSummary
from service.runtime.progress import Progress

__all__ = ["Flow"]

WINDOW = 128
"""Passages that are sorted by length and encoded together: enough that neighbours are about as long, few enough that
their documents are soon committed."""

ENOUGH = 32
"""With so many passages at hand, the encoder waits for no more."""

READ_AHEAD_BYTES = 64 * 1024 * 1024
WRITE_BEHIND_BYTES = 64 * 1024 * 1024

LOOK_S = 0.1
"""How long to wait for the reader before encoding what is there and looking at what was committed."""

READER_END_S = 5.0
"""A reader whose reading process is cancelled ends at once, unless a disk keeps it waiting: it is then left alone."""


class _Stopped(Exception):  # noqa: N818 - being asked to stop is no error
    pass


@dataclass(slots=True)
class _Window:
    """Steps whose documents are encoded together and committed in one transaction."""

    steps: list[Step | FileDone] = field(default_factory=list)
    prepared: list[Prepared] = field(default_factory=list)
    passages: int = 0

    def add(self, step: Step | FileDone) -> None:
        self.steps.append(step)
        if isinstance(step, Step) and isinstance(step.work, Prepared):
            self.prepared.append(step.work)
            self.passages += len(step.work.passages)


_Group = tuple[_Window, list[tuple[Step, Change]]]


class Flow:
    """Carries steps through encoding and into the store.

    The thread that calls `run` encodes. Errors of the other two, Ctrl-C among them, come out of `run`.

    Args:
        store: Open for writing.
        encoder: Called when there is something to encode.
        fingerprint: Of that encoder.
        summary: Told of each step when it is done: for work, when it is committed.
        progress: Told of each file that is done, and of each passage that is encoded.
        stop: Set to stop before the next document is written.
        cancel: Called to have what is being read given up.
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
        self._arriving: Channel[Step | FileDone] = Channel(READ_AHEAD_BYTES)
        self._leaving: Channel[_Group] = Channel(WRITE_BEHIND_BYTES)
        self._done: deque[str] = deque()
        self._write_error: BaseException | None = None

    def run(self, steps: Iterator[Step | FileDone]) -> None:
        """Do what the steps say. Interrupted, finish what is encoded and mark the summary as stopped.

        Raises:
            StoreError: The store cannot be written. What was committed before stays.
        """
        reader = threading.Thread(target=self._read, args=(steps,), name="ingest-read", daemon=True)
        writer = threading.Thread(target=self._write, name="ingest-write", daemon=True)
        reader.start()
        writer.start()
        try:
            try:
                self._encode_all()
            except BaseException:
                self._arriving.close()
                self._cancel()
                raise
            finally:
                self._arriving.close()
                self._leaving.end()
                _joined(writer)
                reader.join(READER_END_S)
            self._tell()
        except (KeyboardInterrupt, _Stopped):
            self._summary.stopped = True
        if self._write_error is not None:
            raise self._write_error

    def _read(self, steps: Iterator[Step | FileDone]) -> None:
        try:
            for step in steps:
                work = step.work if isinstance(step, Step) else None
                if not self._arriving.put(step, work.size if isinstance(work, Prepared) else 0):
                    return
        except BaseException as error:  # whatever it is, it belongs to the thread that waits
            self._arriving.end(error)
        else:
            self._arriving.end()

    def _encode_all(self) -> None:
        window = _Window()
        try:
            while True:
                self._tell()
                step = self._arriving.get(0 if window.passages >= ENOUGH else LOOK_S)
                if step is None:
                    window = self._flushed(window)
                elif isinstance(step, FileDone) and not (step.worked or window.steps):
                    self._done.append(step.name)
                elif isinstance(step, Step) and step.work is None:
                    self._summary.record(step)
                else:
                    window.add(step)
                    if window.passages >= WINDOW:
                        window = self._flushed(window)
        except Ended as end:
            self._flushed(window)
            if end.error is not None:  # the reader's; what came before it is whole
                raise end.error from None

    def _flushed(self, window: _Window) -> _Window:
        """Encode a window and hand it to the writer; return an empty one."""
        if window.steps:
            changes = self._changes(window)
            puts = [change for _, change in changes if isinstance(change, Put)]
            size = sum(len(e.token_vectors) + len(e.vector) for put in puts for e in put.passages)
            self._leaving.put((window, changes), size)
        return _Window()

    def _changes(self, window: _Window) -> list[tuple[Step, Change]]:
        encoded = {id(work): passages for work, passages in self._encoded(window.prepared)}
        changes: list[tuple[Step, Change]] = []
        for step in window.steps:
            if not isinstance(step, Step) or step.work is None:
                continue
            work = step.work
            if isinstance(work, Prepared):
                changes.append((step, Put(work.document, encoded[id(work)], work.moved_from)))
            else:
                changes.append((step, work))
        return changes

    def _encoded(self, prepared: list[Prepared]) -> list[tuple[Prepared, list[EncodedPassage]]]:
        """Every document's passages, encoded from the longest to the shortest: so little is padded, if anything is."""
        places = [(work, at) for work in prepared for at in range(len(work.passages))]
        if not places:
            return [(work, []) for work in prepared]
        places.sort(key=lambda place: -place[0].length(place[1]))
        encodings = self._encoder().encode_passages([work.text(at) for work, at in places])
        done: dict[tuple[int, int], EncodedPassage] = {}
        for (work, at), encoding in zip(places, encodings, strict=True):
            done[id(work), at] = as_stored(work.passages[at], encoding)
            self._progress.encoded()
            self._tell()
        return [(work, [done[id(work), at] for at in range(len(work.passages))]) for work in prepared]

    def _write(self) -> None:
        with contextlib.suppress(Ended):
            while True:
                group = self._leaving.get()
                if group is None:
                    continue
                window, changes = group
                try:
                    refused = self._applied(changes, self._fingerprint() if window.prepared else None)
                except BaseException as error:
                    self._write_error = error
                    self._leaving.close()
                    return
                for step in window.steps:
                    if isinstance(step, Step):
                        self._summary.record(refused.get(id(step), step))
                    else:
                        self._done.append(step.name)

    def _applied(self, changes: Sequence[tuple[Step, Change]], fingerprint: str | None) -> dict[int, Step]:
        """Write changes; return what is refused, by the identity of its step.

        Raises:
            StoreError: The store cannot be written.
        """
        if not changes:
            return {}
        try:
            self._store.apply([change for _, change in changes], fingerprint)
        except StoreError:
            raise
        except Exception as error:  # of one document, whatever it is: the others are written without it
            if len(changes) == 1:
                step = changes[0][0]
                reason = f"it cannot be stored ({type(error).__name__}); save it again in a simpler form, or as text"
                return {id(step): Step(Action.REFUSED, step.source, reason=reason)}
            return {key: step for one in changes for key, step in self._applied([one], fingerprint).items()}
        return {}

    def _tell(self) -> None:
        """Tell of the files that are done, and stop if that is asked for or the writer cannot go on."""
        while self._done:
            self._progress.doing(self._done.popleft())
            self._progress.advance()
        if self._write_error is not None or self._stop.is_set():
            raise _Stopped


def _joined(thread: threading.Thread) -> None:
    """Wait for a thread's end, whatever key is pressed: it is committing what was promised."""
    while thread.is_alive():
        with contextlib.suppress(KeyboardInterrupt):
            thread.join()
