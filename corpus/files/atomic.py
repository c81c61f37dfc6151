"""Atomic writes, folders with an exclusive writer, and temporary folders."""

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

logger = logging.getLogger(__name__)

LOCK_NAME = "lock"

TEMPORARY = re.compile(r"footnote-[a-z0-9_]{8}\.temporary")
"""Names that `temporary_folder` creates."""


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Create a folder and hold its write lock, which ends with the process.

    Raises:
        OSError: The folder cannot be written, or another process is writing (BlockingIOError).
    """
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the system releases it if this process is killed
        yield
    finally:
        os.close(lock)


@contextlib.contextmanager
def logged_write_errors(folder: Path, what: str) -> Iterator[None]:
    """Log write failures of the block instead of raising.

    Args:
        folder: Where the block writes files that can be rebuilt.
        what: Their name in the log.
    """
    try:
        yield
    except BlockingIOError:  # another process is writing the same
        pass
    except OSError as error:
        logger.warning(
            "The %s cannot be written to %s (%s). Answers are the same, but every start rebuilds it.",
            what,
            folder,
            error.strerror,
        )


def write_new(path: Path, content: bytes | Callable[[BinaryIO], object]) -> None:
    """Create a file that only its owner can read, and sync it to the disk.

    Args:
        path: Must not exist.
        content: The bytes, or a function that writes them.
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
    """Yield a file that only its owner can read. It replaces `path`, synced to the disk, if the block succeeds.

    Raises:
        OSError: It cannot be written. The old file stays.
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
    """Sync a file, or a folder's list of files, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """Yield a private folder and delete it at the end. If the process is killed, the next one deletes it.

    Args:
        parent: Its parent; the system's folder of temporary files if None.

    Raises:
        OSError: The folder cannot be created.
    """
    parent = Path(tempfile.gettempdir()) if parent is None else parent
    _delete_abandoned(parent)
    path, lock = _created_and_locked(parent)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def _created_and_locked(parent: Path) -> tuple[Path, int]:
    """Create a folder and lock it, so that no other process deletes it."""
    while True:
        path = Path(tempfile.mkdtemp(".temporary", "footnote-", parent))
        with contextlib.suppress(FileNotFoundError):  # another process may delete it before it is locked
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            with contextlib.suppress(OSError):  # a disk without locks, where no process deletes folders
                fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists():
                return path, lock
            os.close(lock)


def _delete_abandoned(parent: Path) -> None:
    """Delete the folders of killed processes, which are not locked."""
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
