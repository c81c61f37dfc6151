"""What became of each source."""

from collections import Counter
from dataclasses import dataclass, field

from service.ingest.steps import Action, Prepared, Step

__all__ = ["IngestSummary"]


@dataclass(slots=True)
class IngestSummary:
    """What became of each source.

    Args:
        added, unchanged, replaced, removed: Sources.
        moved: `(source before, source now)`: another name for what was stored already.
        refused: `(source, reason)`.
        same: `(source, other source)` of each document added whose bytes another document has too.
        notes: `(source, note)` of each document added or replaced of which something was left out.
        skipped: Files in folders that are of another type, by suffix.
        passages: How many were encoded.
        stopped: Whether it was interrupted before the last source.
    """

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    same: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    passages: int = 0
    stopped: bool = False

    @property
    def changed(self) -> bool:
        """Whether the store is another than before."""
        return bool(self.added or self.replaced or self.moved or self.removed)

    def record(self, step: Step) -> None:
        """Note what became of a source, once it has."""
        if step.action is Action.REFUSED:
            self.refused.append((step.source, step.reason or ""))
        elif step.action is Action.MOVED:
            self.moved.append((step.was or "", step.source))
        else:
            sources: list[str] = getattr(self, step.action.value)
            sources.append(step.source)
        if step.same_as is not None:
            self.same.append((step.source, step.same_as))
        if isinstance(step.work, Prepared):
            self.passages += len(step.work.passages)
            self.notes += [(step.source, note) for note in step.work.notes]
