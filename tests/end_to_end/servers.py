"""A real server process, as a user starts it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READY = re.compile(r"Footnote is ready at (http://\S+) \(")
STOP_TIMEOUT_S = 30


@dataclass(frozen=True)
class Server:
    """A running `footnote serve`."""

    url: str
    process: subprocess.Popen[str]
    said: list[str]

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """Stop it and return its exit code."""
        self.process.send_signal(signal_number)
        return self.process.wait(STOP_TIMEOUT_S)


def footnote_command() -> list[str]:
    """Return the installed `footnote` command of this interpreter."""
    return [str(Path(sys.executable).with_name("footnote"))]


@contextlib.contextmanager
def serving(data: Path, *arguments: str) -> Iterator[Server]:
    """Run `footnote serve` on a free port within the block, ready to answer."""
    command = [*footnote_command(), "serve", "--port", "0", "--data", str(data), *arguments]
    with running(command, {**os.environ, "HF_HUB_OFFLINE": "1"}) as server:
        yield server


@contextlib.contextmanager
def running(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Server]:
    """Run a command that serves within the block, ready to answer."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            ready = READY.match(line)
            if ready:
                yield Server(ready[1], process, said)
                return
        raise AssertionError(f"the server ended with {process.wait()} before it was ready: {''.join(said)}")
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
