"""Which files a path stands for."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from corpus.readers import MEDIA_TYPES, SIDECAR_SUFFIX, absolute_path

__all__ = ["FoundFiles", "find_files"]


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What lies under the given paths.

    Args:
        files: Files to read, each once, in the order of the paths given and sorted within a folder.
        problems: `(path, reason)` of each given path that stands for nothing.
        skipped: How many files of each other type (by suffix) the folders hold.
    """

    files: list[Path] = field(default_factory=list)
    problems: list[tuple[Path, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def find_files(paths: Iterable[Path]) -> FoundFiles:
    """Find the files to read under the given paths.

    A file that is named is taken whatever its type, so that its reader can say what is wrong with it; in a
    folder, only files of a supported type are taken. Hidden files and folders, and symbolic links to folders,
    are passed over.
    """
    found = FoundFiles()
    seen: set[Path] = set()
    for path in paths:
        if _is_folder(path):
            problems = len(found.problems)
            taken = _walk(path, found)
            if not taken and len(found.problems) == problems:
                found.problems.append((path, "the folder holds no file that Footnote reads; give a folder that does"))
        else:
            taken = [path]
        for file in taken:
            absolute = absolute_path(file)
            if absolute not in seen:
                seen.add(absolute)
                found.files.append(file)
    return found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long, a folder that may not be searched: the reader says so
        return False


def _walk(folder: Path, found: FoundFiles) -> list[Path]:
    taken: list[Path] = []

    def unreadable(error: OSError) -> None:
        found.problems.append(
            (Path(error.filename), f"the folder cannot be read ({error.strerror}); check its permissions")
        )

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or name.endswith(SIDECAR_SUFFIX):
                continue
            path = Path(root, name)
            if path.suffix.lower() in MEDIA_TYPES:
                taken.append(path)
            else:
                found.skipped[path.suffix.lower() or "no suffix"] += 1
    return taken
