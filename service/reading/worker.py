"""The reading process: reads files and splits texts within limits. `service.reading.process` starts it.

It reads its requests only. Opening a file for writing, a connection or a program is refused.
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
from corpus.readers import PAGE_SECONDS, SourceProblem, draw_page, read_documents, reporting_pages
from corpus.text import TextTokens, load_identifier
from service.reading import protocol
from service.reading.splitting import DocumentStructure, PassageSizes, SplitText, split_text

_FORBIDDEN = (
    *("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.send", "urllib.Request"),
    *("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system"),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "shutil."),
)
_LIMITED = protocol.ReadFile | protocol.NextDocument | protocol.Split | protocol.Clean | protocol.DrawPage
"""Requests with a limit of processor time."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main(memory_bytes: int) -> None:
    """Answer requests from standard input until it ends.

    Args:
        memory_bytes: Maximum address space of this process.
    """
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    load_identifier()  # needs a temporary file, which is forbidden from here on
    os.dup2(2, 1)  # keeps a parser's output out of the replies
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    sys.addaudithook(_forbid)
    protocol.write_frames(replies, b"")
    try:
        _Worker(requests, replies).run()
    except MemoryError:
        protocol.write_frames(replies, protocol.encode(protocol.End(out_of_memory=True)))


def _forbid(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[2], int) and not arguments[2] & _WRITING:
        return
    if event == "open" or event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not allowed while a document is read")


def _grant_processor_time(seconds: int) -> None:
    """Raise the limit of processor time of this process."""
    current, most = resource.getrlimit(resource.RLIMIT_CPU)
    if current != resource.RLIM_INFINITY:
        raised = current + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (raised if most == resource.RLIM_INFINITY else min(raised, most), most))


def _limit_processor_time(seconds: int) -> None:
    """Limit the processor time of this process, but not above a limit that it already has."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds if most == resource.RLIM_INFINITY else min(seconds, most), most))


class _InputEnded(Exception):  # noqa: N818 - not an error
    pass


class _Worker:
    """Answers requests one after the other. A MemoryError ends it, because the heap stays full."""

    def __init__(self, requests: IO[bytes], replies: IO[bytes]) -> None:
        self._requests = requests
        self._replies = replies
        self._counter: TextTokens | None = None

    def run(self) -> None:
        """Answer requests until the input ends."""
        try:
            request: object = None
            while True:
                request = self._handled(request or self._request())
        except _InputEnded:
            return

    def _handled(self, request: object) -> object:
        """Answer a request. Return the request that interrupted it, or None."""
        if isinstance(request, protocol.ReadFile):
            return self._read(request)
        if isinstance(request, protocol.LoadTokenizer):
            self._load_tokenizer(request)
        elif isinstance(request, protocol.Clean):
            text = self._text()
            self._answer(lambda: protocol.Removed(clean(text, request.media_type, request.pages)))
        elif isinstance(request, protocol.DrawPage):
            self._draw(request)
        elif isinstance(request, protocol.Split) and request.structure is not None:
            structure, text = request.structure, self._text()
            self._answer(lambda: self._split(request.sizes, structure, text))
        else:
            self._send(protocol.End("no document is being read"))
        return None

    def _read(self, request: protocol.ReadFile) -> object:
        data, beside = self._frame(), self._frame()
        sidecar = None if request.sidecar is None else Sidecar(request.sidecar, beside)
        file = SourceBytes(Path(request.name), data, request.source, sidecar)
        del data, beside
        try:
            with reporting_pages(self._page_begun):
                for number, item in enumerate(read_documents(file, request.options)):
                    if number >= request.skip:
                        interruption = self._handle_item(self._cleaned(item, request.clean))
                        if interruption is not None:
                            return interruption
        except Exception as error:
            self._send(protocol.End(_reason(error)))
        else:
            self._send(protocol.End())
        return None

    def _page_begun(self) -> None:
        _grant_processor_time(PAGE_SECONDS)
        self._send(protocol.PageBegun())

    def _cleaned(self, item: SourceDocument | SourceProblem, remove: bool) -> SourceDocument | SourceProblem:
        if isinstance(item, SourceProblem):
            return item
        try:
            return cleaned(item, remove=remove)
        except Exception as error:
            return SourceProblem(item.source, _reason(error))

    def _handle_item(self, item: SourceDocument | SourceProblem) -> object:
        """Send an item, then split it as often as requested. Return the first request about something else, or None."""
        if isinstance(item, SourceProblem):
            self._send(item)
        else:
            self._send(dataclasses.replace(item, text=""), item.text.encode())
        while True:
            request = self._request()
            if isinstance(request, protocol.NextDocument):
                return None
            if isinstance(request, protocol.LoadTokenizer):
                self._load_tokenizer(request)
            elif isinstance(request, protocol.Split) and request.structure is None and isinstance(item, SourceDocument):
                structure = DocumentStructure.of(item)
                self._answer(lambda: self._split(request.sizes, structure, item.text))  # noqa: B023 - called at once
            else:
                return request

    def _load_tokenizer(self, request: protocol.LoadTokenizer) -> None:
        from tokenizers import Tokenizer

        self._counter = TextTokens(Tokenizer.from_str(self._text()), request.max_tokens)

    def _split(self, sizes: PassageSizes, structure: DocumentStructure, text: str) -> SplitText:
        if self._counter is None:
            raise SourceError("no tokenizer is loaded to split it")
        return split_text(self._counter, sizes, structure, text)

    def _draw(self, request: protocol.DrawPage) -> None:
        data, text = self._frame(), self._text()
        try:
            picture = draw_page(data, request.number, text, request.start, request.end)
        except Exception as error:
            self._send(protocol.End(_reason(error)))
        else:
            self._send(protocol.Picture(), picture)

    def _answer(self, make: Callable[[], object]) -> None:
        try:
            reply = make()
        except Exception as error:
            reply = protocol.End(_reason(error))
        self._send(reply)

    def _request(self) -> object:
        request = protocol.decode(self._frame())
        if isinstance(request, _LIMITED):
            used = resource.getrusage(resource.RUSAGE_SELF)
            _limit_processor_time(int(used.ru_utime + used.ru_stime) + request.seconds + 1)
        return request

    def _frame(self) -> bytes:
        frame = protocol.read_frame(self._requests)
        if frame is None:
            raise _InputEnded
        return frame

    def _text(self) -> str:
        return self._frame().decode()

    def _send(self, reply: object, *frames: bytes) -> None:
        protocol.write_frames(self._replies, protocol.encode(reply), *frames)


def _reason(error: Exception) -> str:
    """Return why a file is refused. Any exception of its reader refuses this file only."""
    if isinstance(error, MemoryError | _InputEnded):
        raise error
    if isinstance(error, SourceError):
        return str(error)
    if isinstance(error, RecursionError):
        return "it is nested too deeply; save it again in a simpler form, or as text"
    return f"it cannot be read ({type(error).__name__}); save it again, or as text"


if __name__ == "__main__":
    main(int(sys.argv[1]))
