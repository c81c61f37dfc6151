"""The process that reads untrusted files, started by `corpus.readers.sandbox` and run within limits.

It reads what is in its request and nothing else: opening a file to write, a connection or a program is refused.
"""

import os
import resource
import sys
from pathlib import Path
from typing import IO

from corpus.errors import SourceError
from corpus.readers.language import load_identifier
from corpus.readers.reading import read_documents
from corpus.readers.source import Sidecar, SourceBytes
from corpus.readers.wire import FILE, OUT_OF_MEMORY, REPLY, Reply, read_frame, write_frame

__all__ = ["main"]

_FORBIDDEN = (
    *("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.send", "urllib.Request"),
    *("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system"),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "shutil."),
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def main(memory_bytes: int, seconds: int) -> None:
    """Read files from standard input until it ends.

    Args:
        memory_bytes: Address space of this process.
        seconds: Processor time for each file. Whoever started this process watches the clock; this limit also ends
            a process whose parent was killed.
    """
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    load_identifier()  # it needs a temporary file, which is forbidden from here on
    os.dup2(2, 1)  # nothing that a parser prints gets among the replies
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    sys.addaudithook(_forbid)
    write_frame(replies, b"")
    while (request := _request(requests)) is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, -1))
        reply = _answer(*request)
        write_frame(replies, REPLY.dump_json(reply))
        if reply[1] == OUT_OF_MEMORY:
            return


def _forbid(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[2], int) and not arguments[2] & _WRITING:
        return
    if event == "open" or event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not allowed while a document is read")


def _request(stream: IO[bytes]) -> tuple[bytes, bytes, bytes] | None:
    frames = [read_frame(stream) for _ in range(3)]
    head, data, beside = frames
    return None if head is None or data is None or beside is None else (head, data, beside)


def _answer(head: bytes, data: bytes, beside: bytes) -> Reply:
    try:
        name, source, sidecar, options = FILE.validate_json(head)
        file = SourceBytes(Path(name), data, source, None if sidecar is None else Sidecar(sidecar, beside))
        return list(read_documents(file, options)), None
    except SourceError as error:
        return [], str(error)
    except (MemoryError, RecursionError):
        return [], OUT_OF_MEMORY


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
