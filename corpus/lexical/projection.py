"""The lexical index on disk: a projection of the store, rebuilt where it is missing, damaged or of another store."""

import contextlib
import hashlib
import importlib.metadata
import os
import shutil
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Self

from corpus.errors import StoreCorruptError
from corpus.files import ManifestFolder, temporary_folder
from corpus.lexical.index import LexicalIndex
from corpus.lexical.part import IndexPart
from corpus.store import Changes, View

LONGEST_TAIL = 2000
"""Most passages that are indexed in memory, at each change, in 30 ms, before they are added to the index on disk."""

MOST_REMOVED = 0.25
"""Share of removed passages in an index above which it is made again."""

NUMBERS = ("generation", "passages", "key_sum", "tokens", "mark")
"""Entries of the manifest that are numbers; see `Kept` and `IndexPart`."""

LARGEST = 2**63
KEY_BITS = 2**32 - 1
"""Bits of a key that `View.key_digest` adds."""

PARTS_VERSION = 1
"""Raise it when the files get another form. An index of another version is rebuilt."""

MADE_BY = f"parts {PARTS_VERSION}, tantivy {importlib.metadata.version('tantivy')}"


class PrivateFolder:
    """A private folder with tantivy's files, which is deleted when the object is.

    tantivy maps its files into memory, where truncating one would kill the process. Nothing that happens to the data
    folder reaches a private one. A file that is deleted stays mapped.

    Raises:
        OSError: The folder cannot be created.
    """

    def __init__(self) -> None:
        with contextlib.ExitStack() as stack:
            self.path = stack.enter_context(temporary_folder())
            self.close = weakref.finalize(self, _close_own, stack.pop_all(), os.getpid())
        self.digests: dict[str, str] = {}
        self._process = os.getpid()

    @property
    def is_own(self) -> bool:
        """Whether this process has made the folder. A fork only reads it."""
        return self._process == os.getpid()

    def linked(self) -> Self:
        """Return a folder of this process with the same files.

        Raises:
            OSError: A file cannot be linked or copied.
        """
        copy = type(self)()
        for name in self.digests:
            try:
                os.link(self.path / name, copy.path / name)
            except OSError:
                shutil.copyfile(self.path / name, copy.path / name)
        copy.digests = dict(self.digests)
        return copy

    def take(self, name: str, digest: str, files: ManifestFolder, earlier: "PrivateFolder | None") -> bool:
        """Get a file, from an earlier private folder or else a verified copy; return whether it could be had.

        Raises:
            OSError: The file cannot be written.
        """
        target = self.path / Path(name).name
        if earlier is not None and earlier.digests.get(name) == digest:
            with contextlib.suppress(OSError):
                os.link(earlier.path / target.name, target)
                self.digests[name] = digest
                return True
        data = files.content(digest)
        if data is None:
            return False
        target.write_bytes(data)
        self.digests[name] = digest
        return True

    def contents(self) -> dict[str, str]:
        """Return the SHA-256 of each file by its name. Files that are known are not read: tantivy never changes one.

        Raises:
            OSError: A file cannot be read.
        """
        found = {}
        for path in sorted(self.path.iterdir()):
            if path.suffix == ".lock":
                continue
            is_known = path.name in self.digests and path.suffix != ".json"
            found[path.name] = self.digests[path.name] if is_known else _sha256(path)
        self.digests = found
        return found


@dataclass(frozen=True, slots=True)
class Kept:
    """An index with its files, and the passages that it was made from.

    Args:
        store: Id of the store.
        generation: A generation of which the index has every passage with a key up to its mark.
        passages: Number of these passages.
        key_sum: Sum of their keys, see `View.key_digest`.
        part: The index.
        folder: Its files; None if it is in memory.
    """

    store: str
    generation: int
    passages: int
    key_sum: int
    part: IndexPart
    folder: PrivateFolder | None

    @classmethod
    def of(cls, view: View, part: IndexPart, folder: PrivateFolder | None) -> Self:
        """Return an index that has all passages of a view."""
        return cls(view.store_id, view.generation, *view.key_digest(part.mark), part, folder)

    def following(self, view: View, changes: Changes | None) -> Self | None:
        """Return the index with what it has of a view; None if it may lack a passage with a key up to its mark.

        Args:
            view: A view of the same generation or a later one.
            changes: What has changed since an earlier view. Without it, the keys are counted.
        """
        if view.store_id != self.store:
            return None
        if changes is not None and changes.since == self.generation:
            left = self._without(key for _, key in changes.passages_removed)
            return replace(self, generation=view.generation, passages=left[0], key_sum=left[1])
        with contextlib.suppress(StoreCorruptError):  # a damaged log costs time, not answers
            removals = view.removals_since(self.generation)
            if removals is not None:
                left = self._without(key for each in removals for key in each.passages)
                if left == view.key_digest(self.part.mark):
                    return replace(self, generation=view.generation, passages=left[0], key_sum=left[1])
        return None

    def _without(self, removed: Iterable[int]) -> tuple[int, int]:
        """Return number and sum of the keys without removed ones; those above the mark were never counted."""
        gone = [key & KEY_BITS for key in removed if key <= self.part.mark]
        return self.passages - len(gone), self.key_sum - sum(gone)

    @property
    def removed(self) -> int:
        """Number of passages of the index that the store has removed."""
        return len(self.part) - self.passages

    @property
    def is_worn(self) -> bool:
        """Whether so many of its passages were removed that it should be made again."""
        return self.removed > MOST_REMOVED * len(self.part)

    def tail(self, view: View) -> Sequence[int]:
        """Return the keys of the passages of a view that the index lacks."""
        return view.passage_keys(after=self.part.mark)

    def index(self, view: View) -> LexicalIndex:
        """Return the index of a view that it follows, with its tail in memory.

        Raises:
            StoreCorruptError: The words of a passage are damaged.
        """
        tail = self.tail(view)
        parts = [self.part, IndexPart.in_memory(view, tail)] if tail else [self.part]
        return LexicalIndex(view, parts, foreign=self.removed != 0)


class LexicalProjection:
    """Keeps the folder `index/lexical` in step with the store.

    Its manifest names the store, and the generation, tantivy and files that the index was made with. Scores come from
    the store, so an index that is behind is exact: passages that the snapshot lacks are passed over, and new ones are
    indexed in memory, up to `LONGEST_TAIL`, which are then added to the files. The index is made again when
    `MOST_REMOVED` of its passages are gone.

    An object keeps the files that it has verified and copied, and reads only new ones. Threads must take turns.

    Args:
        folder: The data folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.saves = True
        """Whether the files are written; set it to False where another process writes them."""
        self.files = ManifestFolder(folder / "index" / "lexical", "lexical index")
        self._kept: Kept | None = None

    def close(self) -> None:
        """Delete the private files. Indexes in use stay usable, and a later `open` begins with the files on disk."""
        if self._kept is not None and self._kept.folder is not None:
            self._kept.folder.close()
        self._kept = None

    def open(self, view: View, changes: Changes | None = None) -> LexicalIndex:
        """Return the index of a view.

        Args:
            view: The view.
            changes: What has changed since the view of the last call, if it is known.

        Raises:
            StoreCorruptError: The words of a passage in the store are damaged.
        """
        if self._kept is None and self.saves:
            self.files.clean()
        kept = self._kept.following(view, changes) if self._kept else None
        if kept is None or self._is_behind(kept, view):
            kept = self._on_disk(view) or kept
        kept = _with_own_files(kept) if kept is not None else None
        if kept is None or kept.is_worn:
            kept = self._made(view)
        elif len(tail := kept.tail(view)) > LONGEST_TAIL:
            kept = self._grown(kept, view, tail)
        self._kept = kept
        return kept.index(view)

    def is_worn(self, view: View, changes: Changes | None = None) -> bool:
        """Return whether the next `open` would make the index again from the beginning."""
        kept = self._kept.following(view, changes) if self._kept else None
        return (kept is None or kept.is_worn) and ((kept := self._on_disk(view)) is None or kept.is_worn)

    def problem(self, view: View) -> str | None:
        """Return what is wrong with the files on disk, or None if they hold the view's passages up to their mark."""
        stored = self._loaded(view, None)
        if stored is None:
            return self.files.problem(_made_from(view))
        kept = stored.following(view, None)
        if kept is None:
            return "holds other passages than the store" if stored.generation == view.generation else "is out of date"
        if self._is_behind(kept, view):
            return "is out of date"
        tail = set(kept.tail(view))
        held = LexicalIndex(view, [kept.part], foreign=True).keys()
        if held != [key for key in view.passage_keys() if key not in tail]:
            return "holds other passages than the store"
        return None

    def _is_behind(self, kept: Kept, view: View) -> bool:
        return kept.is_worn or len(kept.tail(view)) > LONGEST_TAIL

    def _on_disk(self, view: View) -> Kept | None:
        stored = self._loaded(view, self._kept.folder if self._kept else None)
        return stored.following(view, None) if stored is not None else None

    def _loaded(self, view: View, earlier: PrivateFolder | None) -> Kept | None:
        """Return the index on disk; None if there is none of this store, or it is damaged."""
        with contextlib.suppress(OSError):
            return self.files.read(lambda manifest: self._verified(manifest, view, earlier))
        return None

    def _verified(self, manifest: Mapping[str, Any], view: View, earlier: PrivateFolder | None) -> Kept | None:
        if any(manifest[name] != value for name, value in _made_from(view).items()):
            return None
        numbers = [manifest[name] for name in NUMBERS]
        if not all(isinstance(number, int) and -1 <= number < LARGEST for number in numbers):
            return None
        generation, passages, key_sum, tokens, mark = numbers
        folder = PrivateFolder()
        if not all(folder.take(name, digest, self.files, earlier) for name, digest in manifest["files"].items()):
            return None
        part = IndexPart.opened(folder.path, tokens, mark)
        if tokens < len(part) or passages > len(part):
            return None
        return Kept(view.store_id, generation, passages, key_sum, part, folder)

    def _made(self, view: View) -> Kept:
        """Return a new index of all passages of a view."""
        keys = view.passage_keys()
        with contextlib.suppress(OSError, ValueError):
            folder = PrivateFolder()
            return self._saved(Kept.of(view, IndexPart.in_folder(folder.path, view, keys), folder), ())
        return Kept.of(view, IndexPart.in_memory(view, keys), None)

    def _grown(self, kept: Kept, view: View, tail: Sequence[int]) -> Kept:
        """Return an index with the passages of a tail added. The index before stays usable."""
        with contextlib.suppress(OSError, ValueError):
            if kept.folder is not None:
                before = set(kept.folder.digests.values())
                part = IndexPart.in_folder(kept.folder.path, view, tail, kept.part.tokens)
                return self._saved(Kept.of(view, part, kept.folder), before)
        return self._made(view)

    def _saved(self, kept: Kept, intact: Collection[str]) -> Kept:
        """Write the files of an index.

        Args:
            kept: The index.
            intact: Names of files that need not be written again.

        Raises:
            OSError: A private file cannot be read.
        """
        if kept.folder is not None and self.saves:
            named = kept.folder.contents()
            numbers = kept.generation, kept.passages, kept.key_sum, kept.part.tokens, kept.part.mark
            about = {"store": kept.store, "made_by": MADE_BY, **dict(zip(NUMBERS, numbers, strict=True))}
            contents = {digest: _copier(kept.folder.path / name) for name, digest in named.items()}
            self.files.save({**about, "files": named}, contents, intact)
        return kept


def _with_own_files(kept: Kept) -> Kept:
    """Return an index with files of this process, if they are those of the process that it was forked from."""
    if kept.folder is None or kept.folder.is_own:
        return kept
    with contextlib.suppress(OSError):
        return replace(kept, folder=kept.folder.linked())
    return replace(kept, folder=None)  # it stays mapped, and is made again when it grows


def _close_own(stack: contextlib.ExitStack, process: int) -> None:
    """Delete a folder, unless this process is a fork of the one that made it."""
    if process == os.getpid():
        stack.close()


def _made_from(view: View) -> dict[str, object]:
    """Return the entries of the manifest that say what an index is made from, except the generation."""
    return {"store": view.store_id, "made_by": MADE_BY}


def _copier(path: Path) -> Callable[[BinaryIO], object]:
    """Return a function that writes the content of a file."""

    def write(target: BinaryIO) -> None:
        with path.open("rb") as source:
            shutil.copyfileobj(source, target)

    return write


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
