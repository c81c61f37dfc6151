"""A file layer between a program and the disk that counts calls, kills and injects faults (see `shim.c`)."""

import ctypes
import enum
import errno
import mmap
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["CHANGES", "Action", "Kind", "Shim", "compiler", "layer"]

SOURCE = Path(__file__).with_name("shim.c")


class Kind(enum.IntFlag):
    """Kinds of calls."""

    WRITE = 1
    SYNC = 2
    TRUNCATE = 4
    RENAME = 8
    UNLINK = 16
    CREATE = 32
    MKDIR = 64
    RMDIR = 128
    OPEN = 256
    """Opening an existing file for writing: it changes nothing, but a read-only disk refuses it."""


CHANGES = Kind(255)
"""All kinds except opening for writing."""


class Action(enum.IntEnum):
    """Faults at a call."""

    COUNT = 0
    KILL_BEFORE = 1
    KILL_TORN = 2
    """After half of a write; before a call that writes nothing."""
    KILL_AFTER = 3
    FAIL = 4
    FAIL_SHORT = 5
    """A short write of half the data; a call that writes nothing fails."""


class _Plan(ctypes.Structure):
    _fields_ = (
        ("action", ctypes.c_uint32),
        ("error", ctypes.c_uint32),
        ("kinds", ctypes.c_uint32),
        ("lasting", ctypes.c_uint32),
        ("at", ctypes.c_uint64),
        ("count", ctypes.c_uint64),
        ("hits", ctypes.c_uint64),
        ("seen", ctypes.c_uint64 * len(Kind)),
        ("folder", ctypes.c_char * 1024),
        ("log", ctypes.c_char * 1024),
    )


def compiler() -> str | None:
    """Return a C compiler, if there is one."""
    return shutil.which("cc")


def layer(folder: Path) -> Path:
    """Compile the file layer into a folder; return the library."""
    library, command = folder / "shim.so", compiler()
    if command is None:
        raise FileNotFoundError("There is no C compiler 'cc'.")
    arguments = [command, "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(library), str(SOURCE)]
    subprocess.run([*arguments, "-lpthread"], check=True, capture_output=True, text=True)
    return library


class Shim:
    """Controls the faults of processes, before and while they run.

    Args:
        work: A folder to keep the library and the plan in.
    """

    def __init__(self, work: Path) -> None:
        self._library = layer(work)
        self._path = work / "plan"
        self._path.write_bytes(bytes(ctypes.sizeof(_Plan)))
        with self._path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._plan = _Plan.from_buffer(self._map)

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the environment that loads the file layer into a process."""
        return {"LD_PRELOAD": str(self._library), "RELIABILITY_PLAN": str(self._path)}

    def count(self, kinds: Kind = CHANGES) -> int:
        """Return the number of calls of these kinds since `plan`."""
        return sum(self._plan.seen[kind.bit_length() - 1] for kind in kinds)

    @property
    def hits(self) -> int:
        """Return the number of calls that met the planned fault."""
        return int(self._plan.hits)

    def plan(
        self,
        folder: Path | None,
        action: Action = Action.COUNT,
        at: int = 0,
        *,
        kinds: Kind = CHANGES,
        error: int = errno.ENOSPC,
        lasting: bool = False,
        log: Path | None = None,
    ) -> None:
        """Plan a fault, and reset the counters.

        Args:
            folder: Calls below it are counted; None ends it.
            action: What happens.
            at: At this call, the first being 1; 0 for none.
            kinds: Which calls are counted.
            error: With which error they fail.
            lasting: At each later one as well.
            log: Where to keep what they did.
        """
        plan: Any = self._plan
        plan.at = 0  # nothing happens while the rest is half said
        plan.folder = str(folder.resolve()).encode() if folder else b""
        plan.log = str(log).encode() if log else b""
        plan.action, plan.error, plan.kinds, plan.lasting = action, error, kinds, lasting
        plan.count = plan.hits = 0
        plan.seen = (ctypes.c_uint64 * len(Kind))()
        plan.at = at
