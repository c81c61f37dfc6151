"""The victim of an attack as its attacker sees it: asked within a time, its memory watched, replaced when it dies."""

import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hostile.frames import read_frame, write_frame
from tests.hostile.generators import Case

__all__ = ["PARENT_BYTES", "STEP_BYTES", "Attacked", "Told"]

VICTIM = ("-m", "tests.hostile.victim")
STEP_BYTES = 8 * 1024**2
"""The time that a file may take grows with each step of this size that it begins."""

PARENT_BYTES = 768 * 1024**2
"""What the process that has files read may grow to: with the limited one it stays below 2 GiB."""

SLACK_S = 5.0
"""For starting a process, and for the good file that comes after each case."""

PATIENCE_S = 60.0
"""After all the time that a file may take, the victim counts as stuck."""

MOST_BYTES = 8 * 1024**3
"""Address space of the victim, so that not the whole machine pays for it."""

LOOK_S = 0.02
"""Between two looks at the memory of a victim that is at work."""


@dataclass(slots=True)
class Told:
    """What became of a case.

    Args:
        documents: That were read.
        characters: Of all of them.
        reasons: Why files, records or cuts were refused, and how often.
        faults: What must not be.
        seconds: From sending it to the answer, a good file after it included.
        worker: Most bytes in memory of the limited process, as far as that was looked at.
        parent: Most bytes in memory of the process that has files read.
    """

    documents: int = 0
    characters: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    worker: int = 0
    parent: int = 0


class Attacked:
    """A victim.

    Args:
        seconds: The limit of its sandbox.
        program: What the interpreter runs.
        patience: Seconds after which it counts as stuck, beyond those that a file may take.
    """

    def __init__(self, seconds: int, program: Sequence[str] = VICTIM, patience: float = PATIENCE_S) -> None:
        self.seconds = seconds
        self._program = (*program, str(seconds))
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Attacked":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, case: Case) -> Told:
        """Have a case read."""
        process = self._started()
        told = Told()
        begun = time.monotonic()
        step = self.seconds * (1 + len(case.data) // STEP_BYTES)
        until = begun + 4 * step + self._patience
        answer = self._answer(process, case, told, until)
        told.seconds = time.monotonic() - begun
        if answer is None:
            is_stuck = time.monotonic() >= until
            told.faults.append(f"stuck for {told.seconds:.0f} s" if is_stuck else "the parent died")
            self.close()
            return told
        told.documents, told.characters = answer["documents"], answer["characters"]
        told.reasons, told.faults = answer["reasons"], told.faults + answer["faults"]
        steps = step + self.seconds * (max(1, told.documents) + told.characters // STEP_BYTES)
        if told.seconds > 2 * steps + SLACK_S:  # what fails in a process that has read before is tried once more
            told.faults.append(f"took {told.seconds:.0f} s where {steps} are allowed")
        if told.parent > PARENT_BYTES:
            told.faults.append(f"the parent takes {told.parent // 1024**2} MiB")
        return told

    def close(self) -> None:
        """End it and its child processes."""
        process, self._process = self._process, None
        if process is None:
            return
        started = _children(process.pid)
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        for pid in started:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def _answer(self, process: subprocess.Popen[bytes], case: Case, told: Told, until: float) -> dict[str, Any] | None:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            write_frame(process.stdin, case.format.encode())
            write_frame(process.stdin, case.data)
        except OSError:
            return None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not selector.select(LOOK_S):
                self._look(process.pid, told)
                if time.monotonic() > until:
                    return None
        self._look(process.pid, told)
        frame = read_frame(process.stdout)
        return None if frame is None else json.loads(frame)

    def _look(self, pid: int, told: Told) -> None:
        told.parent = max(told.parent, _memory(pid))
        told.worker = max([told.worker, *map(_memory, _children(pid))])

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, *self._program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                preexec_fn=_limited,
            )
            assert self._process.stdout is not None
            read_frame(self._process.stdout)
        return self._process


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def _children(pid: int) -> list[int]:
    """The processes that a process has started; none where the system does not say."""
    try:
        tasks = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for children in tasks for child in children]


def _memory(pid: int) -> int:
    """Bytes of a process that lie in memory; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0
