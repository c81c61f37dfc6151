"""Footnote as a user starts it: commands and servers in processes of their own."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

import service
from eval.errors import TargetError

__all__ = ["ServerProcess", "seconds_of_command", "serving", "stopped_like_interrupted"]

READY = re.compile(r"Footnote is ready at (http://\S+) \(")
START_TIMEOUT_S = 300.0
"""Far beyond the budget, so that a slow start is measured and only a hanging one is given up."""
STOP_TIMEOUT_S = 30.0
COMMAND_TIMEOUT_S = 300.0
KEPT_LINES = 8


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running `footnote serve`.

    Args:
        url: Where it answers.
        pid: Its process id.
        ready_s: Seconds from its start until `/health/ready` answered.
        generation: Of the store it serves, as it says itself.
        said: The last lines that it wrote.
    """

    url: str
    pid: int
    ready_s: float
    generation: int
    said: deque[str]

    def last_words(self) -> str:
        """What it wrote last, to end a message with."""
        return _last_words(list(self.said))


@contextlib.contextmanager
def stopped_like_interrupted() -> Iterator[None]:
    """Within the block, SIGTERM ends this process as Ctrl-C does, so that no server is left behind."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def footnote_command(*arguments: str) -> list[str]:
    """The `footnote` command of the very code that runs here, installed or not."""
    return [sys.executable, "-P", "-c", "from service.cli import main; main()", *arguments]


def environment() -> dict[str, str]:
    """This process's environment, with this code before any other of its name; everybody may ask, without limit."""
    root = str(Path(str(service.__file__)).parent.parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    kept = {name: value for name, value in os.environ.items() if name not in ("FOOTNOTE_ACCESS", "FOOTNOTE_ASK_KEYS")}
    return {**kept, "PYTHONPATH": path, "FOOTNOTE_REQUESTS_PER_MINUTE": "0"}


def seconds_of_command(*arguments: str) -> float:
    """Run `footnote ARGUMENTS…` in a new process, and say how many seconds that took.

    Raises:
        TargetError: It failed; the message has its last words.
    """
    begun = time.perf_counter()
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
    seconds = time.perf_counter() - begun
    if ran.returncode != 0:
        words = _last_words(ran.stderr.splitlines())
        raise TargetError(f"'footnote {arguments[0]}' failed with exit code {ran.returncode}{words}")
    return seconds


@contextlib.contextmanager
def serving(data: Path) -> Iterator[ServerProcess]:
    """Start `footnote serve` on a free port of 127.0.0.1, wait until it is ready, and stop it at the end, in any case.

    Raises:
        TargetError: It does not start; the message has its last words.
    """
    command = footnote_command("serve", "--host", "127.0.0.1", "--port", "0", "--no-starter", "--data", str(data))
    begun = time.perf_counter()
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
        generation = _ready(url, listener)
        ready_s = time.perf_counter() - begun
        yield ServerProcess(url, process.pid, round(ready_s, 3), generation, listener.said)
    finally:
        _stop(process)
        listener.join()
        if process.stderr is not None:
            process.stderr.close()


class _Listener(threading.Thread):
    """Reads what a server says, so that it never waits for a reader, and keeps the last lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(name="bench-server-words", daemon=True)
        self.said: deque[str] = deque(maxlen=KEPT_LINES)
        self._process = process
        self._address: str | None = None
        self._known = threading.Event()

    def run(self) -> None:
        for line in self._process.stderr or ():
            self.said.append(line.rstrip())
            ready = READY.match(line)
            if ready:
                self._address = ready[1]
                self._known.set()
        self._known.set()  # it said its last

    def wait_for_address(self) -> str:
        """Where the server answers, as soon as it says so."""
        if not self._known.wait(START_TIMEOUT_S):
            raise TargetError(f"'footnote serve' was not ready within {START_TIMEOUT_S:.0f} seconds{self.words()}")
        if self._address is None:
            code = self._process.wait(STOP_TIMEOUT_S)
            raise TargetError(f"'footnote serve' ended with exit code {code} before it was ready{self.words()}")
        return self._address

    def words(self) -> str:
        """The server's last words, to end a message with."""
        return _last_words(list(self.said))


def _ready(url: str, listener: _Listener) -> int:
    try:
        response = httpx2.get(f"{url}/health/ready", timeout=START_TIMEOUT_S, trust_env=False)
        response.raise_for_status()
        return int(response.json()["generation"])
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise TargetError(
            f"'footnote serve' says it is ready, but {url}/health/ready does not ({type(error).__name__})"
            f"{listener.words()}"
        ) from error


def _stop(process: subprocess.Popen[str]) -> None:
    """Ask a server to stop; one that does not is killed."""
    process.terminate()
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_TIMEOUT_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _last_words(lines: list[str]) -> str:
    words = [line for line in lines if line.strip()][-KEPT_LINES:]
    return ". Its last words:\n  " + "\n  ".join(words) if words else ", and said nothing."
