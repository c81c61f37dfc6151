"""Changes of a running service's documents, one at a time."""

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

from corpus.documents import ReadOptions
from corpus.errors import EncoderMismatchError, SourceError
from corpus.files import MAX_SOURCE_BYTES, SourceBytes
from corpus.store import Store, View, mismatch_message
from corpus.text import normalise
from service.ingest.ingester import Ingester
from service.ingest.outcomes import Action
from service.ingest.sources import Source
from service.ingest.summary import IngestSummary
from service.retrieval import Library
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.stores import open_store, open_view
from service.telemetry import with_request_context

Result = TypeVar("Result")

MAX_NAME_CHARACTERS = 200
"""Maximum length of an uploaded file's name, about that of file systems."""

MAX_ATTEMPTS = 3
"""Attempts to ingest a file while the store is reindexed with other encoders."""

STOPPED = "the service is stopping; send it again"


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file.

    Args:
        name: The name that the client sent.
        file: The bytes.
    """

    name: str
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class UploadResult:
    """The outcome of an uploaded file.

    Args:
        name: The cleaned name, as in the document's source.
        outcome: The most important action of its documents; refused only if all of them are.
        documents: Ids of its stored documents.
        reasons: Why the file, or a document in it, was refused.
        notes: What was left out or not understood.
    """

    name: str
    outcome: Action
    documents: Sequence[str]
    reasons: Sequence[str]
    notes: Sequence[str] = ()


class ChangeQueue:
    """Changes the documents of a running service on its own thread, in the order of the requests.

    Args:
        library: Refreshed after each change. Its encoder is used.
        settings: Data folder and sizes.
    """

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings
        self._stop = threading.Event()
        self._changes: set[Future[Any]] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")

    def add(self, uploads: Sequence[Upload]) -> Future[tuple[list[UploadResult], int]]:
        """Ingest uploads. The result has their outcomes and the store's new generation."""
        return self._counted(self._thread.submit(with_request_context(self._add), uploads))

    def remove(self, identifier: str) -> Future[int]:
        """Remove a document. The result is the new generation; it may raise UnknownDocumentError."""
        return self._counted(self._thread.submit(with_request_context(self._remove), identifier))

    def queue(self) -> int:
        """Return the number of waiting and current changes."""
        return len(self._changes)

    def stop(self) -> None:
        """Stop before the next document. The remaining uploads are refused with `STOPPED`."""
        self._stop.set()

    def close(self) -> None:
        """Stop, and wait for the current change."""
        self.stop()
        self._thread.shutdown(cancel_futures=True)

    def _counted(self, change: Future[Result]) -> Future[Result]:
        self._changes.add(change)
        change.add_done_callback(self._changes.discard)
        return change

    def _add(self, uploads: Sequence[Upload]) -> tuple[list[UploadResult], int]:
        names = [clean_name(upload.name) for upload in uploads]
        counts = Counter(names)
        sources = [
            Source(f"{at}", functools.partial(_read, upload, name, is_duplicate=counts[name] > 1))
            for at, (upload, name) in enumerate(zip(uploads, names, strict=True))
        ]
        results: list[UploadResult] = []
        with open_store(self._settings) as store:
            for source, name in zip(sources, names, strict=True):
                summary = self._ingested(store, source)
                with store.view() as view:
                    results.append(_upload_result(name, summary, view))
        self._library.refresh()
        with open_view(self._settings) as view:
            return results, view.generation

    def _ingested(self, store: Store, source: Source) -> IngestSummary:
        """Ingest a source with the store's current encoder, which a reindex may have changed."""
        for _ in range(MAX_ATTEMPTS):
            self._library.refresh()
            ingester = Ingester(store, lambda: self._library.encoder, self._settings, ReadOptions(has_options=False))
            with contextlib.suppress(EncoderMismatchError):
                return ingester.ingest_sources([source], NoProgress(), stop=self._stop)
        raise EncoderMismatchError(mismatch_message(self._settings.data))

    def _remove(self, identifier: str) -> int:
        with open_store(self._settings) as store:
            generation = store.remove(identifier)
        self._library.refresh()
        return generation


def clean_name(name: str) -> str:
    """Return the last part of a path, without control characters and leading dots; empty if nothing is left."""
    last = re.split(r"[/\\]", normalise("NFC", name))[-1]
    return "".join(c for c in last if c.isprintable()).strip(" .")[-MAX_NAME_CHARACTERS:]


def _read(upload: Upload, name: str, *, is_duplicate: bool) -> SourceBytes:
    if not name:
        raise SourceError("it has no usable name; send it with a name such as notes.txt")
    if is_duplicate:
        raise SourceError("another file of this request has the same name; send them in separate requests")
    upload.file.seek(0)
    data = upload.file.read(MAX_SOURCE_BYTES + 1)
    if len(data) > MAX_SOURCE_BYTES:
        raise SourceError(f"it is larger than {MAX_SOURCE_BYTES // 1024**2} MiB; split it into smaller files")
    return SourceBytes(Path(name), data, source=f"upload:{name}")


def _upload_result(name: str, summary: IngestSummary, view: View) -> UploadResult:
    reasons = [reason for _, reason in summary.refused]
    if summary.stopped:
        reasons.append(STOPPED)
    outcomes = (
        (Action.REPLACED, summary.replaced or summary.removed),
        (Action.ADDED, summary.added or summary.moved),
        (Action.UNCHANGED, summary.unchanged),
    )
    outcome = next((action for action, sources in outcomes if sources), Action.REFUSED)
    documents = [each.id for each in view.sources() if each.file == f"upload:{name}"]
    return UploadResult(name, outcome, documents, reasons, [note for _, note in summary.notes])
