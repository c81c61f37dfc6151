"""The lexical index on disk: a projection of the store, rebuilt where it is missing, damaged or of another store."""

import contextlib
import hashlib
import importlib.metadata
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus.files import ManifestFolder, temporary_folder
from corpus.lexical.analysis import ANALYSIS_VERSION
from corpus.lexical.index import LexicalIndex
from corpus.store import View
from corpus.text import text_with_title

READ_AT_ONCE = 2048
"""Passages read from the store in one query: some 2 MB of text."""

MADE_BY = f"analysis {ANALYSIS_VERSION}, tantivy {importlib.metadata.version('tantivy')}"


class LexicalProjection:
    """Keeps the folder `index/lexical` in step with the store.

    Its manifest names the store, generation, analysis and tantivy that the index was made with, and tantivy's files.
    tantivy maps its files into memory. It is given a private copy of the verified bytes, deleted as soon as it is open:
    nothing that happens to the data folder can reach an index in use.

    Only passages added since are added; if any has gone, all are indexed again, because tantivy's statistics would
    go on counting it.

    Args:
        folder: The data folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = ManifestFolder(folder / "index" / "lexical", "lexical index")

    def open(self, view: View) -> LexicalIndex:
        """Return the index over exactly the passages of a view.

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
        """Return what is wrong with the files on disk, or None if they hold exactly the view's passages."""
        stored = None
        with contextlib.suppress(OSError), temporary_folder() as private:
            stored = self._load(private, view)
        if stored is None:
            return self.files.problem(_made_from(view))
        generation, index = stored
        if generation != view.generation:
            return "is out of date"
        return None if index.keys.tolist() == view.passage_keys() else "holds other passages than the store"

    def _made(self, private: Path, view: View) -> tuple[LexicalIndex, bool]:
        """Return the index of a view, with its files in a private folder, and whether the disk holds it already."""
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
        """Return generation and index on disk, read from a verified copy; None if there is none of this store."""
        return self.files.read(lambda manifest: self._verified(manifest, private, view))

    def _verified(self, manifest: Mapping[str, Any], private: Path, view: View) -> tuple[int, LexicalIndex] | None:
        if any(manifest[name] != value for name, value in _made_from(view).items()):
            return None
        _empty(private)
        for name, digest in manifest["files"].items():
            data = self.files.content(digest)
            if data is None:
                return None
            (private / Path(name).name).write_bytes(data)
        return int(manifest["generation"]), LexicalIndex.opened(private)

    def _save(self, private: Path, view: View) -> None:
        contents = {path.name: path.read_bytes() for path in sorted(private.iterdir()) if path.suffix != ".lock"}
        named = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
        manifest = {**_made_from(view), "generation": view.generation, "files": named}
        self.files.save(manifest, {named[name]: data for name, data in contents.items()})


def _made_from(view: View) -> dict[str, object]:
    """Return the entries of the manifest that say what an index is made from, except the generation."""
    return {"store": view.store_id, "made_by": MADE_BY}


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _texts(view: View, keys: list[int]) -> Iterator[tuple[int, str]]:
    """Yield key and text of passages, with the document's title before the text.

    Raises:
        StoreCorruptError: A passage or its document is damaged.
    """
    for at in range(0, len(keys), READ_AT_ONCE):
        passages = view.passages(keys[at : at + READ_AT_ONCE])
        documents = view.documents_by_key(passage.document_key for passage in passages)
        for passage in passages:
            yield passage.key, text_with_title(documents[passage.document_key].metadata.title, passage.text)
