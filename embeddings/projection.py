"""The vector index on disk: a projection of the store, rebuilt whenever it is not provably the right one."""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus import View
from corpus.errors import StoreCorruptError
from embeddings.index import VectorIndex

__all__ = ["VectorProjection"]

READ_AT_ONCE = 8192
"""Vectors read from the store in one query: some 12 MB at 384 dimensions."""


@dataclass(frozen=True, slots=True)
class VectorProjection:
    """Keeps `index/vectors.faiss` and its manifest in step with the store.

    The manifest carries the store, generation and encoder that the index was made from and its sha256. A
    projection that is missing, torn, damaged, or of another store or encoder is rebuilt from the store; one of
    an earlier generation is brought up to date by the difference.

    Args:
        folder: The data folder.
    """

    folder: Path

    @property
    def index_path(self) -> Path:
        """The serialised FAISS index."""
        return self.folder / "index" / "vectors.faiss"

    @property
    def manifest_path(self) -> Path:
        """What the index was made from, as JSON."""
        return self.folder / "index" / "vectors.json"

    def open(self, view: View, dimension: int) -> VectorIndex:
        """The index over exactly the passages of a view.

        Args:
            view: What to project.
            dimension: Dimension of its vectors.

        Raises:
            StoreCorruptError: A vector in the store is damaged.
        """
        loaded = self._load(view, dimension)
        if loaded is None:
            index = updated(VectorIndex.empty(dimension), view)
            self.save(index, view)
            return index
        generation, on_disk = loaded
        index = updated(on_disk, view)
        if index is not on_disk or generation != view.generation:
            self.save(index, view)
        return index

    def save(self, index: VectorIndex, view: View) -> None:
        """Write the index, then its manifest. A failure is no loss: the next open rebuilds."""
        with contextlib.suppress(OSError):
            self.index_path.parent.mkdir(mode=0o700, exist_ok=True)
            data = index.to_bytes()
            manifest = {
                "store": view.store_id,
                "generation": view.generation,
                "encoder": view.fingerprint,
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            _replace(self.index_path, data)
            _replace(self.manifest_path, json.dumps(manifest, indent=1).encode())

    def problem(self, view: View, dimension: int) -> str | None:
        """What is wrong with the files on disk, or None if they hold exactly the view's vectors."""
        loaded = self._load(view, dimension)
        if loaded is None:
            return "is missing or damaged"
        generation, index = loaded
        if generation != view.generation:
            return "is out of date"
        return None if set(index.keys.tolist()) == set(view.passage_keys()) else "holds other passages than the store"

    def _load(self, view: View, dimension: int) -> tuple[int, VectorIndex] | None:
        try:
            manifest = json.loads(self.manifest_path.read_bytes())
            if (manifest["store"], manifest["encoder"]) != (view.store_id, view.fingerprint):
                return None
            data = self.index_path.read_bytes()
            if hashlib.sha256(data).hexdigest() != manifest["sha256"]:
                return None
            index = VectorIndex.from_bytes(data)
            return (int(manifest["generation"]), index) if index.dimension == dimension else None
        except (OSError, ValueError, OverflowError, RecursionError, KeyError, TypeError, StoreCorruptError):
            return None


def updated(index: VectorIndex, view: View) -> VectorIndex:
    """An index over exactly the passages of a view, made from another one by the difference.

    Passage keys are never used twice, so equal keys mean equal vectors.

    Raises:
        StoreCorruptError: A vector in the store is damaged, or of another dimension.
    """
    have, want = set(index.keys.tolist()), set(view.passage_keys())
    gone, new = have - want, sorted(want - have)
    if not gone and not new:
        return index
    vectors = np.empty((len(new), index.dimension), dtype=np.float32)
    for at in range(0, len(new), READ_AT_ONCE):
        _fill(vectors[at:], view.vectors(new[at : at + READ_AT_ONCE]), index.dimension)
    return index.changed(gone, new, vectors)


def _fill(rows: NDArray[np.float32], vectors: Sequence[tuple[int, bytes]], dimension: int) -> None:
    for row, (key, data) in zip(rows, vectors, strict=False):
        if len(data) != 4 * dimension:
            raise StoreCorruptError(f"The vector of passage {key} has the wrong size. Run: footnote verify")
        row[:] = np.frombuffer(data, dtype="<f4")


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that it holds either its old or its new bytes, whatever happens."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
