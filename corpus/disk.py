"""Files that are written whole or not at all, and folders that one process at a time writes to."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["LOCK_NAME", "replaced", "sync", "write_new", "written_alone"]

LOCK_NAME = "lock"


@contextlib.contextmanager
def written_alone(folder: Path) -> Iterator[None]:
    """Make a folder and hold the right to write to it, by a lock that dies with its process.

    Raises:
        OSError: The folder cannot be written, or another process is writing (BlockingIOError).
    """
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system releases it even if this process is killed
        yield
    finally:
        os.close(lock)


def write_new(path: Path, content: bytes | Callable[[BinaryIO], object]) -> None:
    """Make a file, for its owner alone, and bring it to the disk.

    Args:
        path: There is nothing yet.
        content: What to write, or what writes it.
    """
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        if callable(content):
            content(file)
        else:
            file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, for its owner alone, which takes a path's place, on the disk, if the block ends well.

    Raises:
        OSError: It cannot be written; what was at the path is still there.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        sync(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def sync(path: Path) -> None:
    """Bring a file, or a folder's list of files, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
