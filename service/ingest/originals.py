"""Keeping the original files of documents whose pages can be drawn."""

import functools
from collections.abc import Iterable, Iterator, Sequence

from corpus.documents import SourceDocument
from corpus.files import SourceBytes
from corpus.readers import SourceProblem
from corpus.store import Originals, Store, StoredSource
from service.ingest.sources import ReadFile, Source
from service.ingest.summary import IngestSummary

DRAWN = "application/pdf"
"""Media type of the documents whose pages can be drawn."""

_PDF = b"%PDF-"


class OriginalKeeper:
    """Keeps the files of an ingest.

    Args:
        store: The store.
        summary: Receives a note for each file that cannot be kept. Its document is ingested all the same.
    """

    def __init__(self, store: Store, summary: IngestSummary) -> None:
        self._store = store
        self._originals = Originals(store.folder)
        self._summary = summary
        self._kept: set[str] = set()

    def reading(self, read: ReadFile) -> ReadFile:
        """Return a function that reads a file as `read` does, and keeps it if its pages can be drawn."""

        def kept(file: SourceBytes) -> Iterator[SourceDocument | SourceProblem]:
            for item in read(file):
                if isinstance(item, SourceDocument) and item.media_type == DRAWN and item.file is None:
                    self._keep(file)
                yield item

        return kept

    def sources(self, sources: Sequence[Source], stored: Iterable[StoredSource]) -> list[Source]:
        """Return sources whose unchanged files, which are not read again, are kept too."""
        digests = {each.sha256 for each in stored}
        return [Source(source.name, functools.partial(self._unchanged, source, digests)) for source in sources]

    def finish(self) -> None:
        """Remove the files whose documents were not stored."""
        if self._kept:
            with self._store.view() as view:
                used = {each.sha256 for each in view.sources()}
            for digest in self._kept - used:
                self._originals.remove(digest)

    def _unchanged(self, source: Source, digests: set[str]) -> SourceBytes:
        file = source.read()
        if file.sha256 in digests and file.data.lstrip()[: len(_PDF)] == _PDF:
            self._keep(file)
        return file

    def _keep(self, file: SourceBytes) -> None:
        if self._originals.has(file.sha256):
            return
        try:
            self._originals.keep(file)
        except OSError as error:
            why = f"its original cannot be kept ({error.strerror}), so pictures of its pages are not shown"
            self._summary.notes.append((file.source, f"{why}; free space in {self._originals.folder.parent}"))
        else:
            self._kept.add(file.sha256)
