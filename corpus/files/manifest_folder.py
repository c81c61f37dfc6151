"""A folder of files that a manifest names, each by its content: what an index is kept in."""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from corpus.files.atomic import LOCK_NAME, locked_folder, logged_write_errors, sync, write_new

Read = TypeVar("Read")

DAMAGE = (OSError, ValueError, OverflowError, RecursionError, KeyError, TypeError, AttributeError)
"""Exceptions that reading damaged files, or files of something else, may raise."""


CHECKSUM = "manifest_sha256"
"""Entry of a manifest: the SHA-256 of its other entries."""


def _checksum(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _manifest(data: bytes) -> dict[str, Any]:
    """Return the entries of a manifest; raise one of `DAMAGE` if they do not match its checksum."""
    manifest: dict[str, Any] = json.loads(data)
    if manifest.pop(CHECKSUM) != _checksum(manifest):
        raise ValueError("The manifest does not match its checksum.")
    return manifest


@dataclass(frozen=True, slots=True)
class ManifestFolder:
    """Files that can be made again, named by the SHA-256 of their content, and `manifest.json`, which names them.

    A file is never changed. A change writes the files that are new, and then replaces the manifest. Files that no
    manifest names any longer are deleted. One process writes at a time; readers need no lock.

    Args:
        path: The folder.
        holds: What it holds, for the log.
    """

    path: Path
    holds: str

    @property
    def manifest_path(self) -> Path:
        """The manifest, as JSON."""
        return self.path / "manifest.json"

    def read(
        self, parse: Callable[[Mapping[str, Any]], Read | None], is_whole: Callable[[Read], bool] = lambda _: True
    ) -> Read | None:
        """Return what the files hold, read again whenever another process has replaced them meanwhile.

        Args:
            parse: Reads the files that a manifest names; whatever `DAMAGE` it raises stands for nothing.
            is_whole: Whether none of them was missing or damaged.
        """
        seen = None
        with contextlib.suppress(*DAMAGE):
            while seen != (seen := self.manifest_path.read_bytes()):
                found = None
                with contextlib.suppress(*DAMAGE):
                    found = parse(_manifest(seen))
                if found is not None and is_whole(found):
                    return found
            return found
        return None

    def problem(self, made_from: Mapping[str, object]) -> str:
        """Return why the files cannot be used: they are missing, made from something else, or damaged.

        Args:
            made_from: Entries of the manifest that say what the files must be made from.
        """
        try:
            manifest = _manifest(self.manifest_path.read_bytes())
            stale = any(manifest[name] != value for name, value in made_from.items())
        except FileNotFoundError:
            return "is missing"
        except DAMAGE:
            return "is missing or damaged"
        return "is out of date" if stale else "is missing or damaged"

    def content(self, name: str) -> bytes | None:
        """Return the content of a file; None if it is missing, or not what its name says."""
        with contextlib.suppress(OSError):
            data = (self.path / Path(name).name).read_bytes()
            if hashlib.sha256(data).hexdigest() == name:
                return data
        return None

    def save(
        self,
        manifest: Mapping[str, Any],
        files: Mapping[str, bytes | Callable[[BinaryIO], object]],
        intact: Collection[str] = (),
    ) -> None:
        """Write files and a manifest. A failure is logged: whoever opens the folder next makes what is missing.

        Args:
            manifest: Its `files` names them.
            files: Content, or what writes it, by name.
            intact: Files that need not be written again if the present manifest names them.
        """
        with logged_write_errors(self.path, self.holds), locked_folder(self.path):
            self._clean()
            try:
                there = self._named().intersection(intact)
                for name, content in files.items():
                    if name not in there or not (self.path / name).is_file():
                        self._write(name, content)
                sync(self.path)
                signed = json.dumps({**manifest, CHECKSUM: _checksum(manifest)}, indent=1)
                self._write(self.manifest_path.name, signed.encode())
                sync(self.path)
            finally:
                self._clean()

    def clean(self) -> None:
        """Delete what a killed writer left, unless there is nothing, or another process writes."""
        with contextlib.suppress(OSError):
            kept = self._kept()
            if any(path.name not in kept for path in self.path.iterdir()):
                with locked_folder(self.path):
                    self._clean()

    def _write(self, name: str, content: bytes | Callable[[BinaryIO], object]) -> None:
        partial = self.path / f"{name}.partial"
        partial.unlink(missing_ok=True)
        write_new(partial, content)
        partial.replace(self.path / name)

    def _named(self) -> set[str]:
        """The files that the manifest names."""
        with contextlib.suppress(*DAMAGE):
            files: Mapping[str, str] | Iterable[str] = _manifest(self.manifest_path.read_bytes())["files"]
            return set(files.values() if isinstance(files, Mapping) else files)
        return set()

    def _kept(self) -> set[str]:
        return {self.manifest_path.name, LOCK_NAME, *self._named()}

    def _clean(self) -> None:
        """Delete what a killed writer left, and files of earlier manifests."""
        kept = self._kept()
        for path in self.path.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in kept:
                path.unlink()
