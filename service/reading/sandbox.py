"""Untrusted files and texts, read and split in a separate process within limits."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from corpus.documents import ReadOptions, RemovedSpan, SourceDocument
from corpus.errors import SourceError
from corpus.files import SourceBytes
from corpus.readers import SourceProblem
from corpus.store import StoredDocument
from corpus.text import TokenizerFile
from service.reading.process import NotStartedError, ReadingProcess, SandboxLimits
from service.reading.session import OutOfMemory, ProcessLost, Session
from service.reading.splitting import PassageSizes, SplitText

Result = TypeVar("Result")

STEP_BYTES = 8 * 1024**2
"""The time limit of a file grows with each started step of this size."""

RECORD_S = 0.02
"""Seconds that each record adds to its file's time limit. The shortest takes 0.5 ms on an idle processor."""

RECYCLE_BYTES = 8 * 1024**2
"""Size of a file or text after which the process is replaced, because it does not return the memory."""


class ReadingCancelled(Exception):  # noqa: N818 - not an error
    """Raised after `Sandbox.cancel`."""


class _Failed(Exception):  # noqa: N818 - becomes a SourceError
    """The process failed.

    Args:
        reason: Why, as a clause.
        is_final: Whether another process would fail too.
    """

    def __init__(self, reason: str, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Sandbox:
    """Reads files and splits texts in a separate process, which is replaced after a crash.

    The process starts with the first request. A request that fails in a process with earlier requests is repeated once
    in a new one, so that no file is refused because of an earlier file. One thread at a time may use a sandbox; any
    thread may cancel it. Close it after use.

    Args:
        limits: Limits for each file.
    """

    def __init__(self, limits: SandboxLimits | None = None) -> None:
        self.limits = limits or SandboxLimits()
        self._session: Session | None = None
        self._lock = threading.Lock()
        self._is_cancelled = False

    def close(self) -> None:
        """End the process."""
        self._end()

    def cancel(self) -> None:
        """Make the current and all later requests raise `ReadingCancelled`."""
        with self._lock:
            self._is_cancelled = True
            if self._session is not None:
                self._session.process.kill()

    def mark_busy(self) -> None:
        """Prepare for requests, also after `cancel`."""
        self._is_cancelled = False
        if self._session is not None and not self._session.process.mark_busy():
            self._end()

    def mark_idle(self) -> None:
        """End the process after a while without requests."""
        if self._session is not None:
            self._session.forget_file()
            self._session.process.mark_idle()

    def read(
        self, file: SourceBytes, options: ReadOptions | None = None, *, clean: bool = True
    ) -> Iterator[SourceDocument | SourceProblem]:
        """Yield the documents of a file, and the problems of its records, as `read_documents` does.

        Args:
            file: Its bytes.
            options: How to read it.
            clean: Whether to mark the spans that passages exclude.

        Raises:
            SourceError: The file cannot be read, exceeds a limit or crashes its parser.
            ReadingCancelled: `cancel` was called.
        """
        options = options or ReadOptions()
        allowed = self._allowed(len(file.data))
        left = float(allowed)
        count = 0
        has_records = False
        while True:
            begun = time.monotonic()
            try:
                item = self._request(
                    allowed,
                    lambda session: session.read(file, options, clean=clean, skip=count, seconds=left),  # noqa: B023
                )
            except SourceError as error:
                if not has_records:
                    raise
                where = f"record {count + 1:,} and all later records were not read, and their stored versions stay"
                raise SourceError(f"{where}: {error}") from error
            left -= time.monotonic() - begun - self._granted
            if item is None:
                break
            count += 1
            has_records = not isinstance(item, SourceDocument) or item.file is not None
            left += RECORD_S if has_records else 0
            yield item
        if len(file.data) >= RECYCLE_BYTES:
            self._end()

    def split(
        self, document: SourceDocument | StoredDocument, text: str, sizes: PassageSizes, tokenizer: TokenizerFile
    ) -> SplitText:
        """Return the passages of a document.

        Args:
            document: The document that `read` returned last, or any other.
            text: Its canonical text.
            sizes: Sizes of passages and titles.
            tokenizer: The encoder's tokenizer.

        Raises:
            SourceError: The document cannot be split, or splitting it exceeds a limit.
            ReadingCancelled: `cancel` was called.
        """
        seconds = self._allowed(len(text))
        was_sent = self._session is not None and self._session.has_sent(document)
        split = self._request(seconds, lambda session: session.split(document, text, sizes, tokenizer, seconds))
        if len(text) >= RECYCLE_BYTES and not was_sent:
            self._end()
        return split

    def removed(self, text: str, media_type: str, pages: Sequence[int]) -> Sequence[RemovedSpan]:
        """Return the spans of a text that passages exclude.

        Raises:
            SourceError: Cleaning the text exceeds a limit.
            ReadingCancelled: `cancel` was called.
        """
        seconds = self._allowed(len(text))
        return self._request(seconds, lambda session: session.removed(text, media_type, pages, seconds))

    def draw(self, data: bytes, number: int, text: str, start: int, end: int) -> bytes:
        """Return a page of a PDF as a PNG; arguments as for `corpus.readers.draw_page`.

        Raises:
            SourceError: The page cannot be drawn, or drawing it exceeds a limit.
            ReadingCancelled: `cancel` was called.
        """
        seconds = self._allowed(len(data))
        png = self._request(seconds, lambda session: session.draw(data, number, text, start, end, seconds))
        if len(data) >= RECYCLE_BYTES:
            self._end()
        return png

    def _request(self, seconds: int, request: Callable[[Session], Result]) -> Result:
        """Return the result of a request. Repeat it once if it fails in a process with earlier requests."""
        is_new = self._session is None
        try:
            return self._attempt(seconds, request)
        except _Failed as failed:
            if is_new or failed.is_final:
                raise SourceError(str(failed)) from None
        try:
            return self._attempt(seconds, request)
        except _Failed as failed:
            raise SourceError(str(failed)) from None

    def _attempt(self, seconds: int, request: Callable[[Session], Result]) -> Result:
        try:
            return request(self._opened())
        except OutOfMemory:
            self._end()
            reason = f"reading it takes more than {self._memory} of memory; split it, or save it as text"
            raise _Failed(reason, is_final=False) from None
        except (ProcessLost, ValueError):  # ValueError: an invalid reply
            raise self._failure(seconds) from None
        except (SourceError, ReadingCancelled):
            raise
        except BaseException:  # Ctrl-C between request and reply: the next request would get this reply
            self._end()
            raise

    def _failure(self, seconds: int) -> Exception:
        """End the process and return what went wrong."""
        is_late = self._session is not None and self._session.process.late
        ended_by = self._end(wait=1.0)
        if self._is_cancelled:
            return ReadingCancelled()
        if is_late or ended_by == signal.SIGXCPU:
            reason = f"reading it took more than {seconds} seconds; split it, or save it in another format"
            return _Failed(reason, is_final=True)
        reason = f"its parser crashed or needed more than {self._memory} of memory; save it again, or as text"
        return _Failed(reason, is_final=False)

    def _opened(self) -> Session:
        with self._lock:
            if self._is_cancelled:
                raise ReadingCancelled
            if self._session is None:
                self._session = Session(self._started())
            return self._session

    def _started(self) -> ReadingProcess:
        """Start a process; try twice, because the system may kill the first one while it starts."""
        with contextlib.suppress(NotStartedError):
            return ReadingProcess(self.limits)
        return ReadingProcess(self.limits)

    def _end(self, wait: float = 0.0) -> int:
        with self._lock:
            session, self._session = self._session, None
        return 0 if session is None else session.process.end(wait)

    def _allowed(self, size: int) -> int:
        """Return the time limit in seconds for a file or text of this size."""
        return self.limits.seconds * (1 + size // STEP_BYTES)

    @property
    def _granted(self) -> float:
        return 0.0 if self._session is None else self._session.granted

    @property
    def _memory(self) -> str:
        return f"{self.limits.memory_bytes // 1024**2} MiB"
