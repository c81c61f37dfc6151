"""The process that reads files and cuts texts, started by `service.reading.process` and run within limits.

It reads what is in its requests and nothing else: opening a file to write, a connection or a program is refused.
"""

import dataclasses
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from corpus.cleaning import clean, cleaned
from corpus.documents import SourceDocument
from corpus.errors import SourceError
from corpus.files import Sidecar, SourceBytes
from corpus.readers import SourceProblem, read_documents
from corpus.text import TextTokens, load_identifier
from service.reading.cutting import DocumentStructure, PassageSizes, cut
from service.reading.wire import (
    REPLY,
    REQUEST,
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
    Request,
    SpansReply,
    Tokenizer,
    read_frame,
    write_frames,
)

__all__ = ["main"]

_FORBIDDEN = (
    *("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.send", "urllib.Request"),
    *("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system"),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "shutil."),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main(memory_bytes: int) -> None:
    """Answer requests from standard input until it ends.

    Args:
        memory_bytes: Address space of this process.
    """
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    load_identifier()  # it needs a temporary file, which is forbidden from here on
    os.dup2(2, 1)  # nothing that a parser prints gets among the replies
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    sys.addaudithook(_forbid)
    write_frames(replies, b"")
    try:
        _Worker(requests, replies).run()
    except MemoryError:
        write_frames(replies, REPLY.dump_json(Done(out_of_memory=True)))


def _forbid(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[2], int) and not arguments[2] & _WRITING:
        return
    if event == "open" or event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not allowed while a document is read")


def _limit_processor_time(seconds: int) -> None:
    """Have the system end this process after so much processor time; a limit that it has already may be lower."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds if most == resource.RLIM_INFINITY else min(seconds, most), most))


class _Ended(Exception):  # noqa: N818 - there is nothing more to do
    pass


class _Worker:
    """Answers requests, one after the other. A MemoryError ends it: what is left of the heap is of no use."""

    def __init__(self, requests: IO[bytes], replies: IO[bytes]) -> None:
        self._requests = requests
        self._replies = replies
        self._counter: TextTokens | None = None

    def run(self) -> None:
        """Answer requests until there are no more."""
        try:
            request: Request | None = None
            while True:
                request = self._handled(request or self._request())
        except _Ended:
            return

    def _handled(self, request: Request) -> Request | None:
        """Answer a request; return the one that ended it, if another one did."""
        if isinstance(request, Read):
            return self._read(request)
        if isinstance(request, Tokenizer):
            self._take_tokenizer(request)
        elif isinstance(request, Clean):
            text = self._text()
            self._answer(lambda: SpansReply(clean(text, request.media_type, request.pages)))
        elif isinstance(request, CutText):
            text = self._text()
            self._answer(lambda: self._cut(request.sizes, request.structure, text))
        else:
            self._send(Done("there is no document to go on with"))
        return None

    def _read(self, request: Read) -> Request | None:
        data, beside = self._frame(), self._frame()
        sidecar = None if request.sidecar is None else Sidecar(request.sidecar, beside)
        file = SourceBytes(Path(request.name), data, request.source, sidecar)
        del data, beside
        try:
            for number, item in enumerate(read_documents(file, request.options)):
                if number >= request.skip:
                    other = self._gone_on_from(self._cleaned(item, request.clean))
                    if other is not None:
                        return other
        except Exception as error:
            self._send(Done(_reason(error)))
        else:
            self._send(Done())
        return None

    def _cleaned(self, item: SourceDocument | SourceProblem, remove: bool) -> SourceDocument | SourceProblem:
        if isinstance(item, SourceProblem):
            return item
        try:
            return cleaned(item, remove=remove)
        except Exception as error:
            return SourceProblem(item.source, _reason(error))

    def _gone_on_from(self, item: SourceDocument | SourceProblem) -> Request | None:
        """Send an item, and cut it as often as that is asked for; return a request that is not about it."""
        if isinstance(item, SourceProblem):
            self._send(ProblemReply(item))
        else:
            self._send(DocumentReply(dataclasses.replace(item, text="")), item.text.encode())
        while True:
            request = self._request()
            if isinstance(request, Next):
                return None
            if isinstance(request, Tokenizer):
                self._take_tokenizer(request)
            elif isinstance(request, CutDocument) and isinstance(item, SourceDocument):
                about = item.metadata
                structure = DocumentStructure(
                    about.title, about.language, item.sections, item.pages, item.removed_spans
                )
                self._answer(lambda: self._cut(request.sizes, structure, item.text))  # noqa: B023 - called at once
            else:
                return request

    def _take_tokenizer(self, request: Tokenizer) -> None:
        from tokenizers import Tokenizer as Loaded

        self._counter = TextTokens(Loaded.from_str(self._text()), request.max_tokens)

    def _cut(self, sizes: PassageSizes, structure: DocumentStructure, text: str) -> PassagesReply:
        if self._counter is None:
            raise SourceError("there is no tokenizer to cut it with")
        return PassagesReply(cut(self._counter, sizes, structure, text))

    def _answer(self, make: Callable[[], Reply]) -> None:
        try:
            reply = make()
        except Exception as error:
            reply = Done(_reason(error))
        self._send(reply)

    def _request(self) -> Request:
        request = REQUEST.validate_json(self._frame())
        if not isinstance(request, Tokenizer):
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit_processor_time(int(used.ru_utime + used.ru_stime) + request.seconds + 1)
        return request

    def _frame(self) -> bytes:
        frame = read_frame(self._requests)
        if frame is None:
            raise _Ended
        return frame

    def _text(self) -> str:
        return self._frame().decode()

    def _send(self, reply: Reply, *frames: bytes) -> None:
        write_frames(self._replies, REPLY.dump_json(reply), *frames)


def _reason(error: Exception) -> str:
    """Why a file is refused; whatever its reader raises is this file's own misfortune."""
    if isinstance(error, MemoryError | _Ended):
        raise error
    if isinstance(error, SourceError):
        return str(error)
    if isinstance(error, RecursionError):
        return "it is nested too deeply; save it again in a simpler form, or as text"
    return f"it cannot be read ({type(error).__name__}); save it again, or as text"


if __name__ == "__main__":
    main(int(sys.argv[1]))
