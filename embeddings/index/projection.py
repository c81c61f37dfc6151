"""The vector index on disk: a projection of the store, rebuilt where it is missing, damaged or of another store."""

import importlib.metadata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import StoreCorruptError
from corpus.files import ManifestFolder
from corpus.store import Changes, View
from embeddings.index.exact import ExactIndex, VectorIndex
from embeddings.index.quantized import QuantizedIndex
from embeddings.index.segments import CODING_VERSION

EXACT_UP_TO = 16_384
"""Most passages of an exact index: a search takes 1 ms, and a change rewrites 25 MB. Above, codes are quicker, need a
third of the memory, and a change writes new passages only."""

MADE_BY = f"coding {CODING_VERSION}, faiss {importlib.metadata.version('faiss-cpu')}"

KINDS: Mapping[str, Any] = {kind.kind: kind for kind in (ExactIndex, QuantizedIndex)}
"""The kinds of vector indexes. Each makes an index `of` the pieces that its `read_piece` reads."""

NO_KEYS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Stored:
    """An index found on disk.

    Args:
        manifest: As read.
        index: The content of the intact files.
        intact: Their names.
    """

    manifest: Mapping[str, Any]
    index: VectorIndex
    intact: Collection[str]

    @property
    def whole(self) -> bool:
        """Whether no file is missing or damaged."""
        return len(self.intact) == len(self.manifest["files"])

    def is_of(self, index: VectorIndex, view: View) -> bool:
        """Return whether the disk holds this index of this view already."""
        have, want = self.index.pieces, index.pieces
        same = len(have) == len(want) and all(mine is its for mine, its in zip(have, want, strict=True))
        about = (self.manifest["generation"], self.manifest["passages"])
        return same and about == (view.generation, len(index))


class VectorProjection:
    """Keeps the folder `index/vectors` in step with the store.

    Its manifest says which store, generation and encoder the index was made from. A change of a few passages writes one
    small file. A missing or damaged file is made again from the store, and all files if the index is of another store,
    encoder or FAISS. An index of an earlier generation is brought up to date by the difference.

    Args:
        folder: The data folder.
        exact_up_to: Stores of more passages get a quantized index.
    """

    def __init__(self, folder: Path, exact_up_to: int = EXACT_UP_TO) -> None:
        self.folder = folder
        self.files = ManifestFolder(folder / "index" / "vectors", "vector index")
        self.exact_up_to = exact_up_to
        self.saves = True
        """Whether the files are written; set it to False where another process writes them."""

    def open(self, view: View, dimension: int) -> VectorIndex:
        """Return the index over exactly the passages of a view.

        Args:
            view: The passages. A quantized index reads exact vectors from it as long as it is asked.
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
        """Return what is wrong with the files on disk, or None if they hold exactly the view's vectors."""
        stored = self._load(view, dimension)
        if stored is None or not stored.whole:
            return self.files.problem(_made_from(view))
        if stored.manifest["generation"] != view.generation:
            return "is out of date"
        have, want = stored.index.keys, _keys(view)
        if len(want) != stored.manifest["passages"] or len(np.setdiff1d(want, have)):
            return "holds other passages than the store"
        return None

    def kind(self) -> str | None:
        """Return how the index on disk is searched, `exact` or `quantized`; None if there is none."""
        return self.files.read(lambda manifest: str(manifest["kind"]))

    def _load(self, view: View, dimension: int) -> Stored | None:
        """Return what is on disk of this store and encoder."""
        return self.files.read(lambda manifest: self._verified(manifest, view, dimension), lambda stored: stored.whole)

    def _verified(self, manifest: Mapping[str, Any], view: View, dimension: int) -> Stored | None:
        if any(manifest[name] != value for name, value in _made_from(view).items()):
            return None
        if not (isinstance(manifest["generation"], int) and isinstance(manifest["passages"], int)):
            return None
        kind = KINDS[manifest["kind"]]
        contents = {name: data for name in manifest["files"] if (data := self.files.content(name)) is not None}
        try:
            pieces = [kind.read_piece(data, dimension) for data in contents.values()]
            index: VectorIndex = kind.of(dimension, pieces, view.vectors)
        except StoreCorruptError:
            return None
        return Stored(manifest, index, list(contents)) if index.dimension == dimension else None

    def _save(self, index: VectorIndex, view: View, intact: Collection[str]) -> None:
        if not self.saves:
            return
        manifest = {
            **_made_from(view),
            "generation": view.generation,
            "kind": index.kind,
            "passages": len(index),
            "files": [piece.name for piece in index.pieces],
        }
        self.files.save(manifest, {piece.name: piece.write for piece in index.pieces}, intact)


def _made_from(view: View) -> dict[str, object]:
    """Return the entries of the manifest that say what an index is made from, except the generation."""
    return {"store": view.store_id, "encoder": view.fingerprint, "made_by": MADE_BY}


def updated(
    index: VectorIndex, view: View, exact_up_to: int = EXACT_UP_TO, changes: Changes | None = None
) -> VectorIndex:
    """Return an index over exactly the passages of a view, made from another one by the difference.

    Passage keys are never used twice, so equal keys mean equal vectors.

    Args:
        index: Of the same store at another time, or empty.
        view: The passages to index. A quantized index reads exact vectors from it.
        exact_up_to: Of more passages, the index is a quantized one.
        changes: What has changed since the view of the index, if it is known. Without it, keys are compared.

    Raises:
        StoreCorruptError: A vector in the store is damaged, or of another dimension.
    """
    gone, new = _difference(index, view) if changes is None else _keys_of(changes)
    kind = QuantizedIndex.kind if len(index) - len(gone) + len(new) > exact_up_to else ExactIndex.kind
    if index.kind != kind:
        index, gone, new = KINDS[kind].of(index.dimension, (), view.vectors), NO_KEYS, _keys(view)
    return index.updated(gone, new, view.vectors)


def holds_all(view: View, keys: NDArray[np.int64]) -> bool:
    """Return whether a view has all passages of an index of an earlier one, without listing them."""
    digest = len(keys), int((keys & 0xFFFFFFFF).sum())
    return view.key_digest(int(keys.max(initial=-1))) == digest


def _difference(index: VectorIndex, view: View) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the keys of the index that the view lacks, and those of the view that the index lacks, both ascending."""
    have = index.keys
    if holds_all(view, have):  # no need to list all keys
        return NO_KEYS, np.array(view.passage_keys(after=int(have.max(initial=-1))), dtype=np.int64)
    want = _keys(view)
    return np.setdiff1d(have, want), np.setdiff1d(want, have)


def _keys_of(changes: Changes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the keys of removed and added passages, both ascending."""
    removed = np.sort(np.array([key for _, key in changes.passages_removed], dtype=np.int64))
    return removed, np.array([key for _, key in changes.passages_added], dtype=np.int64)


def _keys(view: View) -> NDArray[np.int64]:
    return np.array(view.passage_keys(), dtype=np.int64)
