"""Pictures of pages, drawn on demand in the reading process."""

import threading
from collections import OrderedDict

from corpus.errors import SourceError
from corpus.store import Originals
from service.reading.pool import borrow
from service.reading.process import SandboxLimits

TURNS = 2
"""Pages drawn at the same time. Each reading process takes a processor, and some 150 MiB."""

CACHE_BYTES = 32 * 1024 * 1024
"""Size of the pictures kept in memory, about a hundred."""

Key = tuple[str, str, int, int, int]


class PagePictures:
    """Draws pages of the kept originals, and keeps the latest pictures in memory.

    Args:
        originals: The originals.
        limits: Limits of the reading process.
        wait_seconds: Seconds to wait for a turn.
    """

    def __init__(self, originals: Originals, limits: SandboxLimits, wait_seconds: float) -> None:
        self._originals = originals
        self._limits = limits
        self._wait_seconds = wait_seconds
        self._turns = threading.BoundedSemaphore(TURNS)
        self._lock = threading.Lock()
        self._pictures: OrderedDict[Key, bytes] = OrderedDict()
        self._size = 0

    def picture(self, digest: str, revision: str, number: int, text: str, start: int, end: int) -> bytes:
        """Return a page as a PNG.

        Args:
            digest: Digest of the document's source.
            revision: Revision of its text.
            number: Number of the page, from 0.
            text: The page's canonical text.
            start: First code point of this text to mark.
            end: Code point after the last one to mark.

        Raises:
            TimeoutError: Other pages are drawn for longer than `wait_seconds`.
            SourceError: The original is not kept, the page cannot be drawn, or drawing it exceeds a limit.
            StoreCorruptError: The original is damaged.
        """
        key = digest, revision, number, start, end
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
                return self._pictures[key]
        if not self._turns.acquire(timeout=self._wait_seconds):
            raise TimeoutError
        try:
            data = self._originals.read(digest)
            if data is None:
                raise SourceError("its original is not kept")
            with borrow(self._limits) as sandbox:
                png = sandbox.draw(data, number, text, start, end)
        finally:
            self._turns.release()
        self._remember(key, png)
        return png

    def _remember(self, key: Key, png: bytes) -> None:
        with self._lock:
            self._size += len(png) - len(self._pictures.pop(key, b""))
            self._pictures[key] = png
            while self._size > CACHE_BYTES:
                _, oldest = self._pictures.popitem(last=False)
                self._size -= len(oldest)
