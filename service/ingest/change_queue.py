"""Documents into and out of the store of a running service, one change at a time."""

import contextlib
import functools
import re
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from corpus.errors import EncoderMismatchError, SourceError
from corpus.files import MAX_SOURCE_BYTES, SourceBytes
from corpus.store import Store, View, mismatch_message
from corpus.text import normalise
from service.ingest.ingester import Ingester
from service.ingest.sources import Source
from service.ingest.steps import Action
from service.ingest.summary import IngestSummary
from service.retrieval import Library
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.telemetry import with_request_context

__all__ = ["Intake", "Received", "Upload"]

Made = TypeVar("Made")

MAX_NAME_CHARACTERS = 200
"""Of an uploaded file's name; file systems allow about as much."""

MOST_ENCODERS = 3
"""A store that is re-encoded again and again while a file is brought in has it refused after so many times."""

STOPPED = "the service is stopping; send it again"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent.

    Args:
        name: As it was sent.
        file: Its bytes, from the beginning.
    """

    name: str
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an uploaded file.

    Args:
        name: Cleaned, as the document's source has it.
        outcome: The greatest change that any of its documents met.
        documents: Ids of the documents that it holds now.
        reasons: Why it, or a document in it, was refused.
    """

    name: str
    outcome: Action
    documents: Sequence[str]
    reasons: Sequence[str]


class Intake:
    """Changes the documents of a running service, on a thread of its own, in the order asked for.

    Args:
        library: Told of what is new, so that it can be asked about at once. Its encoder is used.
        settings: Data folder and sizes.
    """

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings
        self._stop = threading.Event()
        self._changes: set[Future[Any]] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")

    def add(self, uploads: Sequence[Upload]) -> Future[tuple[list[Received], int]]:
        """Bring in what was sent; gives what became of each, and the store's generation after it."""
        return self._counted(self._thread.submit(with_request_context(self._add), uploads))

    def remove(self, identifier: str) -> Future[int]:
        """Remove a document; gives the new generation, or raises UnknownDocumentError."""
        return self._counted(self._thread.submit(with_request_context(self._remove), identifier))

    def queue(self) -> int:
        """How many changes wait or are being made."""
        return len(self._changes)

    def stop(self) -> None:
        """Stop before the next document: whoever sent one is told so."""
        self._stop.set()

    def close(self) -> None:
        """Stop, and wait for what is being brought in."""
        self.stop()
        self._thread.shutdown(cancel_futures=True)

    def _counted(self, change: Future[Made]) -> Future[Made]:
        self._changes.add(change)
        change.add_done_callback(self._changes.discard)
        return change

    def _add(self, uploads: Sequence[Upload]) -> tuple[list[Received], int]:
        names = [clean_name(upload.name) for upload in uploads]
        taken = Counter(names)
        sources = [
            Source(f"{at}", functools.partial(_read, upload, name, taken[name] > 1))
            for at, (upload, name) in enumerate(zip(uploads, names, strict=True))
        ]
        received: list[Received] = []
        with Store(self._settings.data) as store:
            for source, name in zip(sources, names, strict=True):
                summary = self._ingested(store, source)
                with store.view() as view:
                    received.append(_received(name, summary, view))
        self._library.refresh()
        with View(self._settings.data) as view:
            return received, view.generation

    def _ingested(self, store: Store, source: Source) -> IngestSummary:
        """Bring a source in, with the encoder that the store has by now: it may have been re-encoded meanwhile."""
        for _ in range(MOST_ENCODERS):
            self._library.refresh()
            ingester = Ingester(store, lambda: self._library.encoder, self._settings)
            with contextlib.suppress(EncoderMismatchError):
                return ingester.ingest_sources([source], NoProgress(), stop=self._stop)
        raise EncoderMismatchError(mismatch_message(self._settings.data))

    def _remove(self, identifier: str) -> int:
        with Store(self._settings.data) as store:
            generation = store.remove(identifier)
        self._library.refresh()
        return generation


def clean_name(name: str) -> str:
    """The last part of a file's name, without what moves a cursor or hides a file; empty if nothing is left."""
    last = re.split(r"[/\\]", normalise("NFC", name))[-1]
    return "".join(c for c in last if c.isprintable()).strip(" .")[-MAX_NAME_CHARACTERS:]


def _read(upload: Upload, name: str, is_twice: bool) -> SourceBytes:
    if not name:
        raise SourceError("it has no usable name; send one such as notes.txt")
    if is_twice:
        raise SourceError("another file of this request has the same name; send them one after the other")
    upload.file.seek(0)
    data = upload.file.read(MAX_SOURCE_BYTES + 1)
    if len(data) > MAX_SOURCE_BYTES:
        raise SourceError(f"it is larger than {MAX_SOURCE_BYTES // 1024**2} MiB; split it into smaller files")
    return SourceBytes(Path(name), data, source=f"upload:{name}")


def _received(name: str, summary: IngestSummary, view: View) -> Received:
    reasons = [reason for _, reason in summary.refused]
    if summary.stopped:
        reasons.append(STOPPED)
    outcomes = (
        (Action.REFUSED, reasons),
        (Action.REPLACED, summary.replaced or summary.removed),
        (Action.ADDED, summary.added or summary.moved),
        (Action.UNCHANGED, summary.unchanged),
    )
    outcome = next((action for action, met in outcomes if met), Action.REFUSED)
    documents = [each.id for each in view.sources() if each.file == f"upload:{name}"]
    return Received(name, outcome, documents, reasons)
