"""Fast starts of many real `footnote` processes: each is forked from one with the imports done.

Run as a program it is that one: a line of JSON on standard input starts a process, a line on standard output says
its id, and a file beside its output its exit status.
"""

import contextlib
import ctypes
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.reliability.shim import Shim

__all__ = ["Forks", "Ran", "Running", "forks"]

NEEDED = (
    "corpus.readers corpus.cleaning embeddings embeddings.encoder.onnx_runtime service.answering service.opening"
    " service.http service.ingest service.retrieval service.runtime.progress service.schemas service.settings"
    " service.upkeep uvicorn threadpoolctl"
).split()

PR_SET_PDEATHSIG = 1
LOOK_S = 0.005
PATIENCE_S = 120
"""Far beyond the duration of anything here; a longer process hangs."""


@dataclass(frozen=True)
class Ran:
    """The output of a process."""

    status: int
    """Exit code, or the negative number of the signal that killed it."""
    out: str
    err: str


@dataclass(frozen=True)
class Running:
    """A started process."""

    pid: int
    out: Path
    err: Path

    def wait(self) -> Ran:
        """Wait for its end.

        Raises:
            TimeoutError: It hangs; it is killed.
        """
        status = self.out.with_suffix(".status")
        give_up = time.monotonic() + PATIENCE_S
        while not status.exists():
            if time.monotonic() > give_up:
                os.killpg(self.pid, signal.SIGKILL)
                raise TimeoutError(f"Process {self.pid} hangs: {self.err.read_text(errors='replace')[-300:]}")
            time.sleep(LOOK_S)
        ran = Ran(int(status.read_text()), *(path.read_text(errors="replace") for path in (self.out, self.err)))
        for path in (status, self.out, self.err):
            path.unlink()
        return ran


class Forks:
    """Starts `footnote ARGUMENTS…` in new processes.

    Args:
        server: The process that they are forked from.
        work: Where their output is kept.
        environment: What it was given.
    """

    def __init__(self, server: subprocess.Popen[str], work: Path, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._server = server
        self._work = work
        self._started = itertools.count()

    def start(self, *arguments: object, settings: Mapping[str, str] | None = None) -> Running:
        """Start a process, with additional environment variables."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        out = self._work / f"{next(self._started)}.out"
        err = out.with_suffix(".err")
        for path in (out, err):
            path.write_bytes(b"")
        command = {
            "arguments": [str(argument) for argument in arguments],
            "settings": dict(settings or {}),
            "out": str(out),
            "err": str(err),
        }
        self._server.stdin.write(json.dumps(command) + "\n")
        self._server.stdin.flush()
        return Running(int(self._server.stdout.readline()), out, err)

    def run(self, *arguments: object, settings: Mapping[str, str] | None = None) -> Ran:
        """Start a process and wait for its end."""
        return self.start(*arguments, settings=settings).wait()


@contextlib.contextmanager
def forks(work: Path, shim: Shim | None, settings: Mapping[str, str]) -> Iterator[Forks]:
    """Yield a starter of processes for the block.

    Args:
        work: A folder for their output and their temporary files.
        shim: Stands between them and the disk.
        settings: Environment variables for all of them.
    """
    (work / "tmp").mkdir(exist_ok=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": str(work / "tmp"), **settings}
    environment |= shim.environment if shim else {}
    command = [sys.executable, "-m", "tests.reliability.forking"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield Forks(server, work, environment)
    finally:
        server.communicate()  # at the end of its input it ends


def _serve(commands: IO[str], answers: IO[str]) -> None:
    outs: dict[int, Path] = {}

    def reap(*_: object) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                partial = outs[ended[0]].with_suffix(".partial")
                partial.write_text(str(os.waitstatus_to_exitcode(ended[1])))
                partial.rename(partial.with_suffix(".status"))

    while line := commands.readline():
        command = json.loads(line)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        pid = os.fork()
        if pid == 0:
            _become(**command)
        outs[pid] = Path(command["out"])
        signal.signal(signal.SIGCHLD, reap)
        reap()  # it may have ended already
        answers.write(f"{pid}\n")
        answers.flush()


def _become(arguments: Sequence[str], settings: Mapping[str, str], out: str, err: str) -> None:
    """Run `footnote ARGUMENTS…` in this process."""
    status = 70
    try:
        os.setsid()  # a process group of its own, all of which a kill ends
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # it does not outlive what started it
        for path, number in ((os.devnull, 0), (out, 1), (err, 2)):
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(handle, number)
            os.close(handle)
        os.environ.update(settings)
        sys.argv = ["footnote", *arguments]
        from service.cli import main

        try:
            main()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 70
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    for module in NEEDED:
        __import__(module)
    _serve(sys.stdin, sys.stdout)
