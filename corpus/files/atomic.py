"""Files that are written whole or not at all, folders that one process at a time writes to, and temporary ones."""

import contextlib
import fcntl
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["LOCK_NAME", "replaced", "said_if_unwritable", "sync", "temporary_folder", "write_new", "written_alone"]

logger = logging.getLogger(__name__)

LOCK_NAME = "lock"

TEMPORARY = re.compile(r"footnote-[a-z0-9_]{8}\.temporary")
"""What `temporary_folder` calls them."""


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


@contextlib.contextmanager
def said_if_unwritable(folder: Path, what: str) -> Iterator[None]:
    """Bear with it that the block cannot write, as far as the log is told.

    Args:
        folder: Where the block writes what can be made anew.
        what: It, for people.
    """
    try:
        yield
    except BlockingIOError:  # another process is writing the same
        pass
    except OSError as error:
        logger.warning(
            "The %s cannot be written to %s (%s). Answers are the same, but until it can, every start makes it anew.",
            what,
            folder,
            error.strerror,
        )


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


@contextlib.contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """A folder of this process's own, deleted at the end; if it is killed, by the next process that makes one there.

    Args:
        parent: Where; among the system's temporary folders if None.

    Raises:
        OSError: Nothing can be written there.
    """
    parent = Path(tempfile.gettempdir()) if parent is None else parent
    _delete_abandoned(parent)
    path, lock = _made_and_held(parent)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def _made_and_held(parent: Path) -> tuple[Path, int]:
    """A new folder, and a lock on it that tells others that it is in use."""
    while True:
        path = Path(tempfile.mkdtemp(".temporary", "footnote-", parent))
        with contextlib.suppress(
            FileNotFoundError
        ):  # another process may take it for an abandoned one, until it is held
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            with contextlib.suppress(OSError):  # a disk that knows no locks; nobody deletes anything there
                fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists():
                return path, lock
            os.close(lock)


def _delete_abandoned(parent: Path) -> None:
    """Delete the folders whose process was killed: nobody holds them."""
    for path in parent.iterdir():
        if TEMPORARY.fullmatch(path.name):
            with contextlib.suppress(OSError):
                lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
                try:
                    if os.fstat(lock).st_uid == os.geteuid():
                        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        shutil.rmtree(path)
                finally:
                    os.close(lock)
