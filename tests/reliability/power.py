"""Cut the power at every call, and check the possible contents of the disk.

    python -m tests.reliability.power --every-call

Written data is surely on the disk after fsync. Before it, any part of it may be there. A run is recorded once, with all
its writes. Each moment of it is then rebuilt on a disk that kept

- nothing that was not synced, names of files included (`strict`), or
- names, but no contents (`names`), as some file systems do, or
- a random part of the later writes, sector by sector (`some`).
"""

import contextlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from corpus.errors import FootnoteError
from corpus.store.database import DATABASE_NAME
from corpus.store.view import View
from service.runtime.progress import Progress, progress_for
from tests.reliability.scenarios import Workshop, between, text_of
from tests.reliability.shim import Kind
from tests.reliability.states import EMPTY, State, ViolationError, state_of
from tests.reliability.trials import drawn, end

__all__ = ["POLICIES", "Disk", "Recording", "check", "recorded"]

SECTOR = 512
HEAD = struct.Struct("=QQQQq")
READER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN")
connection.execute("SELECT count(*) FROM documents").fetchall()
print("ready", flush=True)
sys.stdin.read()
"""
POLICIES = ("strict", "names", "some")


@dataclass(eq=False)
class File:
    """Written data, and its synced part."""

    now: bytearray = field(default_factory=bytearray)
    synced: bytes = b""

    def write(self, at: int, data: bytes) -> None:
        """Write at an offset, which may be beyond the end."""
        if at > len(self.now):
            self.now.extend(bytes(at - len(self.now)))
        self.now[at : at + len(data)] = data

    def truncate(self, size: int) -> None:
        """Truncate, or extend with zeros."""
        del self.now[size:]
        self.now.extend(bytes(size - len(self.now)))

    def sync(self) -> None:
        """Sync to the disk."""
        self.synced = bytes(self.now)

    def some(self, chance: random.Random) -> bytes:
        """Choose for each sector the written or the synced data, and one of both sizes."""
        size = chance.choice((len(self.now), len(self.synced)))
        both = [bytes(each) + bytes(max(0, size - len(each))) for each in (self.now, self.synced)]
        return b"".join(chance.choice(both)[at : at + SECTOR] for at in range(0, size, SECTOR))[:size]


@dataclass(eq=False)
class Folder:
    """Names, and the synced ones."""

    now: dict[str, "File | Folder"] = field(default_factory=dict)
    synced: dict[str, "File | Folder"] = field(default_factory=dict)

    def sync(self) -> None:
        """Sync the names to the disk."""
        self.synced = dict(self.now)


class Disk:
    """A folder, as it is written call by call.

    Args:
        root: Where it was when the calls were recorded.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._top = Folder()

    def do(self, kind: Kind, path: str, other: str, data: bytes, at: int) -> None:
        """Apply a call."""
        parent, name = self._place(path)
        if parent is None or name.endswith(" (deleted)"):  # it has no name any more
            return
        if kind == Kind.WRITE:
            parent.now.setdefault(name, File())  # made by someone who was not recorded
        found = parent.now.get(name) if name else parent
        if kind == Kind.RENAME:
            target, new = self._place(other)
            if target is not None and found is not None:
                target.now[new] = parent.now.pop(name)
        elif kind in (Kind.UNLINK, Kind.RMDIR):
            parent.now.pop(name, None)
        elif kind in (Kind.MKDIR, Kind.CREATE):
            parent.now[name] = Folder() if kind == Kind.MKDIR else File()
        elif found is not None:
            _written(found, kind, data, at)

    def after_power_cut(self, place: Path, policy: str, chance: random.Random) -> None:
        """Write the surviving files to a path."""
        _made(self._top, place, policy, chance)

    def _place(self, path: str) -> tuple[Folder | None, str]:
        *above, name = Path(path).relative_to(self._root).parts or ("",)
        folder = self._top
        for part in above:
            below = folder.now.get(part)
            if not isinstance(below, Folder):
                return None, name
            folder = below
        return folder, name


def _written(found: File | Folder, kind: Kind, data: bytes, at: int) -> None:
    if kind == Kind.SYNC:
        found.sync()
    elif kind == Kind.WRITE and isinstance(found, File):
        found.write(at, data)
    elif kind == Kind.TRUNCATE and isinstance(found, File):
        found.truncate(at)


def _made(folder: Folder, place: Path, policy: str, chance: random.Random) -> None:
    place.mkdir()
    names = folder.synced if policy == "strict" or (policy == "some" and chance.random() < 1 / 2) else folder.now
    for name, found in names.items():
        if isinstance(found, Folder):
            _made(found, place / name, policy, chance)
        else:
            (place / name).write_bytes(found.some(chance) if policy == "some" else found.synced)


@dataclass(frozen=True)
class Recording:
    """Commands on one data folder, in sequence.

    Args:
        root: The folder above it.
        calls: Arguments of `Disk.do`.
        ends: After how many calls each command was done, and said so.
        allowed: For each command the states from the one before to the one after it.
    """

    root: Path
    calls: Sequence[tuple[Kind, str, str, bytes, int]]
    ends: Sequence[int]
    allowed: Sequence[Sequence[State]]

    def allowed_at(self, call: int) -> Sequence[State]:
        """Return the possible states if the power is cut before a call."""
        done = sum(end <= call for end in self.ends)
        return self.allowed[done] if done < len(self.allowed) else self.allowed[-1][-1:]


def recorded(shop: Workshop) -> Recording:
    """Record the calls of commands on a new data folder."""
    root, log, files = (shop.folder / name for name in ("disk", "calls", "power-files"))
    for folder in (root, files):
        folder.mkdir()
    data = root / "data"
    for at in range(5):
        (files / f"{at}.txt").write_text(text_of(at, 6))
    states, ends, allowed = [EMPTY], [], []
    with contextlib.ExitStack() as readers:
        for step in ("ingest", "change", "remove", "reindex"):
            arguments: tuple[object, ...] = ("reindex",)
            if step == "change":
                (files / "0.txt").write_text(text_of(50))
                (files / "1.txt").unlink()
            if step in ("ingest", "change"):
                arguments = ("ingest", files, "--prune")
            elif step == "remove":
                arguments = ("documents", "remove", "2", "3")
            shop.shim.plan(root, log=log)
            ran = shop.forks.run(*arguments, "--data", data)
            shop.shim.plan(None)
            if ran.status:
                raise ViolationError(f"{step} ended with {ran.status}: {ran.err[-300:]}")
            ends.append(len(_calls(log)))
            states.append(_without_a_trace(data))
            before, after = states[-2:]
            with View(data) as view:
                order = [source.id for source in view.sources()]
            readers.enter_context(_read_by_another(data))
            allowed.append(between(before, after, order) if arguments[0] == "ingest" else [before, after])
    return Recording(root, _calls(log), ends, allowed)


@contextlib.contextmanager
def _read_by_another(data: Path) -> Iterator[None]:
    """While another process reads a store, commits stay in SQLite's log, as with a running server."""
    command = [sys.executable, "-c", READER, str(data / DATABASE_NAME)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        yield
        reader.communicate()


def _without_a_trace(data: Path) -> State:
    """Return the state of a copy, because opening a store writes to its folder."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(data, Path(folder) / "data")
        return state_of(Path(folder) / "data")


def _calls(log: Path) -> list[tuple[Kind, str, str, bytes, int]]:
    content, at, calls = log.read_bytes(), 0, []
    while at < len(content):
        kind, path, other, size, offset = HEAD.unpack_from(content, at)
        data = size if kind == Kind.WRITE else 0
        parts = []
        at += HEAD.size
        for length in (path, other, data):
            parts.append(content[at : at + length])
            at += length
        calls.append((Kind(kind), parts[0].decode(), parts[1].decode(), parts[2], offset))
    return calls


def check(
    recording: Recording, moments: Mapping[int, Sequence[str]], chance: random.Random, progress: Progress
) -> Iterator[str]:
    """Cut the power at some calls; return the violations.

    Args:
        recording: What is done.
        moments: For each call, what the disk may keep.
        chance: Draws which parts.
        progress: Reports each cut.
    """
    disk = Disk(recording.root)
    progress.start(sum(map(len, moments.values())), "power cuts")
    for at in range(len(recording.calls) + 1):
        for policy in moments.get(at, ()):
            with tempfile.TemporaryDirectory(prefix="reliability-") as folder:
                place = Path(folder) / "disk"
                disk.after_power_cut(place, policy, chance)
                try:
                    found = state_of(place / "data")
                    if found not in recording.allowed_at(at):
                        raise ViolationError(f"{found} is none of the states allowed")
                except (ViolationError, FootnoteError) as error:
                    yield f"power cut before call {at}, {policy}: {error}"
            progress.advance()
        if at < len(recording.calls):
            disk.do(*recording.calls[at])
    progress.finish()


@click.command()
@click.option("--every-call", "every", is_flag=True, help="At every call, not at a sample of them.")
@click.option("--sample", default=100, show_default=True, help="Size of the sample.")
@click.option("--seed", type=int, help="What is drawn with.")
def main(every: bool, sample: int, seed: int | None) -> None:
    """Cut the power, and check what is left."""
    with drawn(seed) as (shop, chance):
        recording = recorded(shop)
        calls = range(len(recording.calls) + 1)
        chosen = calls if every else sorted(chance.sample(calls, min(sample, len(calls))))
        violations = list(check(recording, dict.fromkeys(chosen, POLICIES), chance, progress_for()))
    figures = f"| {len(calls)} | {len(chosen) * len(POLICIES)} | {len(violations)} |"
    end(f"| calls | power cuts | violations |\n|---|---|---|\n{figures}", violations)


if __name__ == "__main__":
    main()
