"""Sources beside what is stored: what is new, changed, moved, gone, or cannot be read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from corpus.documents import SourceDocument
from corpus.errors import FootnoteError, SourceError
from corpus.files import SourceBytes, is_gone, lies_under
from corpus.readers import SourceProblem
from corpus.store import Move, Remove, StoredSource
from service.ingest.sources import Read, Source
from service.ingest.steps import Action, FileDone, Prepared, Step
from service.reading import Cancelled
from service.runtime.descriptors import is_out_of_descriptors

__all__ = ["Reading"]

MANY_GONE = 10
"""Up to so many files are deleted on purpose now and then; if more than this and half of all are gone, it may be a disk
that is not mounted."""


class Reading:
    """Reads sources one by one and says what is to be done about each.

    Args:
        stored: Where the documents came from that are stored now.
        prepare: Cuts a document; raises SourceError.
        differs_in_name_only: Whether a stored document (by id) and one just read are otherwise the same.
        read: Gives the documents that a file holds; raises SourceError.
        is_intact: Whether a stored document (by id) is undamaged. One that is not is as good as changed.
    """

    def __init__(
        self,
        stored: Iterable[StoredSource],
        prepare: Callable[[SourceDocument], Prepared],
        differs_in_name_only: Callable[[str, SourceDocument], bool],
        read: Read,
        is_intact: Callable[[str], bool],
    ) -> None:
        self._read = read
        self._is_intact = is_intact
        self._prepare = prepare
        self._differs_in_name_only = differs_in_name_only
        self._stored = {each.source: each for each in stored}
        self._of_file: dict[str, list[StoredSource]] = {}
        self._of_digest: dict[str, list[StoredSource]] = {}
        for each in self._stored.values():
            self._of_file.setdefault(each.file, []).append(each)
            self._of_digest.setdefault(each.sha256, []).append(each)
        self._moved: set[str] = set()
        self._kept: set[str] = set()
        self._first_with: dict[str, str] = {}

    def steps(self, sources: Iterable[Source]) -> Iterator[Step | FileDone]:
        """What is to be done about each source, in order; after those of a file, that it is done."""
        for source in sources:
            worked = False
            try:
                for step in self._file(source):
                    worked = worked or step.work is not None
                    yield step
            except SourceError as error:
                yield Step(Action.REFUSED, source.name, reason=str(error))
            except (FootnoteError, Cancelled):
                raise
            except Exception as error:  # whatever it is, it is this file's own
                if is_out_of_descriptors(error):
                    raise
                reason = f"it cannot be read ({type(error).__name__}); save it again, or as text"
                yield Step(Action.REFUSED, source.name, reason=reason)
            yield FileDone(source.name, worked)

    def prune(self, paths: Iterable[Path], *, force: bool) -> Iterator[Step]:
        """What to remove because its file, under one of the paths, is gone. Comes after `steps`.

        If so much is gone that the disk may not be mounted, nothing is removed and the path is refused, unless `force`.
        """
        done: set[str] = set()
        for path in paths:
            under = [each for each in self._stored.values() if lies_under(each.file, path)]
            gone = [each for each in under if each.source not in self._kept and is_gone(each.file)]
            if gone and not force and (len(gone) == len(under) or MANY_GONE < len(gone) > len(under) / 2):
                reason = (
                    f"{len(gone):,} of the {len(under):,} documents that came from here are gone, and none was "
                    "removed; is its disk mounted? To remove them, run it again with --prune --force"
                )
                yield Step(Action.REFUSED, str(path), reason=reason)
                continue
            for each in gone:
                if each.source not in done:
                    done.add(each.source)
                    yield Step(Action.REMOVED, each.source, Remove(each.source))

    def _file(self, source: Source) -> Iterator[Step]:
        file = source.read()
        stored = self._of_file.get(file.source, [])
        if self._is_stored(stored, file):
            self._first_with.setdefault(file.sha256, file.source)
            yield Step(Action.UNCHANGED, file.source)
            return
        met: set[str] = set()
        for document in self._read(file):
            if document.source in met:
                yield Step(Action.REFUSED, document.source, reason="its id comes twice in this file; rename one")
            elif isinstance(document, SourceProblem):
                yield Step(Action.REFUSED, document.source, reason=document.reason)
            else:
                yield self._document(document)
            met.add(document.source)
        for each in stored:
            if each.source not in met and each.source not in self._kept:  # a damaged record names another's file
                yield Step(Action.REMOVED, each.source, Remove(each.source))

    def _is_stored(self, stored: Sequence[StoredSource], file: SourceBytes) -> bool:
        """Whether these documents are the file, undamaged."""
        same = [(each.source, each.sha256) for each in stored] == [(file.source, file.sha256)]
        return same and self._is_intact(stored[0].id)

    def _document(self, document: SourceDocument) -> Step:
        source, digest = document.source, document.source_sha256
        before = self._stored.get(source)
        if before is not None and before.sha256 == digest and self._is_intact(before.id):
            self._first_with.setdefault(digest, source)
            return Step(Action.UNCHANGED, source)
        self._kept.add(source)
        try:
            step = self._new(document) if before is None else Step(Action.REPLACED, source, self._prepare(document))
        except SourceError as error:
            return Step(Action.REFUSED, source, reason=str(error))
        self._first_with.setdefault(digest, source)
        return step

    def _new(self, document: SourceDocument) -> Step:
        source, digest = document.source, document.source_sha256
        before = self._gone_before(document)
        if before is None:
            return Step(Action.ADDED, source, self._prepare(document), same_as=self._same_as(digest))
        if self._is_intact(before.id) and self._differs_in_name_only(before.id, document):
            work: Move | Prepared = Move(before.source, source, document.file)
        else:  # a title made of the file's name, say, which is encoded with each passage
            prepared = self._prepare(document)
            work = Prepared(document, prepared.prefix, prepared.passages, moved_from=before.source)
        self._moved.add(before.source)
        self._kept.add(before.source)
        return Step(Action.MOVED, source, work, was=before.source)

    def _gone_before(self, document: SourceDocument) -> StoredSource | None:
        """The stored document with the same bytes whose file is gone; of several, one of the same name."""
        candidates: Sequence[StoredSource] = [
            each
            for each in self._of_digest.get(document.source_sha256, [])
            if each.source not in self._moved and self._has_gone(each, document)
        ]
        name = Path(document.source).name
        return min(candidates, key=lambda each: (Path(each.source).name != name, each.source), default=None)

    def _has_gone(self, each: StoredSource, document: SourceDocument) -> bool:
        """Whether a stored document's file is gone, or its source is not what it was, because the record is damaged."""
        is_of_file = each.file == (document.file or document.source)
        return is_gone(each.file) or (is_of_file and not self._is_intact(each.id))

    def _same_as(self, digest: str) -> str | None:
        """Another document with the same bytes, read before or stored."""
        stored = (each.source for each in self._of_digest.get(digest, []) if each.source not in self._moved)
        return self._first_with.get(digest) or next(stored, None)
