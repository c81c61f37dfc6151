"""Limit of malloc heaps: glibc keeps one for each thread, and does not return their freed memory."""

import contextlib
import ctypes

ARENAS = 2
"""Heaps for all threads. The default is up to eight for each processor, and each thread that builds an index can grow
another one."""

M_ARENA_MAX = -8
"""Constant of malloc.h."""


def keep_few_heaps() -> None:
    """Limit glibc to few heaps; do nothing with other C libraries."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
