"""The vector index on disk: a projection of the store, rebuilt wherever it is not provably the right one."""

import contextlib
import hashlib
import importlib.metadata
import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreCorruptError
from corpus.files import LOCK_NAME, said_if_unwritable, sync, write_new, written_alone
from corpus.store import View
from embeddings.index.exact import ExactIndex, VectorIndex
from embeddings.index.quantized import CodedIndex
from embeddings.index.segments import CODING_VERSION

__all__ = ["EXACT_UP_TO", "VectorProjection", "updated"]

EXACT_UP_TO = 16_384
"""Passages that are compared with a question one by one, in 1 ms, and written anew, 25 MB, with every change. Beyond,
codes are quicker, need a third of the memory, and only what is new is written."""

MADE_BY = f"coding {CODING_VERSION}, faiss {importlib.metadata.version('faiss-cpu')}"

DAMAGE = (OSError, ValueError, OverflowError, RecursionError, KeyError, TypeError, AttributeError)
"""What reading files that are not ours, or no longer, may raise."""

KINDS: Mapping[str, Any] = {kind.kind: kind for kind in (ExactIndex, CodedIndex)}
"""The kinds of vector indexes. Each makes an index `of` the pieces that its `read_piece` reads."""

NO_KEYS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Stored:
    """What was found on disk.

    Args:
        manifest: As read.
        index: What its files hold, those aside that are missing or damaged.
        intact: Names of the others.
    """

    manifest: Mapping[str, Any]
    index: VectorIndex
    intact: Collection[str]

    @property
    def whole(self) -> bool:
        """Whether no file is missing or damaged."""
        return len(self.intact) == len(self.manifest["files"])

    def is_of(self, index: VectorIndex, view: View) -> bool:
        """Whether there is nothing to write to keep an index of a view."""
        have, want = self.index.pieces, index.pieces
        same = len(have) == len(want) and all(mine is its for mine, its in zip(have, want, strict=True))
        about = (self.manifest["generation"], self.manifest["passages"])
        return same and about == (view.generation, len(index))


@dataclass(frozen=True, slots=True)
class VectorProjection:
    """Keeps the folder `index/vectors` in step with the store.

    `manifest.json` says which store, generation and encoder the index was made from, and names its files, each by the
    SHA-256 of its content. A file is never changed: a change of a few passages writes a small one more, and then the
    manifest anew. What no manifest names any longer is deleted.

    A file that is missing, torn or damaged is made again from the store, and all of them if the index is of another
    store, encoder or FAISS; an index of an earlier generation is brought up to date by the difference.

    Args:
        folder: The data folder.
        exact_up_to: Stores of more passages are given a coded index.
    """

    folder: Path
    exact_up_to: int = EXACT_UP_TO

    @property
    def path(self) -> Path:
        """Where everything is."""
        return self.folder / "index" / "vectors"

    @property
    def manifest_path(self) -> Path:
        """What the index was made from, as JSON."""
        return self.path / "manifest.json"

    def open(self, view: View, dimension: int) -> VectorIndex:
        """The index over exactly the passages of a view.

        Args:
            view: What to project. A coded index reads exact vectors from it as long as it is asked.
            dimension: Dimension of its vectors.

        Raises:
            StoreCorruptError: A vector in the store is damaged.
        """
        stored = self._load(view, dimension)
        if stored is None:
            index = updated(ExactIndex.empty(dimension), view, self.exact_up_to)
            self._save(index, view, ())
            return index
        index = updated(stored.index, view, self.exact_up_to)
        if not stored.is_of(index, view):
            self._save(index, view, stored.intact)
        return index

    def save(self, index: VectorIndex, view: View) -> None:
        """Write what of an index is not on disk yet. A failure is no loss: the next open makes what is missing."""
        self._save(index, view, [piece.name for piece in index.pieces])

    def problem(self, view: View, dimension: int) -> str | None:
        """What is wrong with the files on disk, or None if they hold exactly the view's vectors."""
        stored = self._load(view, dimension)
        if stored is None or not stored.whole:
            return "is missing or damaged"
        if stored.manifest["generation"] != view.generation:
            return "is out of date"
        have, want = stored.index.keys, _keys(view)
        if len(want) != stored.manifest["passages"] or len(np.setdiff1d(want, have)):
            return "holds other passages than the store"
        return None

    def kind(self) -> str | None:
        """How the index on disk is searched, `exact` or `coded`; None if there is none."""
        with contextlib.suppress(*DAMAGE):
            return str(json.loads(self.manifest_path.read_bytes())["kind"])
        return None

    def _load(self, view: View, dimension: int) -> Stored | None:
        """What is on disk of this store and encoder."""
        seen = None
        with contextlib.suppress(*DAMAGE):
            while seen != (seen := self.manifest_path.read_bytes()):  # another process may replace it meanwhile
                stored = None
                with contextlib.suppress(*DAMAGE):
                    stored = self._verified(json.loads(seen), view, dimension)
                if stored is not None and stored.whole:
                    return stored
            return stored
        return None

    def _verified(self, manifest: Mapping[str, Any], view: View, dimension: int) -> Stored | None:
        made_from = (manifest["store"], manifest["encoder"], manifest["made_by"])
        if made_from != (view.store_id, view.fingerprint, MADE_BY):
            return None
        if not (isinstance(manifest["generation"], int) and isinstance(manifest["passages"], int)):
            return None
        kind = KINDS[manifest["kind"]]
        pieces, intact = [], []
        try:
            for name, data in self._intact(manifest["files"]):
                pieces.append(kind.read_piece(data, dimension))
                intact.append(name)
            index: VectorIndex = kind.of(dimension, pieces, view.vectors)
        except StoreCorruptError:
            return None
        return Stored(manifest, index, intact) if index.dimension == dimension else None

    def _intact(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Name and content of each file whose content is what its name says."""
        for name in names:
            with contextlib.suppress(OSError):
                data = (self.path / Path(name).name).read_bytes()
                if hashlib.sha256(data).hexdigest() == name:
                    yield name, data

    def _save(self, index: VectorIndex, view: View, intact: Collection[str]) -> None:
        """Write an index.

        Args:
            index: Of the view.
            view: What it shows.
            intact: Files that are right if the present manifest names them; others are written.
        """
        with said_if_unwritable(self.path, "vector index"), written_alone(self.path):
            self._clean()
            try:
                there = self._named().intersection(intact)
                for piece in index.pieces:
                    if piece.name not in there or not (self.path / piece.name).is_file():
                        self._write(piece.name, piece.write)
                sync(self.path)
                manifest = json.dumps(_manifest(index, view), indent=1).encode()
                self._write(self.manifest_path.name, manifest)
                sync(self.path)
            finally:
                self._clean()

    def _write(self, name: str, content: bytes | Callable[[BinaryIO], object]) -> None:
        partial = self.path / f"{name}.partial"
        partial.unlink(missing_ok=True)
        write_new(partial, content)
        partial.replace(self.path / name)

    def _named(self) -> set[str]:
        """The files that the manifest names."""
        with contextlib.suppress(*DAMAGE):
            return set(json.loads(self.manifest_path.read_bytes())["files"])
        return set()

    def _clean(self) -> None:
        """Delete what a killed writer left, and what was of use to earlier manifests only."""
        kept = {self.manifest_path.name, LOCK_NAME, *self._named()}
        for path in self.path.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in kept:
                path.unlink()


def updated(index: VectorIndex, view: View, exact_up_to: int = EXACT_UP_TO) -> VectorIndex:
    """Return an index over exactly the passages of a view, made from another one by the difference.

    Passage keys are never used twice, so equal keys mean equal vectors.

    Args:
        index: Of the same store at another time, or empty.
        view: The passages to index. A coded index reads exact vectors from it.
        exact_up_to: Of more passages, the index is a coded one.

    Raises:
        StoreCorruptError: A vector in the store is damaged, or of another dimension.
    """
    gone, new = _difference(index, view)
    kind = CodedIndex.kind if len(index) - len(gone) + len(new) > exact_up_to else ExactIndex.kind
    if index.kind != kind:
        index, gone, new = KINDS[kind].of(index.dimension, (), view.vectors), NO_KEYS, _keys(view)
    return index.updated(gone, new, view.vectors)


def _difference(index: VectorIndex, view: View) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keys that the index has and the view has not, and the other way round, both ascending."""
    have = index.keys
    last, digest = int(have.max(initial=-1)), (len(have), int((have & 0xFFFFFFFF).sum()))
    if view.key_digest(last) == digest:  # nothing has gone: no need to list all keys
        return NO_KEYS, np.array(view.passage_keys(after=last), dtype=np.int64)
    want = _keys(view)
    return np.setdiff1d(have, want), np.setdiff1d(want, have)


def _keys(view: View) -> NDArray[np.int64]:
    return np.array(view.passage_keys(), dtype=np.int64)


def _manifest(index: VectorIndex, view: View) -> dict[str, Any]:
    return {
        "store": view.store_id,
        "generation": view.generation,
        "encoder": view.fingerprint,
        "made_by": MADE_BY,
        "kind": index.kind,
        "passages": len(index),
        "files": [piece.name for piece in index.pieces],
    }
