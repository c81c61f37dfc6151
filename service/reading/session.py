"""Requests to one reading process, and the state that the process keeps between them."""

import math
import time
from collections.abc import Sequence
from typing import TypeVar

from corpus.documents import ReadOptions, RemovedSpan, SourceDocument
from corpus.errors import SourceError
from corpus.files import SourceBytes, printable
from corpus.readers import SourceProblem
from corpus.store import StoredDocument
from corpus.text import TokenizerFile
from service.reading.process import ReadingProcess
from service.reading.protocol import (
    Clean,
    DrawPage,
    End,
    LoadTokenizer,
    NextDocument,
    PageBegun,
    Picture,
    ReadFile,
    Removed,
    Split,
    decode,
    encode,
)
from service.reading.reply_checks import check_spans, checked_document, checked_picture
from service.reading.splitting import DocumentStructure, PassageSizes, SplitText

Reply = TypeVar("Reply")

PAGE_S = 120.0
"""Seconds by which a page that is recognised extends the time limit of its file: twice its processor time."""

RECOGNITION_S = 3600.0
"""Most seconds by which all pages of a file do."""


class ProcessLost(Exception):  # noqa: N818 - becomes a SourceError
    """The process ended, was late, or sent an invalid reply."""


class OutOfMemory(ProcessLost):
    """The process reached its memory limit."""


class Session:
    """Requests to a reading process.

    The methods raise `SourceError` if the file or text is refused, and `ProcessLost` if the process failed; the session
    is then of no further use.

    Args:
        process: The process. The session is its only user.

    Attributes:
        granted: Seconds by which the time limit of the last document was extended, because pages were recognised.
    """

    def __init__(self, process: ReadingProcess) -> None:
        self.process = process
        self._tokenizer: tuple[str, int] | None = None
        self._position: tuple[SourceBytes, int] | None = None
        self._last: SourceDocument | None = None
        self.granted = 0.0

    def has_sent(self, document: object) -> bool:
        """Return whether the process still has this document."""
        return self._last is document

    def forget_file(self) -> None:
        """Forget the current file. The process drops it with its next request."""
        self._position = self._last = None

    def read(
        self, file: SourceBytes, options: ReadOptions, *, clean: bool, skip: int, seconds: float
    ) -> SourceDocument | SourceProblem | None:
        """Return a document of a file, or a problem of a record; None at the end.

        Args:
            file: Its bytes.
            options: How to read it.
            clean: Whether to mark the spans that passages exclude.
            skip: Number of documents and problems before this one.
            seconds: Time limit.
        """
        processor_seconds = max(1, math.ceil(seconds))
        if skip and self._position == (file, skip):
            self._send(seconds, NextDocument(processor_seconds))
        else:
            name = file.sidecar.name if file.sidecar else None
            beside = file.sidecar.data if file.sidecar else b""
            head = ReadFile(processor_seconds, printable(file.path.name), file.source, name, options, clean, skip)
            self._send(seconds, head, file.data, beside)
        self.forget_file()
        reply = self._receive_extended(seconds)
        if isinstance(reply, SourceDocument):
            reply = self._last = checked_document(reply, self._frame(seconds).decode(), file)
        elif not isinstance(reply, SourceProblem):
            self._expected(reply, End)
            return None
        self._position = (file, skip + 1)
        return reply

    def split(
        self,
        document: SourceDocument | StoredDocument,
        text: str,
        sizes: PassageSizes,
        tokenizer: TokenizerFile,
        seconds: int,
    ) -> SplitText:
        """Return the passages of a document."""
        if self._tokenizer != (tokenizer.sha256, tokenizer.max_tokens):
            self._send(seconds, LoadTokenizer(tokenizer.max_tokens), tokenizer.content.encode())
            self._tokenizer = tokenizer.sha256, tokenizer.max_tokens
        if self.has_sent(document):
            self._send(seconds, Split(seconds, sizes))
        else:
            self.forget_file()
            self._send(seconds, Split(seconds, sizes, DocumentStructure.of(document)), text.encode())
        split = self._expected(self._receive(seconds), SplitText)
        check_spans(split.passages, text)
        return split

    def removed(self, text: str, media_type: str, pages: Sequence[int], seconds: int) -> Sequence[RemovedSpan]:
        """Return the spans of a text that passages exclude."""
        self.forget_file()
        self._send(seconds, Clean(seconds, media_type, pages), text.encode())
        spans = self._expected(self._receive(seconds), Removed).spans
        check_spans(spans, text)
        return spans

    def draw(self, data: bytes, number: int, text: str, start: int, end: int, seconds: int) -> bytes:
        """Return a picture of a page."""
        self.forget_file()
        self._send(seconds, DrawPage(seconds, number, start, end), data, text.encode())
        self._expected(self._receive(seconds), Picture)
        return checked_picture(self._frame(seconds))

    def _send(self, seconds: float, request: object, *frames: bytes) -> None:
        if not self.process.send(seconds, encode(request), *frames):
            raise ProcessLost

    def _receive_extended(self, seconds: float) -> object:
        """Return the next reply. Each page that is recognised before it extends the time limit."""
        deadline = time.monotonic() + seconds
        self.granted = 0.0
        reply = self._receive(seconds)
        while isinstance(reply, PageBegun):
            self.granted = min(self.granted + PAGE_S, RECOGNITION_S)
            reply = self._receive(max(0.0, deadline + self.granted - time.monotonic()))
        return reply

    def _receive(self, seconds: float) -> object:
        reply = decode(self._frame(seconds))
        if isinstance(reply, End) and reply.out_of_memory:
            raise OutOfMemory
        if isinstance(reply, End) and reply.error is not None:
            raise SourceError(reply.error)
        return reply

    def _frame(self, seconds: float) -> bytes:
        frame = self.process.receive(seconds)
        if frame is None:
            raise ProcessLost
        return frame

    def _expected(self, reply: object, kind: type[Reply]) -> Reply:
        if not isinstance(reply, kind):
            raise ProcessLost
        return reply
