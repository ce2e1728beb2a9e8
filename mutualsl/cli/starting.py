"""How a process starts: quickly, and so that it stays small."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

M_ARENA_MAX = -8  # of malloc.h
HEAPS = 2


@contextmanager
def starting() -> Iterator[None]:
    """Around imports and weights: all of it stays, so nothing of it is searched for garbage.

    The search takes about a sixth of a cold start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def share_heaps() -> None:
    """Let all threads take memory from a few heaps, where the C library is glibc.

    It would give up to eight heaps a processor to threads that come and go, and what models have
    freed in one of them is of no use to the next thread.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, HEAPS)
