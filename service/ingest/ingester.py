"""Bringing documents into a store."""

import functools
import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from corpus.documents import EncodedPassage, ReadOptions, RemovedSpan, SourceDocument
from corpus.errors import EncoderMismatchError
from corpus.files import find_files
from corpus.store import Store, StoredDocument, View, mismatch_message
from embeddings.encoder import Encoder
from service.ingest.cutting import encoded_passages, naming
from service.ingest.flow import Flow
from service.ingest.preparing import prepared
from service.ingest.reading import Reading
from service.ingest.sources import Read, Source, lent, source_of_path, starter_sources
from service.ingest.steps import Prepared
from service.ingest.summary import IngestSummary
from service.reading import Sandbox
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.settings import Settings

__all__ = ["Ingester"]


class Ingester:
    """Brings documents into a store.

    Args:
        store: Open for writing.
        encoder: Called only when there is something to encode, so that an unchanged folder loads no model.
        settings: Sizes of passages and prefix.
        options: How to read files.
        read: Gives the documents that a file holds, in place of Footnote's own readers.
    """

    def __init__(
        self,
        store: Store,
        encoder: Callable[[], Encoder],
        settings: Settings,
        options: ReadOptions | None = None,
        read: Read | None = None,
    ) -> None:
        self._store = store
        self._options = options
        self._read = read
        self._encoder = functools.cache(encoder)
        self._fingerprint = functools.cache(lambda: fingerprint(self._encoder(), settings))
        self._settings = settings

    def ingest(
        self,
        paths: Iterable[Path],
        progress: Progress,
        *,
        prune: Iterable[Path] = (),
        folders: Iterable[Path] = (),
        force: bool = False,
        stop: threading.Event | None = None,
    ) -> IngestSummary:
        """Bring in every document under the given paths; one that cannot be read costs only itself.

        Args:
            paths: Files and folders.
            progress: Told of each file that is done.
            prune: Remove the documents under these paths whose files are gone.
            folders: That are being followed; `paths` below them were found there, not named.
            force: Also where so much is gone that it may be a mistake.
            stop: Set to stop early, as Ctrl-C does.

        Raises:
            StoreError: The store cannot be written, or was made with another encoder. Documents committed
                before stay.
        """
        found, pruned = find_files(paths, folders), list(prune)
        summary = IngestSummary(skipped=found.skipped)
        summary.refused.extend((str(path), reason) for path, reason in found.problems)
        sources = [source_of_path(path, found.within.get(path)) for path in found.files]
        self._run(sources, summary, progress, stop, pruned, force)
        if force and summary.removed:
            given = {str(path) for path in pruned}  # that it is gone was known, and meant
            summary.refused[:] = [each for each in summary.refused if each[0] not in given]
        return summary

    def ingest_sources(
        self, sources: Sequence[Source], progress: Progress, *, stop: threading.Event | None = None
    ) -> IngestSummary:
        """Bring in what is not in a folder: uploads, say. Otherwise the same as `ingest`."""
        summary = IngestSummary()
        self._run(sources, summary, progress, stop)
        return summary

    def ingest_starter(self, progress: Progress) -> IngestSummary:
        """Bring in the starter documents."""
        return self.ingest_sources(starter_sources(), progress)

    def reencode(self, progress: Progress) -> int:
        """Cut and encode every stored document again with this encoder; return the number of documents.

        Raises:
            SourceError: One of them cannot be cut; the message names it, and nothing is changed.
            StoreError: The store cannot be written.
        """
        encoder = self._encoder()
        with self._store.view() as view:
            documents = view.counts()[0]
        progress.start(documents)

        def encoded(document: StoredDocument, text: str) -> Sequence[EncodedPassage]:
            progress.doing(document.id)
            with naming(document):
                passages = encoded_passages(sandbox, encoder, self._settings, document, text)
            progress.advance()
            return passages

        def removed(document: StoredDocument, text: str) -> Sequence[RemovedSpan]:
            if not self._settings.cleaning:
                return ()
            with naming(document):
                return sandbox.removed(text, document.media_type, document.pages)

        try:
            with lent(self._settings) as sandbox:
                self._store.reencode(encoded, self._fingerprint(), removed)
        finally:
            progress.finish()
        return documents

    def _run(
        self,
        sources: Sequence[Source],
        summary: IngestSummary,
        progress: Progress,
        stop: threading.Event | None,
        pruned: Sequence[Path] = (),
        force: bool = False,
    ) -> None:
        with self._store.view() as view:
            stored = view.sources()
            self._stored_fingerprint = view.fingerprint if view.counts()[1] else None
        progress.start(len(sources))
        try:
            with lent(self._settings) as sandbox:
                read = self._read or functools.partial(
                    sandbox.read, options=self._options, clean=self._settings.cleaning
                )
                prepare = functools.partial(self._prepare, sandbox)
                reading = Reading(stored, prepare, self._differs_in_name_only, read, self._is_intact)
                flow = Flow(
                    self._store, self._encoder, self._fingerprint, summary, progress, stop, cancel=sandbox.cancel
                )
                pruning = reading.prune(pruned, force=force)
                flow.run(itertools.chain(reading.steps(sources), pruning))
        finally:
            progress.finish()

    def _prepare(self, sandbox: Sandbox, document: SourceDocument) -> Prepared:
        if self._stored_fingerprint not in (None, self._fingerprint()):  # said before the encoding, not after it
            raise EncoderMismatchError(mismatch_message(self._store.folder))
        return prepared(sandbox, self._encoder(), self._settings, document)

    def _differs_in_name_only(self, identifier: str, document: SourceDocument) -> bool:
        with View(self._store.folder) as view:
            return view.differs_in_name_only(identifier, document)

    def _is_intact(self, identifier: str) -> bool:
        with View(self._store.folder) as view:
            return view.is_intact(identifier)
