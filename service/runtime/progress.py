"""Progress of long operations: a bar on a terminal, lines elsewhere."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

from tqdm import tqdm

from service.runtime.terminal import one_line

SECONDS_BETWEEN_LINES = 5.0
"""Seconds between progress lines."""


class Progress:
    """Receiver of progress events; subclasses override the methods of those that they show."""

    def start(self, total: int, unit: str = "documents") -> None:
        """Start an operation on `total` items, called `unit`."""

    def doing(self, name: str) -> None:
        """Start an item."""

    def advance(self) -> None:
        """Finish an item."""

    def encoded(self) -> None:
        """Count an encoded passage."""

    def finish(self) -> None:
        """End the operation, successful or not."""


class NoProgress(Progress):
    """No output: all events are ignored."""


class BarProgress(Progress):
    """A bar on a terminal.

    Args:
        stream: The terminal.
        clock: Returns seconds.
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
        self._name = one_line(name)[-40:]
        self._show()

    def advance(self) -> None:
        """Advance the bar."""
        if self._bar is not None:
            self._bar.update()

    def encoded(self) -> None:
        """Show the passages encoded per second."""
        self._passages.count()
        self._show()

    def finish(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.set_postfix_str(", ".join(filter(None, (self._passages.text(), self._name))))


class LineProgress(Progress):
    """A line every few seconds, for logs and pipes.

    Args:
        stream: Output.
        clock: Returns seconds.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._total = self._done = 0
        self._unit = "documents"
        self._last = 0.0
        self._passages = _Rate(clock)

    def start(self, total: int, unit: str = "documents") -> None:
        """Start counting."""
        self._total, self._unit, self._done, self._last = total, unit, 0, self._clock()
        self._passages.start()

    def advance(self) -> None:
        """Count, and print a line if it is time."""
        self._done += 1
        self._print()

    def encoded(self) -> None:
        """Count, and print a line if it is time."""
        self._passages.count()
        self._print()

    def _print(self) -> None:
        if self._clock() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = self._clock()
            count = f"{self._done:,} of {self._total:,} {self._unit}"
            self._stream.write(", ".join(filter(None, (count, self._passages.text()))) + "\n")
            self._stream.flush()


class _Rate:
    """Passages per second since the first one, so that loading the model is not counted."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.start()

    def start(self) -> None:
        self._passages, self._started = 0, 0.0

    def count(self) -> None:
        if not self._passages:
            self._started = self._clock()
        self._passages += 1

    def text(self) -> str:
        """Return `12.3 passages/s`; empty in the first second."""
        seconds = self._clock() - self._started
        return f"{self._passages / seconds:.1f} passages/s" if self._passages and seconds >= 1 else ""


def progress_for(stream: TextIO | None = None) -> Progress:
    """Return the progress output for a stream; standard error if None."""
    stream = stream or sys.stderr
    return BarProgress(stream) if stream.isatty() else LineProgress(stream)
