"""Memory of a server that runs for weeks: when to look for garbage; free memory given back."""

from __future__ import annotations

import ctypes
import gc
import sys


def collect_rarely() -> None:
    """Look for garbage in cycles where there may be some, and not at every few hundred values.

    What is here stays. Opening a large file makes a million values, all of which stay as well:
    looking through them again and again took half of its time.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def give_back() -> None:
    """Return free memory to the system, where the C library keeps it (glibc).

    It keeps what the arrays of a video have left, for each thread apart: about 200 MB after some
    visitors, and more with each video whose pieces fit into no gap. Takes some 10 ms.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
