"""Changes to a store, several of which can be applied in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.documents import EncodedPassage, SourceDocument


@dataclass(frozen=True, slots=True)
class Put:
    """Add a document, or replace the document with the same source.

    Args:
        document: The document.
        passages: Its passages in order.
        moved_from: Previous source of the document. The document there is replaced and keeps its id.
    """

    document: SourceDocument
    passages: Sequence[EncodedPassage]
    moved_from: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Change the source of a document, or the version of its reader; id, text and passages stay.

    Args:
        source: Its present source.
        to: Its new source, which no other document has; its present one if it stays.
        file: The file that contains the new source; None if it is the source itself.
        reader_version: The version of its reader; None if it stays.
    """

    source: str
    to: str
    file: str | None = None
    reader_version: int | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the document of a source with everything derived from it; does nothing if there is none."""

    source: str


Change = Put | Move | Remove
