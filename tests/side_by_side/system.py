"""The interface of a measured system."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

__all__ = ["Inputs", "PassageText", "System"]


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage with its title in front, as every system encodes it, and the id of its document."""

    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a system.

    Args:
        model: Folder of the sentence-transformers model.
        passages: The passages.
        beir: The BEIR folder with the documents of the passages.
        work: An empty folder for the system's files.
    """

    model: Path
    passages: Sequence[PassageText]
    beir: Path
    work: Path


class System(Protocol):
    """A system. The constructor takes `Inputs` and loads the model, so the time of `ingest` excludes loading."""

    def ingest(self) -> None:
        """Index all passages."""
        ...

    def search(self, question: str, k: int) -> list[str]:
        """Return the documents of the `k` best passages, best first; a document can occur more than once."""
        ...
