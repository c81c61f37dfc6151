"""Sources of documents: files, the starter documents, uploads."""

import contextlib
import functools
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import SourceDocument
from corpus.files import SourceBytes, lies_under, read_bytes, stored_path
from corpus.readers import FoundFiles, SourceProblem
from corpus.store import StoredSource
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


def stored_files(stored: Iterable[StoredSource], paths: Sequence[Path]) -> tuple[list[Source], list[str]]:
    """Return the files of stored documents, and the sources of those without one.

    A file counts as found in its own folder: a link out of it, put there since, is refused.

    Args:
        stored: Sources of the store.
        paths: Only files at or under these paths; all files if there are none.
    """
    starter = {each.name: each for each in starter_sources()}
    found: dict[str, Source] = {}
    gone: list[str] = []
    for each in stored:
        if each.file in found or (paths and not any(lies_under(each.file, path) for path in paths)):
            continue
        path = stored_path(each.file)
        if path is not None:
            folder = Path(os.path.realpath(path.parent))
            found[each.file] = Source(each.file, functools.partial(read_bytes, path, folder))
        elif each.file in starter:
            found[each.file] = starter[each.file]
        else:
            gone.append(each.source)
    return list(found.values()), gone


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
