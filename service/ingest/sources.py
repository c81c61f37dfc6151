"""Where documents come from: files by their paths, the starter documents, and what is uploaded."""

import contextlib
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import SourceDocument
from corpus.files import SourceBytes, read_bytes
from corpus.readers import SourceProblem
from service.reading import Sandbox, SandboxLimits, lend
from service.settings import Settings

__all__ = ["Read", "Source", "lent", "source_of_path", "starter_files", "starter_sources"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    Args:
        name: What people call it.
        read: Reads its bytes; raises SourceError.
    """

    name: str
    read: Callable[[], SourceBytes]


Read = Callable[[SourceBytes], Iterable[SourceDocument | SourceProblem]]
"""Gives the documents that a file holds."""


def lent(settings: Settings) -> contextlib.AbstractContextManager[Sandbox]:
    """A process to read files and cut texts with, for the block."""
    return lend(SandboxLimits(seconds=settings.parse_seconds))


def source_of_path(path: Path, within: Path | None = None) -> Source:
    """The file at a path, and the folder that it was found in, if it was not named."""
    return Source(str(path), functools.partial(read_bytes, path, within))


def starter_files() -> list[SourceBytes]:
    """The starter documents that come with Footnote, under names that do not depend on where it is installed."""
    import corpus

    folder = Path(corpus.__file__).parent / "starter"
    files = [read_bytes(path) for path in sorted(folder.glob("*.md"))]
    return [SourceBytes(file.path, file.data, source=f"footnote:starter/{file.path.name}") for file in files]


def starter_sources() -> list[Source]:
    """The starter documents as sources."""
    return [Source(file.source, functools.partial(_itself, file)) for file in starter_files()]


def _itself(file: SourceBytes) -> SourceBytes:
    return file
