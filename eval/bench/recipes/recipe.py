"""What a system must be able to do to be measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

__all__ = ["Material", "Recipe", "Text"]


@dataclass(frozen=True, slots=True)
class Text:
    """A passage with its title before it, as every system encodes it, and the document that it belongs to."""

    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Material:
    """What a system is built from.

    Args:
        model: Folder of the sentence-transformers model.
        texts: The passages.
        beir: The BEIR folder that they were cut from.
        work: An empty folder of the system's own.
    """

    model: Path
    texts: Sequence[Text]
    beir: Path
    work: Path


class Recipe(Protocol):
    """A system. Its constructor takes a `Material` and loads the model, so that `ingest` is timed without that."""

    def ingest(self) -> None:
        """Take in all passages, until they can be searched."""
        ...

    def search(self, question: str, k: int) -> list[str]:
        """The documents of the `k` best passages, best first; a document may come more than once."""
        ...
