"""Memory that is freed and not given back: glibc's allocator keeps a heap for each of many threads."""

import contextlib
import ctypes

__all__ = ["keep_few_heaps"]

ARENAS = 2
"""Heaps for all threads. By default there are up to eight for each processor: whichever thread makes an index next may
grow another one, and what it frees stays there."""

M_ARENA_MAX = -8
"""Of malloc.h."""


def keep_few_heaps() -> None:
    """Have glibc keep few heaps from now on; other C libraries are left as they are."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
