"""The lexical index on disk: a projection of the store, made anew whenever it is not provably the right one."""

import contextlib
import hashlib
import importlib.metadata
import json
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.files import said_if_unwritable, sync, temporary_folder, write_new, written_alone
from corpus.lexical.analysis import ANALYSIS_VERSION
from corpus.lexical.index import LexicalIndex
from corpus.store import View
from corpus.text import text_with_title

__all__ = ["LexicalProjection"]

READ_AT_ONCE = 2048
"""Passages read from the store in one query: some 2 MB of text."""

MADE_BY = f"analysis {ANALYSIS_VERSION}, tantivy {importlib.metadata.version('tantivy')}"

DAMAGE = (OSError, ValueError, OverflowError, RecursionError, KeyError, TypeError, AttributeError)
"""What reading files that are not ours, or no longer, may raise."""


@dataclass(frozen=True, slots=True)
class LexicalProjection:
    """Keeps the folder `index/lexical` in step with the store.

    `manifest.json` names the folder beside it that holds the index, the SHA-256 of each file there, and the store,
    generation, analysis and tantivy it was made with. What the manifest names is never changed: a new index is
    written to another folder, and the old one deleted when the manifest has changed.

    tantivy maps its files into memory. It is therefore given a private copy of the verified bytes, deleted as soon
    as it is open: nothing that happens to the data folder can reach an index in use.

    Only passages added since are added; if any has gone, all are indexed anew, because tantivy's statistics would
    go on counting it.

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
        with contextlib.suppress(OSError, ValueError), temporary_folder() as private:
            index, saved = self._made(private, view)
            if not saved:
                self._save(private, view)
            return index
        return LexicalIndex.in_memory(_texts(view, view.passage_keys()))

    def problem(self, view: View) -> str | None:
        """What is wrong with the files on disk, or None if they hold exactly the view's passages."""
        stored = None
        with contextlib.suppress(OSError), temporary_folder() as private:
            stored = self._load(private, view)
        if stored is None:
            return "is missing or damaged"
        generation, index = stored
        if generation != view.generation:
            return "is out of date"
        return None if index.keys.tolist() == view.passage_keys() else "holds other passages than the store"

    def _made(self, private: Path, view: View) -> tuple[LexicalIndex, bool]:
        """The index of a view, with its files in a private folder; whether the disk holds it already."""
        stored = self._load(private, view)
        have, want = set(stored[1].keys if stored else ()), view.passage_keys()
        if stored is not None and have.issubset(want):
            generation, index = stored
            if len(have) == len(want):
                return index, generation == view.generation
            return LexicalIndex.in_folder(private, _texts(view, [key for key in want if key not in have])), False
        _empty(private)
        return LexicalIndex.in_folder(private, _texts(view, want)), False

    def _load(self, private: Path, view: View) -> tuple[int, LexicalIndex] | None:
        """Generation and index on disk, read from a verified copy; None if there is none of this store and analysis."""
        seen = None
        with contextlib.suppress(*DAMAGE):
            while seen != (seen := self.manifest_path.read_bytes()):  # another process may replace it meanwhile
                with contextlib.suppress(*DAMAGE):
                    return self._verified(json.loads(seen), private, view)
        return None

    def _verified(self, manifest: Mapping[str, Any], private: Path, view: View) -> tuple[int, LexicalIndex] | None:
        if (manifest["store"], manifest["made_by"]) != (view.store_id, MADE_BY):
            return None
        _empty(private)
        for name, digest in manifest["files"].items():
            data = (self.path / Path(manifest["folder"]).name / Path(name).name).read_bytes()
            if hashlib.sha256(data).hexdigest() != digest:
                return None
            (private / Path(name).name).write_bytes(data)
        return int(manifest["generation"]), LexicalIndex.opened(private)

    def _save(self, private: Path, view: View) -> None:
        """Write a finished index to the data folder. A failure is no loss: the next open makes it again."""
        with said_if_unwritable(self.path, "lexical index"), self._writing():
            folder = Path(tempfile.mkdtemp(dir=self.path))
            digests = {}
            for path in sorted(private.iterdir()):
                if path.suffix != ".lock":
                    data = path.read_bytes()
                    digests[path.name] = hashlib.sha256(data).hexdigest()
                    write_new(folder / path.name, data)
            sync(folder)
            manifest = {
                "store": view.store_id,
                "generation": view.generation,
                "made_by": MADE_BY,
                "folder": folder.name,
                "files": digests,
            }
            new = folder.with_suffix(".json")
            write_new(new, json.dumps(manifest, indent=1).encode())
            new.replace(self.manifest_path)
            sync(self.path)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the right to write, and leave no half-written or outdated folder behind.

        Raises:
            OSError: The folder cannot be written, or another process is writing (BlockingIOError).
        """
        with written_alone(self.path):
            try:
                yield
            finally:
                self._clean()

    def _clean(self) -> None:
        kept = {"manifest.json", "lock"}
        with contextlib.suppress(*DAMAGE):
            kept.add(json.loads(self.manifest_path.read_bytes())["folder"])
        _empty(self.path, kept)


def _empty(folder: Path, kept: Collection[str] = ()) -> None:
    for path in folder.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _texts(view: View, keys: list[int]) -> Iterator[tuple[int, str]]:
    """Key and words of passages: the document's title, then the text.

    Raises:
        StoreCorruptError: A passage or its document is damaged.
    """
    for at in range(0, len(keys), READ_AT_ONCE):
        passages = view.passages(keys[at : at + READ_AT_ONCE])
        documents = view.documents_by_key(passage.document_key for passage in passages)
        for passage in passages:
            yield passage.key, text_with_title(documents[passage.document_key].metadata.title, passage.text)
