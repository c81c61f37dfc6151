"""Where documents come from: files by their paths, the starter documents, and what is uploaded."""

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import SourceDocument
from corpus.cleaning import cleaned
from corpus.readers import ReadOptions, Sandbox, SandboxLimits, SourceBytes, SourceProblem, read_bytes
from service.settings import Settings

__all__ = ["Read", "Source", "reader", "source_of_path", "starter_files", "starter_sources"]


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


@contextlib.contextmanager
def reader(settings: Settings, options: ReadOptions | None = None) -> Iterator[Read]:
    """What reads files where it is safe to, and marks what was copied along with an article."""
    with Sandbox(SandboxLimits(seconds=settings.parse_seconds)) as sandbox:

        def read(file: SourceBytes) -> Iterator[SourceDocument | SourceProblem]:
            for item in sandbox.read(file, options):
                yield item if isinstance(item, SourceProblem) else cleaned(item, remove=settings.cleaning)

        yield read


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
