"""How long work shows that it goes on: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from tqdm import tqdm

__all__ = ["BarProgress", "LineProgress", "NoProgress", "Progress", "progress_for"]

SECONDS_BETWEEN_LINES = 5.0
"""A log wants a sign of life, not a film."""


class Progress(Protocol):
    """What long work tells of itself."""

    def start(self, total: int, unit: str = "documents") -> None:
        """Work on `total` items begins; `unit` is what they are called."""

    def doing(self, name: str) -> None:
        """An item's turn has come."""

    def advance(self) -> None:
        """An item is done."""

    def encoded(self) -> None:
        """A passage has been encoded."""

    def finish(self) -> None:
        """The work has ended, well or not."""


class NoProgress:
    """Says nothing."""

    def start(self, total: int, unit: str = "documents") -> None:
        """Say nothing."""

    def doing(self, name: str) -> None:
        """Say nothing."""

    def advance(self) -> None:
        """Say nothing."""

    def encoded(self) -> None:
        """Say nothing."""

    def finish(self) -> None:
        """Say nothing."""


class BarProgress:
    """A bar on a terminal.

    Args:
        stream: The terminal.
        clock: Gives seconds.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._bar: tqdm | None = None
        self._name = ""
        self._passages = _Rate(clock)

    def start(self, total: int, unit: str = "documents") -> None:
        """Show an empty bar."""
        self._passages.start()
        self._bar = tqdm(total=total, file=self._stream, unit=f" {unit}", dynamic_ncols=True, leave=False)

    def doing(self, name: str) -> None:
        """Show the item's name beside the bar."""
        self._name = _printable(name)[-40:]
        self._show()

    def advance(self) -> None:
        """Grow the bar."""
        if self._bar is not None:
            self._bar.update()

    def encoded(self) -> None:
        """Show how many passages a second are encoded."""
        self._passages.count()
        self._show()

    def finish(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str(", ".join(filter(None, (self._passages.said(), self._name))))


class LineProgress:
    """A line every few seconds, for logs and pipes.

    Args:
        stream: Where the lines go.
        clock: Gives seconds.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._total = self._done = 0
        self._unit = "documents"
        self._last = 0.0
        self._passages = _Rate(clock)

    def start(self, total: int, unit: str = "documents") -> None:
        """Begin to count."""
        self._total, self._unit, self._done, self._last = total, unit, 0, self._clock()
        self._passages.start()

    def doing(self, name: str) -> None:
        """Say nothing: the count is enough for a log."""

    def advance(self) -> None:
        """Count, and say so if the last line was long ago."""
        self._done += 1
        self._say()

    def encoded(self) -> None:
        """Count, and say so if the last line was long ago."""
        self._passages.count()
        self._say()

    def finish(self) -> None:
        """Say nothing: what follows says how it ended."""

    def _say(self) -> None:
        if self._clock() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = self._clock()
            said = f"{self._done:,} of {self._total:,} {self._unit}"
            self._stream.write(", ".join(filter(None, (said, self._passages.said()))) + "\n")
            self._stream.flush()


class _Rate:
    """Passages a second since the first: loading the model before it says nothing of the others."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.start()

    def start(self) -> None:
        self._passages, self._begun = 0, 0.0

    def count(self) -> None:
        if not self._passages:
            self._begun = self._clock()
        self._passages += 1

    def said(self) -> str:
        """`12.3 passages/s`, or nothing in the first second."""
        seconds = self._clock() - self._begun
        return f"{self._passages / seconds:.1f} passages/s" if self._passages and seconds >= 1 else ""


def progress_for(stream: TextIO | None = None) -> Progress:
    """What suits a stream (standard error if None)."""
    stream = stream or sys.stderr
    return BarProgress(stream) if stream.isatty() else LineProgress(stream)


def _printable(name: str) -> str:
    """A file's name with nothing in it that could move the cursor."""
    return "".join(c if c.isprintable() else "?" for c in name.encode(errors="backslashreplace").decode())
