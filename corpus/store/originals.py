"""Original files of documents, kept beside the database so that their pages can be drawn."""

import contextlib
import logging
import os
import re
import time
from collections.abc import Collection
from pathlib import Path

from corpus.errors import StoreCorruptError
from corpus.files import SIDECAR_SUFFIX, Sidecar, SourceBytes, replaced

ORIGINALS_NAME = "originals"

UNUSED_S = 3600.0
"""Age in seconds from which a file that no document has is abandoned. A younger one may be of a running ingest."""

_DIGEST = re.compile("[0-9a-f]{64}")

logger = logging.getLogger(__name__)


class Originals:
    """Files in the folder `originals` of a data folder, named by the SHA-256 of their document's source.

    A sidecar, which that digest covers too, is beside its file.

    Args:
        folder: The data folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / ORIGINALS_NAME

    def keep(self, file: SourceBytes) -> None:
        """Keep a file and its sidecar, unless it is there.

        Raises:
            OSError: It cannot be written.
        """
        if self.has(file.sha256):
            return
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self.folder / file.sha256
        if file.sidecar is not None:
            with replaced(_sidecar(path)) as target:
                target.write(file.sidecar.data)
        with replaced(path) as target:
            target.write(file.data)

    def has(self, digest: str) -> bool:
        """Return whether a file is kept."""
        return os.path.exists(self.folder / digest)  # noqa: PTH110 - Path.exists raises for unreadable folders

    def read(self, digest: str) -> bytes | None:
        """Return the bytes of a file; None if it is not kept.

        Raises:
            StoreCorruptError: It cannot be read, or does not match its digest.
        """
        path = self.folder / digest
        try:
            data = path.read_bytes()
            beside = _sidecar(path)
            sidecar = Sidecar(beside.name, beside.read_bytes()) if beside.exists() else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreCorruptError(f"The original {path} cannot be read ({error.strerror}).") from error
        if SourceBytes(path, data, sidecar=sidecar).sha256 != digest:
            raise StoreCorruptError(f"The original {path} is damaged. Run: footnote verify")
        return data

    def digests(self) -> list[str]:
        """Return the digests of the kept files, in order."""
        return sorted(path.name for path in self._files() if _DIGEST.fullmatch(path.name))

    def paths(self, digests: Collection[str]) -> list[Path]:
        """Return the paths of files and of their sidecars."""
        paths = [self.folder / digest for digest in digests]
        return [each for path in paths for each in (path, _sidecar(path)) if each.exists()]

    def remove(self, digest: str) -> bool:
        """Remove a file and its sidecar. Return whether that succeeded; a failure is logged."""
        path = self.folder / digest
        try:
            for each in (path, _sidecar(path)):
                each.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("The original %s cannot be removed (%s). Remove it by hand.", path, error.strerror)
            return False
        return True

    def remove_unused(self, used: Collection[str]) -> None:
        """Remove abandoned files: those of no document, and parts of files that a killed process left.

        Args:
            used: Digests of all documents.
        """
        for path in self._files():
            if path.name.removesuffix(SIDECAR_SUFFIX) not in used:
                with contextlib.suppress(OSError):
                    if time.time() - path.stat().st_mtime > UNUSED_S:
                        path.unlink()

    def _files(self) -> list[Path]:
        try:
            return list(self.folder.iterdir())
        except OSError:
            return []


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + SIDECAR_SUFFIX)
