"""Paths of files, and their names in the store."""

import os
import re
from pathlib import Path


def printable(name: str) -> str:
    r"""Return a file name as text, with bytes that are not UTF-8 written as `\udcXX`."""
    return name.encode(errors="backslashreplace").decode()


def absolute_path(path: Path) -> Path:
    """Return the absolute path without `..`, the same from every working directory; symbolic links keep their names."""
    plain = Path(os.path.normpath(path.absolute()))
    try:
        leads_elsewhere = ".." in path.parts and not plain.samefile(path)  # a `..` after a link to another folder
    except OSError:
        return plain
    return path.resolve() if leads_elsewhere else plain


def lies_under(file: str, path: Path) -> bool:
    """Return whether a file, by its name in the store, is the one at a path or lies in the folder there."""
    name = printable(os.fspath(absolute_path(path)))
    return file == name or file.startswith(name.rstrip("/") + "/")


def is_gone(file: str) -> bool:
    """Return whether a file, by its name in the store, certainly does not exist any more.

    A name that is not an absolute path, such as an upload's, is never gone; nor is a file in an unreadable folder.
    """
    return Path(file).is_absolute() and all(_is_missing(path) for path in {file, _unescaped(file)})


def stored_path(file: str) -> Path | None:
    """Return the path of a file by its name in the store; None if it is gone, or was never on this disk."""
    path = Path(file)
    if not path.is_absolute() or is_gone(file):
        return None
    return Path(_unescaped(file)) if _is_missing(file) else path


def _unescaped(file: str) -> str:
    r"""Return the path for a name in which bytes that are not UTF-8 are written as `\udcXX`."""
    return re.sub(r"\\u(dc[89a-f][0-9a-f])", lambda match: chr(int(match[1], 16)), file)


def _is_missing(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False
