"""Whose turn it is to write to the store, for whoever finds it busy."""

import contextlib
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["WRITER_NAME", "having_turn", "who_has_turn"]

WRITER_NAME = "writer"
"""The file that names the process in a transaction. It is believed only while that process holds a lock on it, which
the system releases even if it is killed."""

MOST_BYTES = 4096


@contextlib.contextmanager
def having_turn(folder: Path) -> Iterator[None]:
    """Say that this process is writing to a store, until the block ends. That it cannot be said stops nothing."""
    file = None
    try:
        with contextlib.suppress(OSError):
            file = os.open(folder / WRITER_NAME, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(file, 0)
            os.write(file, json.dumps({"process": os.getpid(), "command": _command()}).encode())
        yield
    finally:
        if file is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(file, 0)
            os.close(file)


def who_has_turn(folder: Path) -> str | None:
    """The process that is writing to a store, such as `process 4711 (footnote reindex)`; None if it is not known."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        file = os.open(folder / WRITER_NAME, os.O_RDONLY)
        try:
            if _is_held(file):
                said = json.loads(os.read(file, MOST_BYTES))
                process, command = int(said["process"]), str(said["command"])
                os.kill(process, 0)  # raises if there is none: a killed one's words may still stand there
                return f"process {process} ({command})"
        finally:
            os.close(file)
    return None


def _is_held(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _command() -> str:
    """The command and its first argument, which tells what it does; the others may be nobody else's business."""
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
