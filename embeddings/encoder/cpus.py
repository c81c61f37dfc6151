"""How many processors this process may use, and what gives way to what on them."""

import contextlib
import math
import os
import threading
from pathlib import Path

__all__ = ["NICENESS", "give_way", "thread_gives_way", "usable_cpus"]

NICENESS = 10
"""Of work that nobody waits for: beside a busy server it gets a tenth of a processor, alone all of it."""

CPU_MAX = Path("/sys/fs/cgroup/cpu.max")
"""Of Linux's control groups, version 2: microseconds that may be used in a period, and the period's length."""


def usable_cpus() -> int:
    """Processors for work that keeps them busy, at least 1.

    Those that the process may run on, no more than a container's quota pays for, and no more than `OMP_NUM_THREADS`
    says, as other numerical libraries read it.
    """
    known = [_allowed(), _quota(), _asked_for()]
    return max(1, min(number for number in known if number is not None))


def _allowed() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _quota() -> int | None:
    try:
        used, period = CPU_MAX.read_text().split()
        return max(1, math.floor(int(used) / int(period)))
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _asked_for() -> int | None:
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdecimal() and int(asked) else None


def give_way() -> None:
    """Let this process, and what it starts from now on, give way to others."""
    with contextlib.suppress(OSError):
        os.nice(max(0, NICENESS - os.nice(0)))


def thread_gives_way() -> None:
    """Let this thread, and what it starts from now on, give way to others, where the system can: on Linux."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
