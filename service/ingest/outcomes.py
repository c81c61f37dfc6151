"""Outcomes of an ingest, source by source."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from corpus.documents import EncodedPassage, Passage, SourceDocument
from corpus.lexical import term_counts
from corpus.metadata import NOTES
from corpus.store import Move, Remove

MUCH_REMOVED = 0.1
"""Share of a text that cleaning removes, above which the summary says so."""


class Action(StrEnum):
    """What happens to a source."""

    ADDED = "added"
    REPLACED = "replaced"
    MOVED = "moved"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """A document with its passages, to be encoded.

    Args:
        prefix: Text encoded before each passage.
        moved_from: The document's previous source, if it moved.
        encoded: The passages with the vectors that the store has for them; None if they must be encoded.
    """

    document: SourceDocument
    prefix: str
    passages: Sequence[Passage]
    moved_from: str | None = None
    encoded: Sequence[EncodedPassage] | None = None

    @property
    def size(self) -> int:
        """Approximate size in memory, in bytes."""
        vectors = sum(len(each.vector) + len(each.token_vectors) for each in self.encoded or ())
        return sys.getsizeof(self.document.text) + 200 * len(self.passages) + vectors

    @property
    def notes(self) -> Sequence[str]:
        """What the reader left out of the metadata, and cleaning out of the passages, and why."""
        notes = [str(note) for note in cast("Sequence[object]", self.document.metadata.extra.get(NOTES, ()))]
        removed = self.document.removed_spans
        share = sum(span.end - span.start for span in removed) / max(1, len(self.document.text))
        if share > MUCH_REMOVED:
            reasons = ", ".join(dict.fromkeys(span.reason for span in removed))
            shown = "footnote documents show ID --removed shows it"
            notes.append(f"{share:.0%} of its text is left out of passages ({reasons}); {shown}")
        return notes

    def text(self, at: int) -> str:
        """Return the text that is encoded for a passage."""
        return self.prefix + self._span(at)

    def terms(self, at: int) -> Mapping[str, int]:
        """Return the term counts of a passage."""
        return term_counts(self.document.metadata.title, self._span(at))

    def _span(self, at: int) -> str:
        passage = self.passages[at]
        return self.document.text[passage.start : passage.end]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens to a source.

    Args:
        action: Added, replaced, ….
        source: Its name: the user's if it is refused, the store's otherwise.
        work: What to encode or to write; None for nothing.
        reason: Why it is refused.
        was: Previous source of a moved document.
        same_as: Source of another document with the same bytes.
        read_again: Whether the bytes are those stored, and were read again because their reader has changed.
    """

    action: Action
    source: str
    work: SplitDocument | Move | Remove | None = None
    reason: str | None = None
    was: str | None = None
    same_as: str | None = None
    read_again: bool = False


@dataclass(frozen=True, slots=True)
class FileDone:
    """Marker after the last outcome of a file.

    Args:
        name: The file's name for the user.
        has_work: Whether one of its outcomes has work.
    """

    name: str
    has_work: bool
