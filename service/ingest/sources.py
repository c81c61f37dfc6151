"""Sources of documents: files, the starter documents, uploads."""

import contextlib
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import SourceDocument
from corpus.files import SourceBytes, read_bytes
from corpus.readers import FoundFiles, SourceProblem
from service.reading import Sandbox, SandboxLimits, borrow
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Source:
    """A file to ingest.

    Args:
        name: Its name for the user.
        read: Returns its bytes, or raises SourceError.
    """

    name: str
    read: Callable[[], SourceBytes]


ReadFile = Callable[[SourceBytes], Iterable[SourceDocument | SourceProblem]]
"""Returns the documents of a file, and the problems of its records."""


def borrowed_sandbox(settings: Settings) -> contextlib.AbstractContextManager[Sandbox]:
    """Return a context manager that provides a process to read files and split texts."""
    return borrow(SandboxLimits(seconds=settings.parse_seconds))


def found_sources(found: FoundFiles) -> list[Source]:
    """Return the files that were found, as sources."""
    return [Source(str(path), functools.partial(read_bytes, path, found.within.get(path))) for path in found.files]


def starter_files() -> list[SourceBytes]:
    """Return the starter documents. Their source names do not depend on the place of installation."""
    import corpus

    folder = Path(corpus.__file__).parent / "starter"
    files = [read_bytes(path) for path in sorted(folder.glob("*.md"))]
    return [SourceBytes(file.path, file.data, source=f"footnote:starter/{file.path.name}") for file in files]


def starter_sources() -> list[Source]:
    """Return the starter documents as sources."""
    return [Source(file.source, functools.partial(_identity, file)) for file in starter_files()]


def _identity(file: SourceBytes) -> SourceBytes:
    return file
