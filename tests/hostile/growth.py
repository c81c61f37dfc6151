"""Growth of processor time with the length of the input."""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import FrameType
from typing import Any

__all__ = ["STEEPEST", "Growth", "growth"]

STEEPEST = 1.5
"""Exponent that counts as more than linear. Linear work measures .8 to 1.2, sorting 1.1, quadratic work 1.8 to 2."""

FIRST = 32
"""Characters of the first text: work that doubles with each few characters must not begin with many."""

STEP = 4
"""How much longer each text is than the one before, where all is well."""

ENOUGH_S = 0.004
"""Ratio of times at which a text is long enough to measure growth."""

NEGLIGIBLE_S = 0.002
"""If the longest text takes less, no growth could be told from noise, nor would it matter."""

OVERRUN_S = 2.0
"""Of processor time for one text: no linear work that is measured here needs a tenth of it."""

CLOSELY = 4
"""How much longer the longer one of two texts is, where a first measurement looks steep."""

CERTAIN_S = 0.05
"""Least time of a text whose growth is reported. Below it, the noise of a busy machine looks steep."""

LEAST_VARIES = 0.5
"""Share of the time for the shortest text that it takes more or less another time."""

REPEATS = 2
"""Measurements of which the least counts, where a first one looks steep."""


class OverrunError(Exception):
    """One text took more than `OVERRUN_S`."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth above linear.

    Args:
        exponent: Of the length, in the time that it takes; infinite if a text took too long.
        characters: Of the longest text tried.
        seconds: Of processor time that it took.
    """

    exponent: float
    characters: int
    seconds: float

    def __str__(self) -> str:
        return f"grows with the power {self.exponent:.2f}; {self.characters:,} characters took {self.seconds:.3f} s"


def growth(
    make: Callable[[int], Any],
    work: Callable[[Any], object],
    longest: int,
    *,
    beyond: int = 0,
    negligible: float = NEGLIGIBLE_S,
    clock: Callable[[], float] = time.thread_time,
) -> Growth | None:
    """Return whether work grows faster than the length of its input.

    Args:
        make: Makes what the work is given from a length in characters, outside of the time that is measured.
        work: What is measured; errors that it raises end it, and are no concern here.
        longest: No longer text is tried, unless one looks steep.
        beyond: Growth counts from this length on: the work looks at no more together, or refuses more.
        negligible: If the longest text takes no more seconds, growth is not looked for.
        clock: Gives seconds. While a timer runs, the clock of the whole process goes in steps of milliseconds.

    Returns:
        None if the growth is linear, or the work too quick to tell.
    """
    length, taken = FIRST, 0.0
    try:
        _timed(make, work, FIRST, clock)  # what is imported or remembered the first time
        least = _timed(make, work, FIRST, clock)
        before = least
        while True:
            length *= STEP
            taken = _timed(make, work, length, clock)
            if taken - least >= ENOUGH_S:
                taken = min(taken, _timed(make, work, length, clock))
            if taken - least >= ENOUGH_S or length >= longest:
                break
            before = taken
        if taken - least < negligible or _exponent(before - least, taken - least, STEP) <= STEEPEST:
            return None
        first = beyond or length // STEP
        return _looked_at_closely(lambda one: _timed(make, work, one, clock), first, negligible)
    except OverrunError:
        return Growth(math.inf, length, OVERRUN_S)


def _looked_at_closely(timed: Callable[[int], float], first: int, negligible: float) -> Growth | None:
    """Measured again and again, on texts so long that what the shortest one takes is small; steep twice in a row."""
    was_steep = False
    while True:
        least, shorter, longer = (min(timed(one) for _ in range(REPEATS)) for one in (FIRST, first, CLOSELY * first))
        exponent = _exponent(shorter - least, longer - least, CLOSELY)
        surely = _exponent(max(shorter - least, least * LEAST_VARIES), longer - least, CLOSELY)
        if exponent <= STEEPEST or longer - least < negligible:
            return None
        if surely > STEEPEST and was_steep and longer >= CERTAIN_S:
            return Growth(exponent, CLOSELY * first, longer)
        was_steep = surely > STEEPEST
        first *= 2


def _exponent(shorter: float, longer: float, times: int) -> float:
    return math.log(max(longer, 1e-6) / max(shorter, 1e-6)) / math.log(times)


def _timed(make: Callable[[int], Any], work: Callable[[Any], object], length: int, clock: Callable[[], float]) -> float:
    given = make(length)
    with _alarm() if clock is time.thread_time else nullcontext():
        begun = clock()
        try:
            work(given)
        except OverrunError:
            raise
        except Exception:  # noqa: S110 - refused, as hostile texts may be
            pass
        return clock() - begun


@contextmanager
def _alarm() -> Iterator[None]:
    """Ends work in Python and in its regular expressions. Limits of the process must end the rest."""

    def end(number: int, frame: FrameType | None) -> None:
        raise OverrunError

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, OVERRUN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
