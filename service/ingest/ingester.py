"""Ingest documents into a store."""

import functools
import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from corpus.cleaning import RUNNING, merged
from corpus.documents import EncodedPassage, ReadOptions, RemovedSpan
from corpus.files import lies_under
from corpus.readers import find_files
from corpus.store import Store, StoredDocument
from embeddings.encoder import Encoder
from service.ingest.change_detection import ChangeDetector, StoredSources
from service.ingest.originals import OriginalKeeper
from service.ingest.passages import Splitter, encoded_passages, error_context
from service.ingest.pipeline import IngestPipeline
from service.ingest.sources import ReadFile, Source, borrowed_sandbox, found_sources, starter_sources, stored_files
from service.ingest.summary import IngestSummary
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.settings import Settings


class Ingester:
    """Ingests documents into a store.

    Args:
        store: Open for writing.
        encoder: Called only when there is something to encode, so that an unchanged folder loads no model.
        settings: Sizes of passages and prefix.
        options: How to read files.
        read: Replaces Footnote's readers.
    """

    def __init__(
        self,
        store: Store,
        encoder: Callable[[], Encoder],
        settings: Settings,
        options: ReadOptions | None = None,
        read: ReadFile | None = None,
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
        """Ingest all documents under the paths. An unreadable file affects only itself.

        Args:
            paths: Files and folders.
            progress: Reports each finished file.
            prune: Paths under which documents are removed if their files are gone.
            folders: Watched folders. Files below them count as found there, not as named.
            force: Prune even if so many files are gone that it may be a mistake.
            stop: Set it to stop early, as Ctrl-C does.

        Raises:
            StoreError: The store cannot be written, or is of another encoder. Documents committed before stay.
        """
        found, pruned = find_files(paths, folders), list(prune)
        summary = IngestSummary(skipped=found.skipped)
        summary.refused.extend((str(path), reason) for path, reason in found.problems)
        self._run(found_sources(found), summary, progress, stop, pruned, force)
        if force and summary.removed:
            named = {str(path) for path in pruned}  # the user knows that these are gone
            summary.refused[:] = [each for each in summary.refused if each[0] not in named]
        return summary

    def ingest_sources(
        self, sources: Sequence[Source], progress: Progress, *, stop: threading.Event | None = None
    ) -> IngestSummary:
        """Ingest sources that are not in a folder, such as uploads, in the same way as `ingest`."""
        summary = IngestSummary()
        self._run(sources, summary, progress, stop)
        return summary

    def ingest_starter(self, progress: Progress) -> IngestSummary:
        """Ingest the starter documents."""
        return self.ingest_sources(starter_sources(), progress)

    def read_again(self, paths: Sequence[Path], progress: Progress) -> IngestSummary:
        """Ingest the files of stored documents, as `ingest` does. Documents without a file stay as they are.

        Args:
            paths: Only files at or under these paths; all files if there are none.
            progress: Reports each finished file.
        """
        with self._store.view() as view:
            stored = view.sources()
        sources, gone = stored_files(stored, paths)
        summary = IngestSummary(gone=gone)
        for path in paths:
            if not any(lies_under(each.file, path) for each in stored):
                summary.refused.append((str(path), "no stored document is from there; check the path"))
        self._run(sources, summary, progress, None)
        return summary

    def reindex(self, progress: Progress) -> int:
        """Split and encode all stored documents with this encoder. Return the number of documents.

        Raises:
            SourceError: A document cannot be split; the message has its id, and nothing is changed.
            StoreError: The store cannot be written.
        """
        encoder = self._encoder()
        with self._store.view() as view:
            documents = view.counts()[0]
        progress.start(documents)

        def encoded(document: StoredDocument, text: str) -> Sequence[EncodedPassage]:
            progress.doing(document.id)
            with error_context(document):
                passages = encoded_passages(sandbox, encoder, self._settings, document, text)
            progress.advance()
            return passages

        def removed(document: StoredDocument, text: str) -> Sequence[RemovedSpan]:
            if not self._settings.cleaning:
                return ()
            with error_context(document):
                found = [span for span in document.removed_spans if span.reason == RUNNING]  # by the reader
                return merged(found, sandbox.removed(text, document.media_type, document.pages))

        try:
            with borrowed_sandbox(self._settings) as sandbox:
                self._store.reindex(encoded, self._fingerprint(), removed)
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
            stored = StoredSources.of(view)
        summary.files = len(sources) + len(summary.refused)  # paths that cannot be read
        progress.start(len(sources), "files")
        keeper = OriginalKeeper(self._store, summary) if self._settings.originals else None
        try:
            with borrowed_sandbox(self._settings) as sandbox:
                read = self._read or functools.partial(
                    sandbox.read, options=self._options, clean=self._settings.cleaning
                )
                if keeper is not None:
                    read, sources = keeper.reading(read), keeper.sources(sources, stored.sources)
                splitter = Splitter(sandbox, self._encoder, self._settings, stored.fingerprint, self._fingerprint)
                detector = ChangeDetector(self._store.view, stored, read, splitter)
                pipeline = IngestPipeline(
                    self._store, self._encoder, self._fingerprint, summary, progress, stop, cancel=sandbox.cancel
                )
                pipeline.run(itertools.chain(detector.outcomes(sources), detector.prune(pruned, force=force)))
        finally:
            if keeper is not None:
                keeper.finish()
            progress.finish()
