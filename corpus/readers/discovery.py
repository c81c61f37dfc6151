"""The search for readable files."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from corpus.files import OUTSIDE, SIDECAR_SUFFIX, absolute_path
from corpus.readers.formats import is_read_in_folders


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """Files found under paths.

    Args:
        files: Files to read, each once, in the order of the paths and sorted within a folder.
        problems: `(path, reason)` of each path with nothing to read.
        skipped: Number of files of unsupported types in folders, by suffix.
        within: The folder in which a file was found, as a path without symbolic links. A named file has none.
    """

    files: list[Path] = field(default_factory=list)
    problems: list[tuple[Path, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    within: dict[Path, Path] = field(default_factory=dict)


def find_files(paths: Iterable[Path], folders: Iterable[Path] = ()) -> FoundFiles:
    """Find the files to read under paths.

    A named file is taken whatever its type, so that its reader can report what is wrong with it; in a folder, only
    files of a supported type are. Hidden files and folders, and symbolic links to folders, are skipped. A link to a
    file outside the folder is a problem.

    Args:
        paths: Files and folders.
        folders: Absolute paths of watched folders. A path below one of them counts as found there, not as named.
    """
    found = FoundFiles()
    seen: set[Path] = set()
    watched = list(folders)
    for path in paths:
        root = None if path in watched else next((each for each in watched if path.is_relative_to(each)), None)
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
    """Return whether `find_files` would take or refuse this file if it searched the folder."""
    if not path.is_relative_to(folder):
        return False
    is_hidden = any(name.startswith(".") for name in path.relative_to(folder).parts)
    return is_read_in_folders(path.suffix.lower()) and not is_hidden and not _is_linked(path.parent, folder)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long, an unreadable parent: reading the file reports it
        return False


def _taken(folder: Path, within: Path, found: FoundFiles) -> list[Path]:
    problems = len(found.problems)
    taken = _walk(folder, within, found)
    if not taken and len(found.problems) == problems:
        found.problems.append((folder, "the folder has no file in a supported format; give another folder"))
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
            if not is_read_in_folders(path.suffix.lower()):
                found.skipped[path.suffix.lower() or "no suffix"] += 1
            elif _leaves(path, within):
                found.problems.append((path, OUTSIDE))
            else:
                taken.append(path)
    return taken


def _leaves(path: Path, within: Path) -> bool:
    """Return whether a file is a symbolic link to a file outside the folder. `read_bytes` checks it again."""
    try:
        return path.is_symlink() and path.exists() and not Path(os.path.realpath(path)).is_relative_to(within)
    except OSError:  # circular links, an unreadable parent: reading the file reports it
        return False


def _is_linked(inner: Path, folder: Path | None) -> bool:
    """Return whether the path from a folder to an inner folder goes through a symbolic link."""
    if folder is None:
        return False
    return Path(os.path.realpath(inner)) != Path(os.path.realpath(folder)) / inner.relative_to(folder)
