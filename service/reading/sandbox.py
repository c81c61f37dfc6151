"""Files and texts of strangers, read and cut in another process within limits."""

import contextlib
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self, TypeVar

from pydantic import ValidationError

from corpus.documents import ReadOptions, RemovedSpan, SourceDocument
from corpus.errors import SourceError
from corpus.files import SourceBytes, printable
from corpus.readers import SourceProblem
from corpus.store import StoredDocument
from corpus.text import TokenizerFile
from service.reading.cutting import Cut, DocumentStructure, PassageSizes
from service.reading.process import NotStartedError, ReadingProcess, SandboxLimits
from service.reading.replies import checked_document, checked_passages, checked_spans
from service.reading.wire import (
    REPLY,
    Clean,
    CutDocument,
    CutText,
    DocumentReply,
    Done,
    Next,
    PassagesReply,
    ProblemReply,
    Read,
    Reply,
    SpansReply,
    Tokenizer,
)

__all__ = ["Cancelled", "Sandbox"]

Made = TypeVar("Made")

STEP_BYTES = 8 * 1024**2
"""The time that a file may take grows with each step of this size that it begins."""

RECORD_S = 0.02
"""What each record of a file adds to its time: the shortest takes half a millisecond where a processor is free."""

RECYCLE_BYTES = 8 * 1024**2
"""A process that has read this much at once is replaced afterwards, because it keeps the memory."""


class Cancelled(Exception):  # noqa: N818 - it was asked for
    """`Sandbox.cancel` was called."""


class _Failed(Exception):  # noqa: N818 - becomes a SourceError
    """The process died or broke the protocol: its last words, and whether another process would do the same."""

    def __init__(self, reason: str, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Sandbox:
    """Reads files and cuts texts in one other process, which is replaced when a file has cost it its life.

    The process is started with the first request. What fails in one that has worked before is tried once more in a new
    one, so that no file pays for those before it. One thread at a time may use a sandbox; any thread may cancel it.
    Close it, or use it in a `with` statement.

    Args:
        limits: For each file.
    """

    def __init__(self, limits: SandboxLimits | None = None) -> None:
        self.limits = limits or SandboxLimits()
        self._process: ReadingProcess | None = None
        self._tokenizer: tuple[str, int] | None = None
        self._place: tuple[SourceBytes, int] | None = None
        self._last: SourceDocument | None = None
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._seconds = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._end()

    def cancel(self) -> None:
        """Make what is being read or cut, and what is asked for from now on, raise `Cancelled`."""
        with self._lock:
            self._is_cancelled = True
            if self._process is not None:
                self._process.kill()

    def wake(self) -> None:
        """Take it into use again, after `cancel` too."""
        self._is_cancelled = False
        if self._process is not None and not self._process.wake():
            self._end()

    def rest(self) -> None:
        """Wait for what comes next; the process ends after a while in which nothing does."""
        self._place = self._last = None
        if self._process is not None:
            self._process.rest()

    def read(
        self, file: SourceBytes, options: ReadOptions | None = None, *, clean: bool = True
    ) -> Iterator[SourceDocument | SourceProblem]:
        """The documents of a file, as `read_documents` gives them, and what is wrong with records of it.

        Args:
            file: Its bytes.
            options: How to read it.
            clean: Whether to mark what no passage may use.

        Raises:
            SourceError: No document can be read from the file, or reading it breaks a limit or the parser.
            Cancelled: See `cancel`.
        """
        options = options or ReadOptions()
        left = float(self._allowed(len(file.data)))
        given = 0
        are_records = False
        while True:
            begun = time.monotonic()
            try:
                reply = self._tried(lambda: self._next(file, options, clean, given, left))  # noqa: B023 - called at once
            except SourceError as error:
                if not are_records:
                    raise
                where = f"record {given + 1:,} and those after it were not read, and what is stored of them stays"
                raise SourceError(f"{where}: {error}") from error
            left -= time.monotonic() - begun
            if isinstance(reply, Done):
                self._place = self._last = None
                self._recycled(len(file.data))
                if reply.reason is not None:
                    raise SourceError(reply.reason)
                return
            given += 1
            are_records = not isinstance(reply, SourceDocument) or reply.file is not None
            left += RECORD_S if are_records else 0
            self._place = (file, given)
            if isinstance(reply, SourceDocument):
                self._last = reply
            yield reply

    def cut(
        self, document: SourceDocument | StoredDocument, text: str, sizes: PassageSizes, tokenizer: TokenizerFile
    ) -> Cut:
        """The passages of a document.

        Args:
            document: That `read` gave last, or any other.
            text: Its canonical text.
            sizes: Of passages and titles.
            tokenizer: Of the encoder.

        Raises:
            SourceError: It cannot be cut, or cutting it breaks a limit.
            Cancelled: See `cancel`.
        """
        seconds = self._allowed(len(text))
        made = self._tried(lambda: self._cut(document, text, sizes, tokenizer, seconds))
        if len(text) >= RECYCLE_BYTES and self._last is not document:
            self._end()
        return made

    def removed(self, text: str, media_type: str, pages: Sequence[int]) -> Sequence[RemovedSpan]:
        """The spans of a text that cleaning takes out.

        Raises:
            SourceError: Cleaning it breaks a limit.
            Cancelled: See `cancel`.
        """
        return self._tried(lambda: self._removed(text, media_type, pages, self._allowed(len(text))))

    def _next(
        self, file: SourceBytes, options: ReadOptions, clean: bool, given: int, left: float
    ) -> SourceDocument | SourceProblem | Done:
        process = self._started()
        seconds = max(1, math.ceil(left))
        if self._place == (file, given) and given:
            self._sent(process.send(left, Next(seconds)))
        else:
            sidecar = file.sidecar
            name = sidecar.name if sidecar else None
            head = Read(printable(file.path.name), file.source, name, options, clean, given, seconds)
            self._sent(process.send(left, head, file.data, sidecar.data if sidecar else b""))
        reply = self._reply(left)
        if isinstance(reply, DocumentReply):
            return checked_document(reply.document, self._text(left), file)
        if isinstance(reply, ProblemReply):
            return reply.problem
        return self._checked(reply, Done)

    def _cut(
        self,
        document: SourceDocument | StoredDocument,
        text: str,
        sizes: PassageSizes,
        tokenizer: TokenizerFile,
        seconds: int,
    ) -> Cut:
        process = self._started()
        if self._tokenizer != (tokenizer.sha256, tokenizer.max_tokens):
            self._sent(process.send(seconds, Tokenizer(tokenizer.max_tokens), tokenizer.content.encode()))
            self._tokenizer = tokenizer.sha256, tokenizer.max_tokens
        if self._place is not None and self._last is document:
            self._sent(process.send(seconds, CutDocument(sizes, seconds)))
        else:
            self._place = self._last = None  # the process forgets the file that it was reading
            about = document.metadata
            structure = DocumentStructure(
                about.title, about.language, document.sections, document.pages, document.removed_spans
            )
            self._sent(process.send(seconds, CutText(structure, sizes, seconds), text.encode()))
        reply = self._reply(seconds)
        if isinstance(reply, Done):
            raise SourceError(reply.reason or "it cannot be cut into passages")
        return checked_passages(self._checked(reply, PassagesReply).cut, text)

    def _removed(self, text: str, media_type: str, pages: Sequence[int], seconds: int) -> Sequence[RemovedSpan]:
        process = self._started()
        self._place = self._last = None
        self._sent(process.send(seconds, Clean(media_type, pages, seconds), text.encode()))
        reply = self._reply(seconds)
        if isinstance(reply, Done):
            raise SourceError(reply.reason or "it cannot be cleaned")
        return checked_spans(self._checked(reply, SpansReply).spans, text)

    def _tried(self, ask: Callable[[], Made]) -> Made:
        """Ask; what fails in a process that has worked before is asked of a new one."""
        is_new = self._process is None
        try:
            return self._once(ask)
        except _Failed as failed:
            if is_new or failed.is_final:
                raise SourceError(str(failed)) from None
        try:
            return self._once(ask)
        except _Failed as failed:
            raise SourceError(str(failed)) from None

    def _once(self, ask: Callable[[], Made]) -> Made:
        try:
            return ask()
        except (ValidationError, ValueError):
            raise self._failure() from None
        except (_Failed, SourceError, Cancelled):
            raise
        except BaseException:  # Ctrl-C between question and answer: the next answer would be this one's
            self._end()
            raise

    def _reply(self, seconds: float) -> Reply:
        """The next message."""
        assert self._process is not None  # noqa: S101 - it was sent something
        frame = self._process.receive(seconds)
        if frame is None:
            raise self._failure()
        reply = REPLY.validate_json(frame)
        if isinstance(reply, Done) and reply.out_of_memory:
            self._end()
            raise _Failed(f"reading it takes more than {self._memory} of memory; split it, or save it as text", False)
        return reply

    def _text(self, seconds: float) -> str:
        """The text that follows a message."""
        assert self._process is not None  # noqa: S101 - as above
        frame = self._process.receive(seconds)
        if frame is None:
            raise self._failure()
        return frame.decode()

    def _sent(self, was_possible: bool) -> None:
        if not was_possible:
            raise self._failure()

    def _checked(self, reply: Reply, kind: type[Made]) -> Made:
        if not isinstance(reply, kind):
            raise self._failure()
        return reply

    def _failure(self) -> Exception:
        """What became of the process, which is ended."""
        process = self._process
        late = process is not None and process.late
        ended_by = self._end(wait=1.0)
        if self._is_cancelled:
            return Cancelled()
        if late or ended_by == signal.SIGXCPU:
            reason = f"reading it took more than {self._seconds} seconds; split it, or save it in another format"
            return _Failed(reason, True)
        return _Failed(
            f"its parser crashed or needed more than {self._memory}; it may be damaged, so save it again, or as text",
            False,
        )

    def _started(self) -> ReadingProcess:
        with self._lock:
            if self._is_cancelled:
                raise Cancelled
            if self._process is None:
                self._process = self._new_process()
            return self._process

    def _new_process(self) -> ReadingProcess:
        """A process; the second one, if the first is killed while it starts."""
        with contextlib.suppress(NotStartedError):
            return ReadingProcess(self.limits)
        return ReadingProcess(self.limits)

    def _end(self, wait: float = 0.0) -> int:
        with self._lock:
            process, self._process = self._process, None
            self._tokenizer = self._place = self._last = None
        return 0 if process is None else process.end(wait)

    def _recycled(self, size: int) -> None:
        if size >= RECYCLE_BYTES:
            self._end()

    def _allowed(self, size: int) -> int:
        """Seconds for a file or text of this size."""
        self._seconds = self.limits.seconds * (1 + size // STEP_BYTES)
        return self._seconds

    @property
    def _memory(self) -> str:
        return f"{self.limits.memory_bytes // 1024**2} MiB"
