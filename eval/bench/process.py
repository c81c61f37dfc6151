"""Footnote commands and servers in subprocesses."""

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

import service
from eval.errors import TargetError

READY = re.compile(r"Footnote is ready at (http://\S+) \(")
START_TIMEOUT_S = 300.0
"""Far beyond the budget: a slow start is measured, a hanging one ends the benchmark."""
STOP_TIMEOUT_S = 30.0
COMMAND_TIMEOUT_S = 300.0
KEPT_LINES = 8


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running `footnote serve`.

    Args:
        url: Its address.
        pid: Its process id.
        ready_s: Seconds from its start until `/health/ready` answered.
        last_output: Returns its last output, as the end of a message.
    """

    url: str
    pid: int
    ready_s: float
    last_output: Callable[[], str]


def footnote_command(*arguments: str) -> list[str]:
    """Return the `footnote` command of this code, installed or not."""
    return [sys.executable, "-P", "-c", "from service.cli import main; main()", *arguments]


def environment() -> dict[str, str]:
    """Return this process's environment with this code first in the path, and without access control and rate limit."""
    root = str(Path(str(service.__file__)).parent.parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    kept = {name: value for name, value in os.environ.items() if name not in ("FOOTNOTE_ACCESS", "FOOTNOTE_ASK_KEYS")}
    return {**kept, "PYTHONPATH": path, "FOOTNOTE_REQUESTS_PER_MINUTE": "0"}


def seconds_of_command(*arguments: str) -> float:
    """Run `footnote ARGUMENTS…` in a new process and return the seconds.

    Raises:
        TargetError: The command failed; the message has its last output.
    """
    start = time.perf_counter()
    try:
        ran = subprocess.run(  # noqa: S603 - our own command
            footnote_command(*arguments),
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TargetError(f"'footnote {arguments[0]}' did not end within {COMMAND_TIMEOUT_S:.0f} seconds.") from error
    seconds = time.perf_counter() - start
    if ran.returncode != 0:
        output = _last_output(ran.stderr.splitlines())
        raise TargetError(f"'footnote {arguments[0]}' failed with exit code {ran.returncode}{output}")
    return seconds


@contextlib.contextmanager
def serving(data: Path) -> Iterator[ServerProcess]:
    """Run `footnote serve` on a free port of 127.0.0.1 within the block, ready to answer.

    Raises:
        TargetError: The server does not start; the message has its last output.
    """
    command = footnote_command("serve", "--host", "127.0.0.1", "--port", "0", "--no-starter", "--data", str(data))
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own command
        command,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    listener = _Listener(process)
    listener.start()
    try:
        url = listener.wait_for_address()
        _check_ready(url, listener)
        ready_s = time.perf_counter() - start
        yield ServerProcess(url, process.pid, round(ready_s, 3), listener.last_output)
    finally:
        _stop(process)
        listener.join()
        if process.stderr is not None:
            process.stderr.close()


class _Listener(threading.Thread):
    """Reads the output of a server, so that its pipe never fills, and keeps the last lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(name="bench-server-output", daemon=True)
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._process = process
        self._address: str | None = None
        self._known = threading.Event()

    def run(self) -> None:
        for line in self._process.stderr or ():
            self.lines.append(line.rstrip())
            ready = READY.match(line)
            if ready:
                self._address = ready[1]
                self._known.set()
        self._known.set()  # end of output

    def wait_for_address(self) -> str:
        """Wait for the server's address."""
        if not self._known.wait(START_TIMEOUT_S):
            raise TargetError(
                f"'footnote serve' was not ready within {START_TIMEOUT_S:.0f} seconds{self.last_output()}"
            )
        if self._address is None:
            code = self._process.wait(STOP_TIMEOUT_S)
            raise TargetError(f"'footnote serve' ended with exit code {code} before it was ready{self.last_output()}")
        return self._address

    def last_output(self) -> str:
        """Return the server's last output, as the end of a message."""
        return _last_output(list(self.lines))


def _check_ready(url: str, listener: _Listener) -> None:
    try:
        httpx2.get(f"{url}/health/ready", timeout=START_TIMEOUT_S, trust_env=False).raise_for_status()
    except httpx2.HTTPError as error:
        raise TargetError(
            f"'footnote serve' reported that it is ready, but {url}/health/ready failed ({type(error).__name__})"
            f"{listener.last_output()}"
        ) from error


def _stop(process: subprocess.Popen[str]) -> None:
    """Stop a server; kill it after a timeout."""
    process.terminate()
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_TIMEOUT_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _last_output(lines: list[str]) -> str:
    written = [line for line in lines if line.strip()][-KEPT_LINES:]
    return ". Its last output:\n  " + "\n  ".join(written) if written else " without output."
