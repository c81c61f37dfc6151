"""The file that names the process that is writing to the store, for the message of a busy store."""

import contextlib
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

WRITER_NAME = "writer"
"""File name. The content counts only while its process holds a lock on the file; the system releases the lock of a
killed process."""

MAX_BYTES = 4096


@contextlib.contextmanager
def recorded_writer(folder: Path) -> Iterator[None]:
    """Record this process as the writer during the block; failures to record are ignored."""
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


def current_writer(folder: Path) -> str | None:
    """Return the process that is writing, such as `process 4711 (footnote reindex)`; None if it is unknown."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        file = os.open(folder / WRITER_NAME, os.O_RDONLY)
        try:
            if _is_locked(file):
                recorded = json.loads(os.read(file, MAX_BYTES))
                process, command = int(recorded["process"]), str(recorded["command"])
                os.kill(process, 0)  # raises if the process is gone, whose content may remain after a kill
                return f"process {process} ({command})"
        finally:
            os.close(file)
    return None


def _is_locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _command() -> str:
    """Return the command and its first argument, the subcommand; later arguments may be secret."""
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
