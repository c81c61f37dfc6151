"""Number of usable processors, and the priority of background work."""

import contextlib
import math
import os
import threading
from pathlib import Path

NICENESS = 10
"""Of background work: beside a busy server it gets a tenth of a processor, alone all of it."""

CPU_MAX = Path("/sys/fs/cgroup/cpu.max")
"""CPU quota of a Linux control group, version 2: microseconds per period, and the length of the period."""


def usable_cpus() -> int:
    """Return the number of processors for compute-bound work, at least 1.

    It is the smallest of the processors that the process may run on, the CPU quota of its container, and
    `OMP_NUM_THREADS`.
    """
    known = [_affinity(), _quota(), _omp_num_threads()]
    return max(1, min(number for number in known if number is not None))


def _affinity() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _quota() -> int | None:
    try:
        used, period = CPU_MAX.read_text().split()
        return max(1, math.floor(int(used) / int(period)))
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _omp_num_threads() -> int | None:
    threads = os.environ.get("OMP_NUM_THREADS", "")
    return int(threads) if threads.isdecimal() and int(threads) else None


def lower_priority() -> None:
    """Lower the priority of this process and of the processes it starts from now on."""
    with contextlib.suppress(OSError):
        os.nice(max(0, NICENESS - os.nice(0)))


def lower_thread_priority() -> None:
    """Lower the priority of this thread and its future children. Only Linux has priorities of threads."""
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
