"""What is to be done about each source."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from corpus.documents import Passage, SourceDocument
from corpus.metadata import NOTES
from corpus.store import Move, Remove

__all__ = ["Action", "FileDone", "Prepared", "Step"]


class Action(StrEnum):
    """What becomes of a source."""

    ADDED = "added"
    REPLACED = "replaced"
    MOVED = "moved"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document cut into passages, to be encoded.

    Args:
        prefix: What each passage is encoded with.
        moved_from: The source that the document had before, if another.
    """

    document: SourceDocument
    prefix: str
    passages: Sequence[Passage]
    moved_from: str | None = None

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, roughly."""
        return sys.getsizeof(self.document.text) + 200 * len(self.passages)

    @property
    def notes(self) -> Sequence[str]:
        """What the reader left out of the metadata, and why."""
        return [str(note) for note in cast("Sequence[object]", self.document.metadata.extra.get(NOTES, ()))]

    def length(self, at: int) -> int:
        """Code points that the encoder is given for a passage."""
        return len(self.prefix) + self.passages[at].end - self.passages[at].start

    def text(self, at: int) -> str:
        """What the encoder is given for a passage."""
        passage = self.passages[at]
        return self.prefix + self.document.text[passage.start : passage.end]


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a source.

    Args:
        source: Its name: for people if it is refused, in the store otherwise.
        work: What there is to do; None if nothing.
        reason: Why it is refused.
        was: The source that a moved document had before.
        same_as: Another document's source that holds the same bytes.
    """

    action: Action
    source: str
    work: Prepared | Move | Remove | None = None
    reason: str | None = None
    was: str | None = None
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class FileDone:
    """All steps of a file have been given.

    Args:
        name: What people call the file.
        worked: Whether one of them has work to do.
    """

    name: str
    worked: bool
