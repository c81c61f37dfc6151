"""Which files a path stands for."""

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from corpus.files.media_types import MEDIA_TYPES
from corpus.files.source import OUTSIDE, SIDECAR_SUFFIX, SourceBytes, absolute_path

__all__ = ["FoundFiles", "find_files", "is_gone", "is_wanted", "lies_under"]


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What lies under the given paths.

    Args:
        files: Files to read, each once, in the order of the paths given and sorted within a folder.
        problems: `(path, reason)` of each given path that stands for nothing.
        skipped: How many files of each other type (by suffix) the folders hold.
        within: The folder in which a file was found, by a path without symbolic links; a file that was named has none.
    """

    files: list[Path] = field(default_factory=list)
    problems: list[tuple[Path, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    within: dict[Path, Path] = field(default_factory=dict)


def find_files(paths: Iterable[Path], folders: Iterable[Path] = ()) -> FoundFiles:
    """Find the files to read under the given paths.

    A file that is named is taken whatever its type, so that its reader can say what is wrong with it; in a
    folder, only files of a supported type are taken. Hidden files and folders, and symbolic links to folders,
    are passed over; a link to a file that lies elsewhere is a problem.

    Args:
        paths: Files and folders.
        folders: Absolute paths of folders that are followed as they change. What lies below one of them is not named,
            but found in it.
    """
    found = FoundFiles()
    seen: set[Path] = set()
    followed = list(folders)
    for path in paths:
        root = None if path in followed else next((each for each in followed if path.is_relative_to(each)), None)
        is_folder = _is_folder(path)
        within = Path(os.path.realpath(root or path)) if is_folder or root is not None else None
        taken = _taken(path, within, found) if is_folder and within and not _is_linked(path, root) else []
        if not is_folder:
            taken = [path]
        for file in taken:
            absolute = absolute_path(file)
            if absolute not in seen:
                seen.add(absolute)
                found.files.append(file)
                if within is not None:
                    found.within[file] = within
    return found


def is_wanted(path: Path, folder: Path) -> bool:
    """Whether `find_files` would look at this file if it searched the folder: to take it, or to refuse it as a link."""
    if not path.is_relative_to(folder):
        return False
    is_hidden = any(name.startswith(".") for name in path.relative_to(folder).parts)
    return path.suffix.lower() in MEDIA_TYPES and not is_hidden and not _is_linked(path.parent, folder)


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


def _taken(folder: Path, within: Path, found: FoundFiles) -> list[Path]:
    problems = len(found.problems)
    taken = _walk(folder, within, found)
    if not taken and len(found.problems) == problems:
        found.problems.append((folder, "the folder holds no file that Footnote reads; give a folder that does"))
    return taken


def _walk(folder: Path, within: Path, found: FoundFiles) -> list[Path]:
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
            if path.suffix.lower() in MEDIA_TYPES and _leaves(path, within):
                found.problems.append((path, OUTSIDE))
            elif path.suffix.lower() in MEDIA_TYPES:
                taken.append(path)
            else:
                found.skipped[path.suffix.lower() or "no suffix"] += 1
    return taken


def _leaves(path: Path, within: Path) -> bool:
    """Whether a file is a symbolic link to something that lies elsewhere. Its reader checks that once more."""
    try:
        return path.is_symlink() and path.exists() and not Path(os.path.realpath(path)).is_relative_to(within)
    except OSError:  # links in a circle, a folder that may not be searched: the reader says so
        return False


def _is_linked(inner: Path, folder: Path | None) -> bool:
    """Whether a folder that seems to lie below another one is reached through a symbolic link."""
    if folder is None:
        return False
    return Path(os.path.realpath(inner)) != Path(os.path.realpath(folder)) / inner.relative_to(folder)
