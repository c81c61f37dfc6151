"""The summary of an ingest."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from corpus.files import absolute_path
from service.ingest.outcomes import Action, Outcome, SplitDocument

_BORDER = re.compile("[/#]")
"""Where the name of a source may go on after that of a folder or a file."""


@dataclass(slots=True)
class IngestSummary:
    """Outcomes of an ingest by action.

    Args:
        added, unchanged, replaced, removed: Sources.
        moved: `(previous source, source)` of each moved document.
        refused: `(source, reason)`.
        read_again: Sources among these with the stored bytes, read again because their reader has changed.
        gone: Sources of stored documents that cannot be read again: their file is gone, or was uploaded.
        same: `(source, other source)` of each added document with the same bytes as another one.
        notes: `(source, note)` of each added or replaced document with omissions.
        skipped: Number of files of other types in folders, by suffix.
        files: Number of files that were looked at.
        passages: Number of encoded passages.
        stopped: Whether the ingest was interrupted.
    """

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    read_again: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    same: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    files: int = 0
    passages: int = 0
    stopped: bool = False

    @property
    def changed(self) -> bool:
        """Whether the store changed."""
        return bool(self.added or self.replaced or self.moved or self.removed)

    def record(self, outcome: Outcome) -> None:
        """Add an outcome, after its work is committed."""
        if outcome.action is Action.REFUSED:
            self.refused.append((outcome.source, outcome.reason or ""))
        elif outcome.action is Action.MOVED:
            self.moved.append((outcome.was or "", outcome.source))
        else:
            sources: list[str] = getattr(self, outcome.action.value)
            sources.append(outcome.source)
        if outcome.read_again:
            self.read_again.append(outcome.source)
        if outcome.same_as is not None:
            self.same.append((outcome.source, outcome.same_as))
        if isinstance(outcome.work, SplitDocument):
            self.passages += 0 if outcome.work.encoded is not None else len(outcome.work.passages)
            self.notes += [(outcome.source, note) for note in outcome.work.notes]

    @property
    def documents(self) -> int:
        """Number of documents that were looked at, with those that were refused."""
        return len(self.added) + len(self.unchanged) + len(self.replaced) + len(self.moved) + len(self.refused)

    def name_as_given(self, paths: Iterable[Path]) -> None:
        """Name the sources under paths as these are written, relative ones too. Sources of the store are absolute."""
        names = GivenNames(paths)
        for sources in (self.added, self.unchanged, self.replaced, self.removed, self.read_again, self.gone):
            sources[:] = map(names.of, sources)
        for pairs in (self.moved, self.same):
            pairs[:] = [(names.of(one), names.of(other)) for one, other in pairs]
        for pairs in (self.refused, self.notes):
            pairs[:] = [(names.of(source), text) for source, text in pairs]


class GivenNames:
    """Names of sources as the user wrote their paths.

    Args:
        paths: Files and folders.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        self._given = {str(absolute_path(path)): path for path in paths if not path.is_absolute()}

    def of(self, source: str) -> str:
        """Return the name of a source: that of a file, with what follows `#` for a document in it."""
        if source in self._given:
            return str(self._given[source])
        for at in (found.start() for found in reversed(list(_BORDER.finditer(source)))):
            path = self._given.get(source[:at] or "/")
            if path is not None:
                return f"{path}{source[at:]}" if source[at] == "#" else str(path / source[at + 1 :])
        return source
