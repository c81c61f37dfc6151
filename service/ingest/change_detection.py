"""Comparison of sources with the store: new, changed, moved, gone or unreadable."""

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.documents import SourceDocument, revision_of
from corpus.errors import FootnoteError, SourceError, StoreCorruptError, UnknownDocumentError
from corpus.files import SourceBytes, is_gone, lies_under
from corpus.readers import SourceProblem, reader_version
from corpus.store import Move, Remove, StoredSource, View
from service.ingest.outcomes import Action, FileDone, Outcome, SplitDocument
from service.ingest.sources import ReadFile, Source
from service.reading import ReadingCancelled
from service.runtime.descriptors import is_out_of_descriptors

STAYS = "what is stored of it stays"
BY_AN_EARLIER = "as an earlier version of Footnote read it"

MANY_GONE = 10
"""Number of files that may be deleted on purpose. If more are gone, and more than half of all, their disk may not be
mounted."""


@dataclass(frozen=True, slots=True)
class StoredSources:
    """The sources of a store, and the fingerprint of its encoder; None if it has no passages."""

    sources: Sequence[StoredSource]
    fingerprint: str | None

    @classmethod
    def of(cls, view: View) -> "StoredSources":
        """Return the sources of a view."""
        return cls(view.sources(), view.fingerprint if view.counts()[1] else None)


class ChangeDetector:
    """Reads sources one by one and decides what happens to each.

    Args:
        open_view: Opens the store.
        stored: Sources in the store.
        read: Returns the documents of a file, or raises SourceError.
        split: Splits a document, or raises SourceError.
    """

    def __init__(
        self,
        open_view: Callable[[], View],
        stored: StoredSources,
        read: ReadFile,
        split: Callable[[SourceDocument], SplitDocument],
    ) -> None:
        self._open_view = open_view
        self._read = read
        self._split = split
        self._stored = {each.source: each for each in stored.sources}
        self._of_file: dict[str, list[StoredSource]] = {}
        self._of_digest: dict[str, list[StoredSource]] = {}
        for each in self._stored.values():
            self._of_file.setdefault(each.file, []).append(each)
            self._of_digest.setdefault(each.sha256, []).append(each)
        self._moved: set[str] = set()
        self._kept: set[str] = set()
        self._first_with: dict[str, str] = {}

    def outcomes(self, sources: Iterable[Source]) -> Iterator[Outcome | FileDone]:
        """Yield the outcomes of each source, in order, and `FileDone` after those of a file."""
        for source in sources:
            has_work = False
            try:
                for outcome in self._file(source):
                    has_work = has_work or outcome.work is not None
                    yield outcome
            except SourceError as error:
                yield Outcome(Action.REFUSED, source.name, reason=str(error))
            except (FootnoteError, ReadingCancelled):
                raise
            except Exception as error:  # any other error refuses this file only
                if is_out_of_descriptors(error):
                    raise
                reason = f"it cannot be read ({type(error).__name__}); save it again, or as text"
                yield Outcome(Action.REFUSED, source.name, reason=reason)
            yield FileDone(source.name, has_work)

    def prune(self, paths: Iterable[Path], *, force: bool) -> Iterator[Outcome]:
        """Yield the removal of each document under the paths whose file is gone. Call it after `outcomes`.

        If so many are gone that their disk may not be mounted, the path is refused instead, unless `force` is set.
        """
        done: set[str] = set()
        for path in paths:
            under = [each for each in self._stored.values() if lies_under(each.file, path)]
            gone = [each for each in under if each.source not in self._kept and is_gone(each.file)]
            if gone and not force and (len(gone) == len(under) or MANY_GONE < len(gone) > len(under) / 2):
                reason = (
                    f"the files of {len(gone):,} of its {len(under):,} documents are gone, and none was removed; mount "
                    "the disk, or remove the documents with --prune --force"
                )
                yield Outcome(Action.REFUSED, str(path), reason=reason)
                continue
            for each in gone:
                if each.source not in done:
                    done.add(each.source)
                    yield Outcome(Action.REMOVED, each.source, Remove(each.source))

    def _file(self, source: Source) -> Iterator[Outcome]:
        file = source.read()
        stored = self._of_file.get(file.source, [])
        if self._is_stored(stored, file):
            self._first_with.setdefault(file.sha256, file.source)
            yield Outcome(Action.UNCHANGED, file.source)
            return
        try:
            yield from self._documents(file, stored)
        except SourceError as error:
            yield Outcome(Action.REFUSED, source.name, reason=_with_what_stays(str(error), *stored))

    def _documents(self, file: SourceBytes, stored: Sequence[StoredSource]) -> Iterator[Outcome]:
        seen: set[str] = set()
        unread: set[str] = set()
        may_be_any = False
        for document in self._read(file):
            if document.source in seen:
                yield Outcome(Action.REFUSED, document.source, reason="its id occurs twice in this file; change one")
            elif isinstance(document, SourceProblem):
                may_be_any = may_be_any or not document.is_named
                unread.add(document.source)
                reason = _with_what_stays(_refusal(document, stored), self._stored.get(document.source))
                yield Outcome(Action.REFUSED, document.source, reason=reason)
            else:
                yield self._document(document)
            seen.add(document.source)
        for each in stored:
            if each.source in seen or each.source in self._kept:  # a damaged record may name another file
                continue
            if may_be_any or _is_within(each.source, unread):
                yield Outcome(Action.UNCHANGED, each.source)
            else:
                yield Outcome(Action.REMOVED, each.source, Remove(each.source))

    def _is_stored(self, stored: Sequence[StoredSource], file: SourceBytes) -> bool:
        """Return whether these documents are the file, undamaged, as its reader reads it now."""
        same = [(each.source, each.sha256) for each in stored] == [(file.source, file.sha256)]
        return same and not has_older_reader(stored[0]) and self._is_intact(stored[0].id)

    def _document(self, document: SourceDocument) -> Outcome:
        source, digest = document.source, document.source_sha256
        before = self._stored.get(source)
        self._kept.add(source)
        try:
            if before is None:
                outcome = self._new(document)
            elif before.sha256 != digest or not self._is_intact(before.id):
                outcome = Outcome(Action.REPLACED, source, self._split_again(before, document))
            elif not has_older_reader(before):
                outcome = Outcome(Action.UNCHANGED, source)
            elif self._differs_in_name_only(before.id, document):
                work = Move(source, source, document.file, document.reader_version)
                outcome = Outcome(Action.UNCHANGED, source, work, read_again=True)
            else:
                outcome = Outcome(Action.REPLACED, source, self._split_again(before, document), read_again=True)
        except SourceError as error:
            return Outcome(Action.REFUSED, source, reason=_with_what_stays(str(error), before))
        self._first_with.setdefault(digest, source)
        return outcome

    def _split_again(self, before: StoredSource, document: SourceDocument) -> SplitDocument:
        """Split a document. If text, title and passages are those stored, take over the vectors."""
        split = self._split(document)
        with self._open_view() as view, contextlib.suppress(StoreCorruptError, UnknownDocumentError):
            stored = view.document(before.id)
            title = document.metadata.title
            if (stored.revision, stored.metadata.title) == (revision_of(document.text), title):
                encoded = view.encoded_passages(stored)
                if [each.passage for each in encoded] == list(split.passages):
                    return replace(split, encoded=encoded)
        return split

    def _new(self, document: SourceDocument) -> Outcome:
        source, digest = document.source, document.source_sha256
        before = self._moved_from(document)
        if before is None:
            return Outcome(Action.ADDED, source, self._split(document), same_as=self._same_as(digest))
        if self._is_intact(before.id) and self._differs_in_name_only(before.id, document):
            work: Move | SplitDocument = Move(before.source, source, document.file, document.reader_version)
        else:  # for example, its title is its file name, and passages are encoded with the title
            work = replace(self._split_again(before, document), moved_from=before.source)
        self._moved.add(before.source)
        self._kept.add(before.source)
        return Outcome(Action.MOVED, source, work, was=before.source)

    def _moved_from(self, document: SourceDocument) -> StoredSource | None:
        """Return the stored document with the same bytes whose file is gone, preferably one with the same name."""
        candidates: Sequence[StoredSource] = [
            each
            for each in self._of_digest.get(document.source_sha256, [])
            if each.source not in self._moved and self._has_gone(each, document)
        ]
        name = Path(document.source).name
        return min(candidates, key=lambda each: (Path(each.source).name != name, each.source), default=None)

    def _has_gone(self, each: StoredSource, document: SourceDocument) -> bool:
        """Return whether a stored document's file is gone, or a damaged record has changed its source."""
        is_of_file = each.file == (document.file or document.source)
        return is_gone(each.file) or (is_of_file and not self._is_intact(each.id))

    def _same_as(self, digest: str) -> str | None:
        """Return another document with the same bytes, read before or stored."""
        stored = (each.source for each in self._of_digest.get(digest, []) if each.source not in self._moved)
        return self._first_with.get(digest) or next(stored, None)

    def _differs_in_name_only(self, identifier: str, document: SourceDocument) -> bool:
        with self._open_view() as view:
            return view.differs_in_name_only(identifier, document)

    def _is_intact(self, identifier: str) -> bool:
        with self._open_view() as view:
            return view.is_intact(identifier)


def _is_within(source: str, unread: Collection[str]) -> bool:
    """Return whether a source is of a document in one that was not read, such as a record of an attached table."""
    parts = source.split("#")
    return bool(unread) and any("#".join(parts[:end]) in unread for end in range(1, len(parts)))


def has_older_reader(stored: StoredSource) -> bool:
    """Return whether the reader of a stored source has changed since it was read."""
    return stored.reader_version < reader_version(stored.media_type)


def _with_what_stays(reason: str, *stored: StoredSource | None) -> str:
    """Return why a source is refused, and that what is stored of it stays."""
    known = [each for each in stored if each is not None]
    if not known:
        return reason
    return f"{reason}; {STAYS}, {BY_AN_EARLIER}" if any(map(has_older_reader, known)) else f"{reason}; {STAYS}"


def _refusal(problem: SourceProblem, stored: Sequence[StoredSource]) -> str:
    if problem.is_named or not stored:
        return problem.reason
    return f"{problem.reason}; until then, no stored record of this file is removed"
