"""The lexical index on disk: a projection of the store, made anew whenever it is not provably the right one."""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.analysis import ANALYSIS_VERSION
from corpus.lexical import LexicalIndex
from corpus.rows import StoredDocument
from corpus.view import View

__all__ = ["LexicalProjection"]

READ_AT_ONCE = 2048
"""Passages read from the store in one query: some 2 MB of text."""

MADE_BY = f"analysis {ANALYSIS_VERSION}, tantivy {importlib.metadata.version('tantivy')}"

DAMAGE = (OSError, ValueError, OverflowError, RecursionError, KeyError, TypeError, AttributeError)
"""What reading files that are not ours, or no longer, may raise."""

REWRITTEN = ("meta.json", ".managed.json")
"""tantivy's files that change when passages are added; all others are written once."""


@dataclass(frozen=True, slots=True)
class _OnDisk:
    """An index whose files have been verified."""

    folder: Path
    generation: int
    digests: Mapping[str, str]
    index: LexicalIndex


@dataclass(frozen=True, slots=True)
class LexicalProjection:
    """Keeps the folder `index/lexical` in step with the store.

    `manifest.json` names the folder beside it that holds the index, the SHA-256 of each file there, and the store,
    generation, analysis and tantivy it was made with. Folders are never changed once the manifest names them: a new
    index is made in another, and the old one deleted when the manifest has changed, which harms nobody who still
    searches it.

    Only passages added since are added; if any has gone, all are indexed anew, because tantivy's statistics
    would go on counting it. A folder that cannot be written, or that another process is writing, costs
    nothing but time: the index then is made in memory.

    Args:
        folder: The data folder.
    """

    folder: Path

    @property
    def path(self) -> Path:
        """Where everything is."""
        return self.folder / "index" / "lexical"

    @property
    def manifest_path(self) -> Path:
        """What the index was made from, as JSON."""
        return self.path / "manifest.json"

    def open(self, view: View) -> LexicalIndex:
        """The index over exactly the passages of a view.

        Raises:
            StoreCorruptError: A passage in the store is damaged.
        """
        stored = self._load(view)
        if stored is not None and _holds(stored.index, view):
            if stored.generation != view.generation:
                self._save(stored, view)
            return stored.index
        return self._made_on_disk(stored, view) or LexicalIndex.in_memory(_texts(view, view.passage_keys()))

    def problem(self, view: View) -> str | None:
        """What is wrong with the files on disk, or None if they hold exactly the view's passages."""
        stored = self._load(view)
        if stored is None:
            return "is missing or damaged"
        if stored.generation != view.generation:
            return "is out of date"
        return None if _holds(stored.index, view) else "holds other passages than the store"

    def _load(self, view: View) -> _OnDisk | None:
        """The verified index on disk, of whatever generation; None if there is none of this store and analysis."""
        seen = None
        with contextlib.suppress(*DAMAGE):
            while seen != (seen := self.manifest_path.read_bytes()):  # another process may replace it meanwhile
                with contextlib.suppress(*DAMAGE):
                    return self._verified(json.loads(seen), view)
        return None

    def _verified(self, manifest: Mapping[str, object], view: View) -> _OnDisk | None:
        if (manifest["store"], manifest["made_by"]) != (view.store_id, MADE_BY):
            return None
        generation, name, digests = manifest["generation"], manifest["folder"], manifest["files"]
        if not (isinstance(generation, int) and isinstance(name, str) and isinstance(digests, dict)):
            return None
        folder = self.path / Path(name).name
        if any(_digest(folder / Path(file).name) != digest for file, digest in digests.items()):
            return None
        return _OnDisk(folder, generation, digests, LexicalIndex.opened(folder))

    def _made_on_disk(self, stored: _OnDisk | None, view: View) -> LexicalIndex | None:
        """A new index in a folder of its own, or None if it could not be written."""
        with contextlib.suppress(OSError, ValueError), self._writing():
            have, want = set(stored.index.keys if stored else ()), view.passage_keys()
            grown = stored if stored is not None and have.issubset(want) else None
            folder = Path(tempfile.mkdtemp(dir=self.path))
            if grown is not None:
                _link(grown.folder, folder, grown.digests)
            new = [key for key in want if grown is None or key not in have]
            index = LexicalIndex.in_folder(folder, _texts(view, new))
            digests = _sealed(folder, grown.digests if grown else {})
            self._replace_manifest(_OnDisk(folder, view.generation, digests, index), view)
            return index
        return None

    def _save(self, stored: _OnDisk, view: View) -> None:
        """Say that the index on disk is that of the view's generation too."""
        with contextlib.suppress(OSError), self._writing():
            self._replace_manifest(stored, view)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the right to write, if no other process has it, and leave no half-made or outdated folder behind.

        Raises:
            OSError: The folder cannot be written, or is being written (BlockingIOError).
        """
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.path.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                yield
            finally:
                self._clean()
        finally:
            os.close(lock)

    def _clean(self) -> None:
        named = None
        with contextlib.suppress(*DAMAGE):
            named = json.loads(self.manifest_path.read_bytes())["folder"]
        for path in self.path.iterdir():
            if path.name not in (named, "manifest.json", "lock"):
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    def _replace_manifest(self, stored: _OnDisk, view: View) -> None:
        manifest = {
            "store": view.store_id,
            "generation": view.generation,
            "made_by": MADE_BY,
            "folder": stored.folder.name,
            "files": stored.digests,
        }
        handle, name = tempfile.mkstemp(dir=self.path)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(manifest, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self.manifest_path)
        _sync(self.path)


def _holds(index: LexicalIndex, view: View) -> bool:
    return index.keys.tolist() == view.passage_keys()


def _texts(view: View, keys: list[int]) -> Iterator[tuple[int, str]]:
    """Key and words of passages: the document's title, then the text.

    Raises:
        StoreCorruptError: A passage or its document is damaged.
    """
    documents: dict[int, StoredDocument] = {}
    for at in range(0, len(keys), READ_AT_ONCE):
        passages = view.passages(keys[at : at + READ_AT_ONCE])
        documents = view.documents_by_key(passage.document_key for passage in passages)
        for passage in passages:
            yield passage.key, f"{documents[passage.document_key].metadata.title}\n{passage.text}"


def _link(source: Path, folder: Path, names: Mapping[str, str]) -> None:
    """Put an index's files into another folder too; those that are written once need no copy."""
    for name in names:
        if name not in REWRITTEN:
            with contextlib.suppress(OSError):
                (folder / name).hardlink_to(source / name)
                continue
        shutil.copyfile(source / name, folder / name)


def _sealed(folder: Path, known: Mapping[str, str]) -> dict[str, str]:
    """Bring a finished index to the disk, for its owner alone; the SHA-256 of each file.

    Args:
        folder: Of the index.
        known: Digests of files that were linked from another index, which are not trusted to be whole still.
    """
    digests = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".lock":
            continue
        path.chmod(0o600)
        _sync(path)
        linked = path.name in known and path.name not in REWRITTEN
        digests[path.name] = known[path.name] if linked else _digest(path)
    _sync(folder)
    return digests


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
