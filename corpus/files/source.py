"""The bytes of a source and of its sidecar."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SourceError
from corpus.files.paths import absolute_path, printable

MAX_SOURCE_BYTES = 64 * 1024 * 1024
"""Maximum size of a file, which is in memory while it is read. A larger one is a data dump, not a document."""

SIDECAR_SUFFIX = ".meta.yaml"
"""Suffix of sidecars: `truce.pdf.meta.yaml`, or else `truce.meta.yaml`, has metadata of `truce.pdf`."""

MAX_SIDECAR_BYTES = 256 * 1024
"""Maximum size of a sidecar."""

OUTSIDE = "it is a link to a file outside the folder; name that file, or replace the link by a copy"
_NOT_REGULAR = "it is not a regular file; give a file, not a folder, pipe or device"

_READING = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
"""Flags for reading. `O_NONBLOCK` avoids waiting for the writer of a FIFO that has replaced the file."""

_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_CLOEXEC | os.O_DIRECTORY
"""Flags to traverse a folder. On Linux this needs no permission to list it."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A file of metadata beside a source: name without folder, and bytes."""

    name: str
    data: bytes


class SourceBytes:
    r"""The bytes of a source, read whole, with their digest.

    Args:
        path: Path of the file.
        data: The bytes.
        source: Name in the store; by default the absolute path, with bytes that are not UTF-8 written as `\udcXX`.
        sidecar: Its sidecar, which the digest covers too, so that a changed sidecar is a changed source.
    """

    __slots__ = ("data", "path", "sha256", "sidecar", "source")

    def __init__(self, path: Path, data: bytes, source: str | None = None, sidecar: Sidecar | None = None) -> None:
        self.path = path
        self.data = data
        self.sidecar = sidecar
        self.sha256 = digest(data, sidecar)
        self.source = source or printable(os.fspath(absolute_path(path)))


def digest(data: bytes, sidecar: Sidecar | None) -> str:
    """Return the hex SHA-256 of the bytes, or of their digest and the sidecar's if there is one."""
    own = hashlib.sha256(data)
    if sidecar is None:
        return own.hexdigest()
    return hashlib.sha256(own.digest() + hashlib.sha256(sidecar.data).digest()).hexdigest()


def read_bytes(path: Path, within: Path | None = None) -> SourceBytes:
    """Read a file and its sidecar, and detect a change while reading.

    Args:
        path: The file.
        within: The folder in which it was found, as a path without symbolic links. Neither the file nor its sidecar may
            be a link out of it. A named file (None) may be any link; its sidecar must stay in the sidecar's folder.

    Raises:
        SourceError: The file or its sidecar is missing, not a regular file, unreadable, too large, a forbidden link, or
            changed twice while it was read.
    """
    data = _read(path, MAX_SOURCE_BYTES, within)
    return SourceBytes(path, data, sidecar=_sidecar(path, within))


def _sidecar(path: Path, within: Path | None) -> Sidecar | None:
    for name in dict.fromkeys((path.name + SIDECAR_SUFFIX, path.stem + SIDECAR_SUFFIX)):
        beside = path.with_name(name)
        if os.path.lexists(beside):
            try:
                folder = within or Path(os.path.realpath(path.parent))
                return Sidecar(printable(name), _read(beside, MAX_SIDECAR_BYTES, folder))
            except SourceError as error:
                raise SourceError(f"its sidecar {printable(name)} cannot be used: {error}") from error
    return None


def _read(path: Path, limit: int, within: Path | None) -> bytes:
    try:
        for _ in range(2):
            with open(_opened(path, within), "rb") as file:
                before = os.fstat(file.fileno())
                if not stat.S_ISREG(before.st_mode):
                    raise SourceError(_NOT_REGULAR)
                if before.st_size > limit:
                    what = "split it into smaller files" if limit == MAX_SOURCE_BYTES else "shorten it"
                    raise SourceError(f"it is larger than {_size(limit)}; {what}")
                data = file.read(limit + 1)
                after = os.fstat(file.fileno())
            if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and len(
                data
            ) == after.st_size:
                return data
    except FileNotFoundError as error:
        if path.is_symlink():
            raise SourceError("it is a link to a file that does not exist; correct or remove the link") from error
        raise SourceError("there is no such file or folder; check the path") from error
    except PermissionError as error:
        raise SourceError("permission to read it is missing; check its permissions") from error
    except OSError as error:
        raise SourceError(f"it cannot be read ({error.strerror}); check the disk and the path") from error
    raise SourceError("it changed while it was read; run the command again when it is complete")


def _opened(path: Path, within: Path | None) -> int:
    """Open a file, inside the folder if one is given, even if names change meanwhile. Return the descriptor."""
    if within is None:
        _check_regular(path.stat())
        return os.open(path, _READING)
    real = Path(os.path.realpath(path, strict=True))
    if not real.is_relative_to(within):
        raise SourceError(OUTSIDE)
    *folders, name = real.relative_to(within).parts or (".",)
    folder = os.open(within, _FOLDER)
    try:  # each folder is opened relative to the one before, without following links
        for part in folders:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        _check_regular(os.stat(name, dir_fd=folder, follow_symlinks=False))
        return os.open(name, _READING | os.O_NOFOLLOW, dir_fd=folder)
    finally:
        os.close(folder)


def _check_regular(status: os.stat_result) -> None:
    """Refuse anything but a regular file before opening it: opening a device may have effects."""
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(_NOT_REGULAR)


def _size(count: int) -> str:
    return f"{count // 1024**2} MiB" if count >= 1024**2 else f"{count // 1024} KiB"
