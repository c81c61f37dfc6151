"""The bytes of a source, and of the sidecar beside it."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import SourceError

__all__ = ["MAX_SOURCE_BYTES", "SIDECAR_SUFFIX", "Sidecar", "SourceBytes", "absolute_path", "read_bytes"]

MAX_SOURCE_BYTES = 64 * 1024 * 1024
"""A file past this size is a data dump rather than a document; it is also held in memory while read."""

SIDECAR_SUFFIX = ".meta.yaml"
"""`truce.pdf.meta.yaml`, or else `truce.meta.yaml`, says what `truce.pdf` does not say of itself."""

MAX_SIDECAR_BYTES = 256 * 1024
"""Far beyond any real block of metadata; bounds what is read beside each file."""


OUTSIDE = "it is a link to a file outside the folder; give that file itself, or put a copy in the link's place"
_NOT_REGULAR = "it is not a regular file; give a document, not a folder, pipe or device"

_READING = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK
"""A FIFO that takes a file's place between look and opening is opened without waiting for who writes to it."""

_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_CLOEXEC | os.O_DIRECTORY
"""To go through a folder; Linux needs no right to list it."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A file of metadata beside a source: its name, without folder, and its bytes."""

    name: str
    data: bytes


class SourceBytes:
    r"""The bytes of a source, read whole, with their digest.

    Args:
        path: Where they lie.
        data: The bytes.
        source: The source's name in the store; by default its absolute path, with bytes that are not UTF-8
            written as `\udcXX`.
        sidecar: What lies beside it; the digest then covers both, so that a changed sidecar is a changed source.
    """

    __slots__ = ("data", "path", "sha256", "sidecar", "source")

    def __init__(self, path: Path, data: bytes, source: str | None = None, sidecar: Sidecar | None = None) -> None:
        self.path = path
        self.data = data
        self.sidecar = sidecar
        self.sha256 = digest(data, sidecar)
        self.source = source or printable(os.fspath(absolute_path(path)))


def digest(data: bytes, sidecar: Sidecar | None) -> str:
    """Hex SHA-256 of some bytes, or of their digest and the sidecar's if there is one."""
    own = hashlib.sha256(data)
    if sidecar is None:
        return own.hexdigest()
    return hashlib.sha256(own.digest() + hashlib.sha256(sidecar.data).digest()).hexdigest()


def printable(name: str) -> str:
    r"""A file's name as text, with bytes that are not UTF-8 written as `\udcXX`."""
    return name.encode(errors="backslashreplace").decode()


def absolute_path(path: Path) -> Path:
    """The absolute path without `..`, the same from wherever a file is named; symbolic links keep their names."""
    plain = Path(os.path.normpath(path.absolute()))
    try:
        leads_elsewhere = ".." in path.parts and not plain.samefile(path)  # a `..` after a link to another folder
    except OSError:
        return plain
    return path.resolve() if leads_elsewhere else plain


def read_bytes(path: Path, within: Path | None = None) -> SourceBytes:
    """Read a file whole, with its sidecar if there is one, noticing if it changes meanwhile.

    Args:
        path: The file.
        within: The folder that it was found in, by a path without symbolic links: neither the file nor its sidecar
            may be a link that leads out of it. A file that was named (None) may be any link; its sidecar may lead
            nowhere outside the folder that the sidecar lies in.

    Raises:
        SourceError: The file or its sidecar is missing, not a regular file, unreadable, too large, a link to where it
            may not lead, or changed twice while it was being read.
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
            raise SourceError("it is a link to a file that is not there; correct or remove the link") from error
        raise SourceError("there is no such file or folder; check the path") from error
    except PermissionError as error:
        raise SourceError("it may not be read; check its permissions") from error
    except OSError as error:
        raise SourceError(f"it cannot be read ({error.strerror}); check the disk and the path") from error
    raise SourceError("it changed while it was being read; run the command again when it is complete")


def _opened(path: Path, within: Path | None) -> int:
    """A descriptor of the file at a path, which lies in the folder if one is given, whatever is renamed meanwhile."""
    if within is None:
        _keep_regular(path.stat())
        return os.open(path, _READING)
    real = Path(os.path.realpath(path, strict=True))
    if not real.is_relative_to(within):
        raise SourceError(OUTSIDE)
    *folders, name = real.relative_to(within).parts or (".",)
    folder = os.open(within, _FOLDER)
    try:  # each step from the folder before, and no link is followed: what was checked is what is opened
        for part in folders:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        _keep_regular(os.stat(name, dir_fd=folder, follow_symlinks=False))
        return os.open(name, _READING | os.O_NOFOLLOW, dir_fd=folder)
    finally:
        os.close(folder)


def _keep_regular(status: os.stat_result) -> None:
    """Refuse what is no file before it is opened: to open a device may have effects."""
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(_NOT_REGULAR)


def _size(count: int) -> str:
    return f"{count // 1024**2} MiB" if count >= 1024**2 else f"{count // 1024} KiB"
