"""Untrusted files, read in a separate process within limits."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from corpus.documents import SourceDocument
from corpus.errors import SourceError
from corpus.readers.content import ReadOptions
from corpus.readers.problems import SourceProblem
from corpus.readers.reading import UNTRUSTED, read_documents
from corpus.readers.sniffing import media_type_of
from corpus.readers.source import SourceBytes, printable
from corpus.readers.wire import FILE, OUT_OF_MEMORY, REPLY, Reply, read_frame, write_frame

__all__ = ["Sandbox", "SandboxLimits"]

WORKER = ("-m", "corpus.readers.worker")
"""What the interpreter runs."""

_SECONDS_TO_START = 60
"""An interpreter and its imports take half a second; a machine under load takes longer."""


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What reading one file may cost.

    Args:
        seconds: By the clock, and of processor time.
        memory_bytes: Address space of the reading process.
        reply_bytes: Of all that it answers about one file, as JSON.
    """

    seconds: int = 30
    memory_bytes: int = 1024**3
    reply_bytes: int = 512 * 1024**2


class Sandbox:
    """Reads files, those of untrusted formats in one other process, which is replaced when a file has cost it its life.

    The process is a new interpreter (nothing is forked), started with the first file that needs it. Threads may share
    a sandbox; they take turns. Close it, or use it in a `with` statement.

    Args:
        limits: For each file.
    """

    def __init__(self, limits: SandboxLimits | None = None) -> None:
        self._limits = limits or SandboxLimits()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def read(self, file: SourceBytes, options: ReadOptions | None = None) -> Iterator[SourceDocument | SourceProblem]:
        """The documents of a file, as `read_documents` gives them, wherever it is safe to read them.

        Raises:
            SourceError: No document can be read from the file, or reading it breaks a limit or the parser.
        """
        options = options or ReadOptions()
        if media_type_of(file, options.text_field) not in UNTRUSTED:
            yield from read_documents(file, options)
            return
        with self._lock:
            documents, reason = self._ask(file, options)
        if reason is not None:
            raise SourceError(reason)
        yield from documents

    def _ask(self, file: SourceBytes, options: ReadOptions) -> Reply:
        """Have a file read; what fails in a process that has read others is tried once more in a new one."""
        is_new = self._process is None
        reply, is_final = self._try(file, options)
        return reply if is_new or is_final else self._try(file, options)[0]

    def _try(self, file: SourceBytes, options: ReadOptions) -> tuple[Reply, bool]:
        """The reply, and whether another process would give the same."""
        process = self._started()
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._limits.seconds, stop)
        timer.start()
        try:
            reply = self._exchange(process, file, options)
        except BaseException:  # Ctrl-C between question and answer: the next answer would be this one's
            self._end()
            raise
        finally:
            timer.cancel()
        if reply is not None and reply[1] != OUT_OF_MEMORY:
            return reply, True
        ended_by = self._end()
        return ([], self._reason(reply, late.is_set(), ended_by)), late.is_set()

    def _exchange(self, process: subprocess.Popen[bytes], file: SourceBytes, options: ReadOptions) -> Reply | None:
        """Send a file and wait; None if the process ended, or answered what it may not."""
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
        sidecar = file.sidecar
        head = FILE.dump_json((printable(file.path.name), file.source, sidecar.name if sidecar else None, options))
        try:
            for frame in (head, file.data, sidecar.data if sidecar else b""):
                write_frame(process.stdin, frame)
            answer = read_frame(process.stdout, self._limits.reply_bytes)
            return None if answer is None else _checked(REPLY.validate_json(answer), file)
        except (OSError, ValidationError):
            return None

    def _reason(self, reply: Reply | None, late: bool, ended_by: int) -> str:
        if late or ended_by == signal.SIGXCPU:
            return f"reading it took more than {self._limits.seconds} seconds; save it anew, or as text"
        size = f"{self._limits.memory_bytes // 1024**2} MiB"
        if reply is not None:
            return f"reading it takes more than {size} of memory; split it, or save it as text"
        return f"its parser crashed or needed more than {size}; it may be damaged, so save it anew, or as text"

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        limits = self._limits
        process = self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-B", *WORKER, str(limits.memory_bytes), str(limits.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for whoever waits, not for the process between two files
        )
        assert process.stdout is not None  # noqa: S101 - a pipe
        timer = threading.Timer(_SECONDS_TO_START, process.kill)
        timer.start()
        try:
            ready = read_frame(process.stdout, 0)
        finally:
            timer.cancel()
        if ready is None:
            self._end()
            raise SourceError("the process that reads such files does not start; reinstall Footnote")
        return process

    def _end(self) -> int:
        """End the process; return the number of the signal that had ended it before, or 0."""
        process, self._process = self._process, None
        if process is None:
            return 0
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)  # it ends by itself when its input does
        process.kill()
        return max(0, -process.wait())


def _environment() -> dict[str, str]:
    """What finds the same modules, and no more: no settings, keys or proxies of whoever runs Footnote."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ", "HOME") if name in os.environ}
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)  # noqa: PTH100 - '' is the present folder
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**kept, **threads, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}


def _checked(reply: Reply, file: SourceBytes) -> Reply | None:
    """The reply, if it is about this file and its maps lie within its texts."""
    for item in reply[0]:
        if isinstance(item, SourceProblem) or item.source != file.source or item.source_sha256 != file.sha256:
            return None
        starts = [section.start for section in item.sections]
        for places in (starts, list(item.pages)):
            if places != sorted(places) or any(not 0 <= place <= len(item.text) for place in places):
                return None
    return reply
