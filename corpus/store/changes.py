"""What a store can be told to do, several at once in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.documents import EncodedPassage, SourceDocument

__all__ = ["Change", "Move", "Put", "Remove"]


@dataclass(frozen=True, slots=True)
class Put:
    """Add a document, or replace the one from the same source.

    Args:
        document: The document; its `source` says which one it replaces.
        passages: Its passages in order.
        moved_from: The source that the document had before. Its document is the one that is replaced, and keeps its id.
    """

    document: SourceDocument
    passages: Sequence[EncodedPassage]
    moved_from: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Give a document another source; id, text and passages stay.

    Args:
        source: The source that it has now.
        to: The source that it is to have, which no other document has.
        file: The file that holds this source; the source itself if None.
    """

    source: str
    to: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the document of a source and all that was made of it; no harm if there is none."""

    source: str


Change = Put | Move | Remove
