"""The summary of an ingest."""

from collections import Counter
from dataclasses import dataclass, field

from service.ingest.outcomes import Action, Outcome, SplitDocument


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
