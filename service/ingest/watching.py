"""Keeping in step with files while they change."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from watchfiles import watch
from watchfiles._rust_notify import WatchfilesRustInternalError

from corpus.errors import FootnoteError, SourceError
from corpus.files import SIDECAR_SUFFIX, absolute_path, find_files, is_wanted
from service.ingest.ingester import Ingester
from service.ingest.summary import IngestSummary
from service.runtime.progress import NoProgress

__all__ = ["Watch", "changes_of"]

QUIET_MS = 200
"""Changes that follow each other more closely than this are taken together."""

LONGEST_MS = 2000

Look = tuple[int, int]
"""Size and time of change of a file."""

NEW: Look = (-1, -1)
"""Of a file that was not looked at yet."""

LOOK_MS = 500
"""How long to wait for changes before looking again at files that were being written."""


def changes_of(paths: Iterable[Path], stop: threading.Event | None = None) -> Iterator[set[Path]]:
    """What changes under paths, as sets of absolute paths; an empty one now and then while nothing does.

    Nothing is missed from the first set on.

    Raises:
        SourceError: They cannot be watched.
    """
    paths = list(paths)
    for path in paths:
        if not path.exists():
            raise SourceError(f"There is no {path} to watch. Check the path.")
    missed: set[Path] = set()
    while True:
        looking = watch(
            *paths,
            watch_filter=None,
            debounce=LONGEST_MS,
            step=QUIET_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            stop_event=stop,
            ignore_permission_denied=True,
        )
        try:
            for changes in looking:
                yield {Path(path) for _, path in changes} | missed
                missed = set()
        except OSError as error:
            raise SourceError(
                f"The folders cannot be watched ({error.strerror or error}). Check that they are there, and the "
                "system's limit of watched folders."
            ) from error
        except WatchfilesRustInternalError:  # a name that is not UTF-8: until the next watch, anything may change
            missed = {absolute_path(path) for path in paths}
        else:
            return


class Watch:
    """Brings in what changes under paths, as often as it changes.

    A file is read when it looks the same at two looks in a row, so that one being written is left alone until it is
    whole. What fails is told and tried again when it changes; nothing but the end of the changes ends it.

    Args:
        ingester: What brings documents in.
        paths: Files and folders, as they were ingested before.
        prune: Remove documents whose files are deleted.
        tell: Told of each round that changed or refused anything.
        fail: Told of an error that cost a whole round; its files are tried again at the next look.
    """

    def __init__(
        self,
        ingester: Ingester,
        paths: Iterable[Path],
        *,
        prune: bool,
        tell: Callable[[IngestSummary], None],
        fail: Callable[[FootnoteError], None],
    ) -> None:
        self._ingester = ingester
        self._paths = list(paths)
        self._roots = [absolute_path(path) for path in self._paths]
        self._prune = prune
        self._tell = tell
        self._fail = fail
        self._pending: dict[Path, Look] = {}
        self._failed: str | None = None

    def follow(self, changes: Iterable[set[Path]]) -> None:
        """Bring in what the changes name, until there are no more or Ctrl-C is pressed."""
        try:
            for changed in changes:
                for path in changed:
                    self._note(path)
                if self._pending and self._round():
                    return
        except KeyboardInterrupt:
            return

    def _note(self, path: Path) -> None:
        if path.name.endswith(SIDECAR_SUFFIX):
            self._pending.update((file, NEW) for file in _beside(path) if self._is_ours(file))
        elif os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder may not be searched
            inside = [file for file in find_files([path]).files if self._is_ours(file)]
            self._pending.update(dict.fromkeys(inside, NEW))
        elif self._is_ours(path) or not path.suffix:  # what has no suffix may have been a folder
            self._pending[path] = NEW

    def _is_ours(self, path: Path) -> bool:
        return any(path == root or (path.is_relative_to(root) and is_wanted(path, root)) for root in self._roots)

    def _round(self) -> bool:
        """Bring in what has settled; return whether that was interrupted."""
        looks = {path: _looks(path) for path in self._pending}
        settled = [path for path, look in looks.items() if look is not None and look == self._pending[path]]
        gone = [path for path, look in looks.items() if look is None]
        self._pending.update({path: look for path, look in looks.items() if look is not None})
        # a file that has moved is one gone and one new: while any is being written, what is gone may come back
        waiting = len(settled) + len(gone) < len(looks)
        if not settled and (waiting or not gone):
            return False
        try:
            prune = self._paths if self._prune and gone and not waiting else ()
            summary = self._ingester.ingest(sorted(settled), NoProgress(), prune=prune, folders=self._roots)
        except FootnoteError as error:
            self._fail_once(error)
            return False
        self._failed = None
        for path in settled if waiting else looks:
            del self._pending[path]
        if summary.changed or summary.refused:
            self._tell(summary)
        return summary.stopped

    def _fail_once(self, error: FootnoteError) -> None:
        if str(error) != self._failed:
            self._failed = str(error)
            self._fail(error)


def _beside(sidecar: Path) -> list[Path]:
    """The files that a sidecar, which may be gone, can belong to."""
    name = sidecar.name.removesuffix(SIDECAR_SUFFIX)
    try:
        return [file for file in sidecar.parent.iterdir() if name in (file.name, file.stem)]
    except OSError:
        return []


def _looks(path: Path) -> Look | None:
    """How a file looks, or None if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
