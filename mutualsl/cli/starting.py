"""A quick start of commands that import much and load weights."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
