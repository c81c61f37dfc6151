"""Ingest files whenever they change."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from watchfiles import watch
from watchfiles._rust_notify import WatchfilesRustInternalError

from corpus.errors import FootnoteError, SourceError
from corpus.files import SIDECAR_SUFFIX, absolute_path
from corpus.readers import find_files, is_wanted
from service.ingest.ingester import Ingester
from service.ingest.summary import IngestSummary
from service.runtime.progress import NoProgress

QUIET_MS = 200
"""Milliseconds without a change after which changes are reported together."""

LONGEST_MS = 2000
"""Milliseconds after which changes are reported even if more follow."""

State = tuple[int, int]
"""Size and modification time of a file."""

UNKNOWN: State = (-1, -1)
"""State of a file that has not been checked yet."""

POLL_MS = 500
"""Milliseconds to wait for changes before checking unfinished files again."""


def changes_of(paths: Iterable[Path], stop: threading.Event | None = None) -> Iterator[set[Path]]:
    """Yield sets of changed absolute paths below paths, and an empty set every `POLL_MS` without a change.

    From the first set on, no change is missed.

    Raises:
        SourceError: The paths cannot be watched.
    """
    paths = list(paths)
    for path in paths:
        if not path.exists():
            raise SourceError(f"There is no file or folder {path}. Check the path.")
    missed: set[Path] = set()
    while True:
        watcher = watch(
            *paths,
            watch_filter=None,
            debounce=LONGEST_MS,
            step=QUIET_MS,
            rust_timeout=POLL_MS,
            yield_on_timeout=True,
            stop_event=stop,
            ignore_permission_denied=True,
        )
        try:
            for changes in watcher:
                yield {Path(path) for _, path in changes} | missed
                missed = set()
        except OSError as error:
            raise SourceError(
                f"The folders cannot be watched ({error.strerror or error}). Check that they exist, and raise the "
                "system's limit of watched folders (fs.inotify.max_user_watches)."
            ) from error
        except WatchfilesRustInternalError:  # a name is not UTF-8: anything may change until the next watch
            missed = {absolute_path(path) for path in paths}
        else:
            return


class Watch:
    """Ingests changed files below paths.

    A file is read when its state is the same in two checks in a row, so that an unfinished file is left alone. A
    failure is reported, and the file is tried again when it changes. Only the end of the changes ends the watch.

    Args:
        ingester: Ingests the files.
        paths: Files and folders that were ingested before.
        prune: Whether to remove documents of deleted files.
        report: Called after each round with a change or a refusal.
        fail: Called with the error of a failed round. Its files are tried again.
    """

    def __init__(
        self,
        ingester: Ingester,
        paths: Iterable[Path],
        *,
        prune: bool,
        report: Callable[[IngestSummary], None],
        fail: Callable[[FootnoteError], None],
    ) -> None:
        self._ingester = ingester
        self._paths = list(paths)
        self._roots = [absolute_path(path) for path in self._paths]
        self._prune = prune
        self._report = report
        self._fail = fail
        self._pending: dict[Path, State] = {}
        self._failed: str | None = None

    def follow(self, changes: Iterable[set[Path]]) -> None:
        """Ingest changes until there are no more or Ctrl-C is pressed."""
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
            self._pending.update((file, UNKNOWN) for file in _beside(path) if self._is_ours(file))
        elif os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for unreadable parents
            inside = [file for file in find_files([path]).files if self._is_ours(file)]
            self._pending.update(dict.fromkeys(inside, UNKNOWN))
        elif self._is_ours(path) or not path.suffix:  # without a suffix, it may have been a folder
            self._pending[path] = UNKNOWN

    def _is_ours(self, path: Path) -> bool:
        return any(path == root or (path.is_relative_to(root) and is_wanted(path, root)) for root in self._roots)

    def _round(self) -> bool:
        """Ingest the files that no longer change. Return whether that was interrupted."""
        states = {path: _state(path) for path in self._pending}
        settled = [path for path, state in states.items() if state is not None and state == self._pending[path]]
        gone = [path for path, state in states.items() if state is None]
        self._pending.update({path: state for path, state in states.items() if state is not None})
        # a moved file is one gone and one new: until all files are complete, a gone one may reappear
        waiting = len(settled) + len(gone) < len(states)
        if not settled and (waiting or not gone):
            return False
        try:
            prune = self._paths if self._prune and gone and not waiting else ()
            summary = self._ingester.ingest(sorted(settled), NoProgress(), prune=prune, folders=self._roots)
        except FootnoteError as error:
            self._fail_once(error)
            return False
        self._failed = None
        for path in settled if waiting else states:
            del self._pending[path]
        if summary.changed or summary.refused:
            self._report(summary)
        return summary.stopped

    def _fail_once(self, error: FootnoteError) -> None:
        if str(error) != self._failed:
            self._failed = str(error)
            self._fail(error)


def _beside(sidecar: Path) -> list[Path]:
    """Return the files that a sidecar, possibly deleted, can belong to."""
    name = sidecar.name.removesuffix(SIDECAR_SUFFIX)
    try:
        return [file for file in sidecar.parent.iterdir() if name in (file.name, file.stem)]
    except OSError:
        return []


def _state(path: Path) -> State | None:
    """Return the state of a file, or None if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
