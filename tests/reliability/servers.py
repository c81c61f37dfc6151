"""Footnote in subprocesses, as an operator runs it: a server, and commands next to it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY = re.compile(r"^Footnote is ready at (http://\S+) \(", re.MULTILINE)
START_S = 120.0
STOP_S = 30.0
COMMAND_S = 900.0

__all__ = ["KEY", "Place", "ServerProcess", "Usage"]

KEY = "the-key-of-the-harness"

ONE_ADDRESS = {
    "FOOTNOTE_REQUESTS_PER_MINUTE": "0",
    "FOOTNOTE_KEY_REQUESTS_PER_MINUTE": "0",
    "FOOTNOTE_FEEDBACK_PER_MINUTE": "0",
    "FOOTNOTE_CONCURRENT": "2048",
    "FOOTNOTE_CONCURRENT_PER_CLIENT": "2048",
    "FOOTNOTE_PROXIES": "127.0.0.1",
}
"""All clients of a harness have one address; only the queue for answers limits them."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Usage of a process: memory in bytes, open descriptors, threads."""

    memory: int
    files: int
    threads: int


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running `footnote serve`.

    Args:
        url: Where it answers.
        port: The same address's port.
        process: Itself.
        log: The file that it writes to.
    """

    url: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def usage(self) -> Usage:
        """Return its present usage, from the system: the sum over its workers, if it has several."""
        each = [_usage(process) for process in self.workers() or [self.process.pid]]
        return Usage(sum(one.memory for one in each), sum(one.files for one in each), sum(one.threads for one in each))

    def workers(self) -> list[int]:
        """Return the process ids of its workers: the forks of its children."""
        parents: dict[int, int] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        children = {child for child, parent in parents.items() if parent == self.process.pid}
        return sorted(child for child, parent in parents.items() if parent in children)

    def said(self) -> str:
        """Return all of its output."""
        return self.log.read_text(errors="replace")

    def stop(self, signal_number: int = signal.SIGTERM) -> tuple[int | None, float]:
        """Stop it; return its exit code (None if it did not end) and the seconds."""
        begun = time.monotonic()
        self.process.send_signal(signal_number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_S)
        return self.process.poll(), time.monotonic() - begun


def _usage(process: int) -> Usage:
    at = Path("/proc") / str(process)
    status = (at / "status").read_text()
    named = dict(re.findall(r"^(VmRSS|Threads):\s+(\d+)", status, re.MULTILINE))
    return Usage(1024 * int(named["VmRSS"]), len(list((at / "fd").iterdir())), int(named["Threads"]))


@dataclass(frozen=True, slots=True)
class Place:
    """The work folder of a harness, with a data folder in it.

    Args:
        folder: Exists, and is nobody else's.
        settings: `FOOTNOTE_` variables beside the data folder.
        files: Descriptors that a server may have; what the system gives if None.
    """

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    files: int | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    def command(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run `footnote ARGUMENTS…` to its end."""
        return subprocess.run(
            _footnote(*arguments),
            env=self._environment(settings),
            capture_output=True,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )

    def begin(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        """Start `footnote ARGUMENTS…`."""
        return subprocess.Popen(
            _footnote(*arguments),
            env=self._environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @contextlib.contextmanager
    def serving(self, **settings: str) -> Iterator[ServerProcess]:
        """Yield a ready server on a free port of this machine; it is killed at the end unless stopped."""
        log = Path(tempfile.mkstemp(prefix="serve-", suffix=".log", dir=self.folder)[1])
        with log.open("wb") as file:
            process = subprocess.Popen(
                _footnote("serve", "--host", "127.0.0.1", "--port", "0", "--no-starter", files=self.files),
                env=self._environment({"FOOTNOTE_ADMIN_KEYS": KEY, **settings}),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        try:
            yield _ready(process, log)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        kept = {"FOOTNOTE_EXPORTS": str(self.folder / "exports")}  # unless the caller sets it
        own = {"PYTHONPATH": path, "HF_HUB_OFFLINE": "1", "FOOTNOTE_DATA": str(self.data)}
        return {**kept, **os.environ, **own, **ONE_ADDRESS, **self.settings, **settings}


def _footnote(*arguments: str, files: int | None = None) -> list[str]:
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files})); " if files else ""
    program = limit + "import sys; sys.argv[0] = 'footnote'; from service.cli import main; main()"
    return [sys.executable, "-P", "-c", program, *arguments]


def _ready(process: subprocess.Popen[bytes], log: Path) -> ServerProcess:
    give_up = time.monotonic() + START_S
    while time.monotonic() < give_up:
        found = READY.search(log.read_text(errors="replace"))
        if found:
            return ServerProcess(found[1], int(found[1].rpartition(":")[2]), process, log)
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"The server did not start: {log.read_text(errors='replace')}")
