"""Which files a path stands for."""

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from corpus.readers import MEDIA_TYPES, SIDECAR_SUFFIX, SourceBytes, absolute_path

__all__ = ["FoundFiles", "find_files", "is_gone", "is_wanted", "lies_under"]


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
    are passed over; a link to a file that lies elsewhere is a problem.
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


def is_wanted(path: Path, folder: Path) -> bool:
    """Whether `find_files` would take this file if it searched the folder."""
    names = path.relative_to(folder).parts if path.is_relative_to(folder) else path.parts[-1:]
    is_hidden = any(name.startswith(".") for name in names)
    return path.suffix.lower() in MEDIA_TYPES and not is_hidden and not _leaves(path, folder)


def lies_under(file: str, path: Path) -> bool:
    """Whether a file, by its name in the store, is the one at a path or lies in the folder there."""
    name = SourceBytes(path, b"").source
    return file == name or file.startswith(name.rstrip("/") + "/")


def is_gone(file: str) -> bool:
    """Whether a file, by its name in the store, certainly is no longer there.

    What is no absolute path never is: an upload, say. Nor is what cannot be looked at, such as a file in a folder that
    may not be searched.
    """
    return Path(file).is_absolute() and all(_is_missing(path) for path in {file, _unescaped(file)})


def _unescaped(file: str) -> str:
    r"""The path whose bytes that are no UTF-8 the store's name writes as `\udcXX`."""
    return re.sub(r"\\u(dc[89a-f][0-9a-f])", lambda match: chr(int(match[1], 16)), file)


def _is_missing(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


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
            if path.suffix.lower() in MEDIA_TYPES and _leaves(path, folder):
                found.problems.append((path, "it is a link to a file outside the folder; give that file itself"))
            elif path.suffix.lower() in MEDIA_TYPES:
                taken.append(path)
            else:
                found.skipped[path.suffix.lower() or "no suffix"] += 1
    return taken


def _leaves(path: Path, folder: Path) -> bool:
    """Whether a path below a folder is a symbolic link to something that lies elsewhere."""
    try:
        return path.is_symlink() and path.exists() and not path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # links in a circle, a folder that may not be searched: the reader says so
        return False
